#include "metadata/jxl.h"

#include <algorithm>

#include "metadata/brotli.h"
#include "metadata/c2pa.h"
#include "metadata/exif.h"
#include "metadata/iso_boxes.h"
#include "metadata/limits.h"
#include "metadata/xmp.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kContainer = "\0\0\0\x0CJXL \r\n\x87\n"sv;
constexpr std::string_view kCodestream = "\xFF\x0A"sv;

// Bits from the lowest of each byte.
class Bits {
 public:
  explicit Bits(ByteSpan bytes) : bytes_(bytes) {}
  uint32_t take(int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; ++i, ++position_) {
      size_t byte = position_ / 8;
      failed_ = failed_ || byte >= bytes_.size();
      if (!failed_) value |= (bytes_[byte] >> (position_ % 8) & 1u) << i;
    }
    return value;
  }
  // One of four widths, by two bits.
  uint32_t take_side() {
    constexpr int kWidths[] = {9, 13, 18, 30};
    return take(kWidths[take(2)]) + 1;
  }
  bool failed() const { return failed_; }

 private:
  ByteSpan bytes_;
  size_t position_ = 0;
  bool failed_ = false;
};

void read_size(ByteSpan codestream, RawFields& out) {
  struct Ratio {
    uint32_t width, height;
  };
  constexpr Ratio kRatios[] = {{1, 1}, {12, 10}, {4, 3}, {3, 2}, {16, 9}, {5, 4}, {2, 1}};
  if (out.width > 0 || !codestream.starts_with(kCodestream)) return;
  Bits bits(codestream.sub(kCodestream.size()));
  bool is_small = bits.take(1) == 1;
  auto side = [&] { return is_small ? (bits.take(5) + 1) * 8 : bits.take_side(); };
  uint64_t height = side();
  uint32_t ratio = bits.take(3);
  uint64_t width =
      ratio == 0 ? side() : height * kRatios[ratio - 1].width / kRatios[ratio - 1].height;
  if (bits.failed()) return;
  out.width = static_cast<uint32_t>(width);
  out.height = static_cast<uint32_t>(height);
}

class JxlWalk {
 public:
  explicit JxlWalk(RawFields& out) : out_(out) {}

  void box(std::string_view type, ByteSpan data) {
    if (type == "Exif") {
      parse_exif_item(data, out_);
    } else if (type == "xml ") {
      read_xmp(data, out_);
    } else if (type == "jumb") {
      parse_c2pa_superbox(data, out_);
    } else if (type == "brob") {
      compressed(data);
    } else if (type == "jxlc") {
      read_size(data, out_);
    } else if (type == "jxlp") {
      read_size(data.sub(4), out_);  // after the part's number
    }
  }

 private:
  void compressed(ByteSpan data) {
    std::string_view type = data.sub(0, 4).text();
    if (type != "Exif" && type != "xml " && type != "jumb") return;
    std::string what = fmt::format("the compressed box {}", quoted(type));
    if (!has_brotli()) return out_.warn(what + " was left out: this build has no Brotli");
    if (!out_.claim(0, what)) return;
    size_t budget = out_.text_budget();
    Inflated inflated = decompress_brotli(data.sub(4), budget);
    out_.claim(std::min(inflated.produced, budget), what);
    if (inflated.end == Inflated::End::kTooLarge)
      return out_.warn(fmt::format("{} was left out: more than {} bytes", what, budget));
    if (inflated.end == Inflated::End::kDamaged)
      out_.warn(what + " is damaged; what could be read was kept");
    box(type, ByteSpan(std::string_view(inflated.bytes)));
  }

  RawFields& out_;
};

}  // namespace

bool is_jxl(ByteSpan bytes) {
  return bytes.starts_with(kContainer) || bytes.starts_with(kCodestream);
}

void walk_jxl(ByteSpan file, RawFields& out) {
  if (file.starts_with(kCodestream)) return read_size(file, out);
  JxlWalk walk(out);
  IsoBoxes boxes(file);
  for (IsoBox box; boxes.next(box);) {
    if (!box.whole)
      out.warn(fmt::format("the file ends inside box {} at byte {}", quoted(box.type), box.offset));
    walk.box(box.type, box.data);
  }
  if (boxes.remaining() > 0) out.warn("what follows the last box is none");
}

}  // namespace img2prompt
