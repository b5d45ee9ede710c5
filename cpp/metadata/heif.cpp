#include "metadata/heif.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "metadata/c2pa.h"
#include "metadata/exif.h"
#include "metadata/iso_boxes.h"
#include "metadata/limits.h"
#include "metadata/xmp.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

bool is_avif_brand(std::string_view brand) { return brand == "avif" || brand == "avis"; }

bool is_heif_brand(std::string_view brand) {
  static constexpr std::string_view kBrands[] = {"heic", "heix", "heim", "heis", "hevc", "hevx",
                                                 "hevm", "hevs", "mif1", "mif2", "msf1"};
  return std::find(std::begin(kBrands), std::end(kBrands), brand) != std::end(kBrands);
}

std::string_view take_c_string(ByteReader& reader, ByteSpan bytes) {
  std::string_view rest = bytes.sub(reader.position()).text();
  std::string_view text = rest.substr(0, rest.find('\0'));
  reader.skip(std::min(text.size() + 1, rest.size()));
  return text;
}

uint64_t take_uint(ByteReader& reader, int bytes) {
  switch (bytes) {
    case 4:
      return reader.u32_be();
    case 8:
      return reader.u64_be();
    default:  // 0: the field is not there; other sizes do not exist
      return 0;
  }
}

struct Item {
  uint32_t id;
  bool is_exif;  // else XMP
};

class HeifWalk {
 public:
  HeifWalk(ByteSpan file, RawFields& out) : file_(file), out_(out) {}

  void meta(ByteSpan data) {
    int version;
    ByteSpan boxes = full_box(data, version);
    ByteSpan primary = find_box(boxes, "pitm");
    ByteReader reader(full_box(primary, version));
    uint32_t primary_id = version == 0 ? reader.u16_be() : reader.u32_be();
    size(find_box(boxes, "iprp"), primary_id);
    idat_ = find_box(boxes, "idat");
    std::vector<Item> items = text_items(find_box(boxes, "iinf"));
    if (!items.empty()) locate(find_box(boxes, "iloc"), items);
  }

 private:
  // The items that hold text. Reference: section 8.11.6.
  std::vector<Item> text_items(ByteSpan data) {
    std::vector<Item> items;
    int version;
    ByteSpan counted = full_box(data, version);
    IsoBoxes entries(counted.sub(version == 0 ? 2 : 4));
    for (IsoBox box; items.size() < kMaxTextItems && entries.next(box);) {
      if (box.type != "infe") continue;
      ByteSpan entry = full_box(box.data, version);
      ByteReader reader(entry);
      if (version < 2) continue;  // without a type
      uint32_t id = version == 2 ? reader.u16_be() : reader.u32_be();
      reader.u16_be();  // its protection
      std::string_view type = reader.take(4).text();
      take_c_string(reader, entry);  // its name
      if (type == "Exif") items.push_back({id, true});
      if (type == "mime" && take_c_string(reader, entry) == "application/rdf+xml")
        items.push_back({id, false});
    }
    return items;
  }

  // Reads the items where the location box says they lie. Reference: section 8.11.3.
  void locate(ByteSpan data, const std::vector<Item>& items) {
    int version;
    ByteReader reader(full_box(data, version));
    uint8_t sizes = reader.u8(), more_sizes = reader.u8();
    int offset_bytes = sizes >> 4, length_bytes = sizes & 15, base_bytes = more_sizes >> 4,
        index_bytes = version > 0 ? more_sizes & 15 : 0;
    uint32_t count = version < 2 ? reader.u16_be() : reader.u32_be();
    for (; count > 0 && !reader.failed(); --count) {
      uint32_t id = version < 2 ? reader.u16_be() : reader.u32_be();
      int method = version > 0 ? reader.u16_be() & 15 : 0;
      reader.u16_be();  // of another file
      uint64_t base = take_uint(reader, base_bytes);
      size_t extents = reader.u16_be();
      auto item =
          std::find_if(items.begin(), items.end(), [&](const Item& i) { return i.id == id; });
      if (item == items.end()) {
        reader.skip(extents * static_cast<size_t>(index_bytes + offset_bytes + length_bytes));
        continue;
      }
      std::string bytes;
      for (size_t i = 0; i < std::min(extents, kMaxExtents) && !reader.failed(); ++i) {
        take_uint(reader, index_bytes);
        uint64_t offset = base + take_uint(reader, offset_bytes);
        uint64_t length = take_uint(reader, length_bytes);
        if (!reader.failed()) add_extent(method, offset, length, bytes);
      }
      if (extents > kMaxExtents) return out_.warn("an item of text lies in too many pieces");
      read(*item, ByteSpan(std::string_view(bytes)));
    }
    if (reader.failed()) out_.warn("the box of the items' places is cut short");
  }

  void add_extent(int method, uint64_t offset, uint64_t length, std::string& bytes) {
    constexpr int kInFile = 0, kInIdat = 1;
    if (method != kInFile && method != kInIdat)
      return out_.warn("an item of text is stored in a way that is not read");
    ByteSpan source = method == kInFile ? file_ : idat_;
    ByteSpan part = source.sub(static_cast<size_t>(std::min<uint64_t>(offset, source.size())));
    if (length > part.size()) out_.warn("the file ends inside an item of text");
    if (length > 0) part = part.sub(0, static_cast<size_t>(std::min<uint64_t>(length, SIZE_MAX)));
    if (part.size() > kMaxJoinedBytes - bytes.size())
      return out_.warn(fmt::format("an item of text has more than {} bytes", kMaxJoinedBytes));
    bytes += part.text();
  }

  void read(const Item& item, ByteSpan bytes) {
    if (item.is_exif)
      parse_exif_item(bytes, out_);
    else
      read_xmp(bytes, out_);
  }

  // The size among the properties of the primary item, and what is cut out of it; where it has
  // none, the size of any item.
  void size(ByteSpan properties, uint32_t primary_id) {
    std::vector<IsoBox> boxes;
    IsoBoxes walk(find_box(properties, "ipco"));
    for (IsoBox box; boxes.size() < kMaxProperties && walk.next(box);) boxes.push_back(box);
    for (const IsoBox& box : boxes)
      if (out_.width == 0) property_size(box);
    for (std::string_view type : {"ispe"sv, "clap"sv})
      for (size_t index : associations(find_box(properties, "ipma"), primary_id))
        if (index > 0 && index <= boxes.size() && boxes[index - 1].type == type)
          property_size(boxes[index - 1]);
  }

  void property_size(const IsoBox& box) {
    uint32_t width = 0, height = 0;
    if (box.type == "ispe") {
      int version;
      ByteReader reader(full_box(box.data, version));
      width = reader.u32_be(), height = reader.u32_be();
    } else if (box.type == "clap") {  // ratios
      ByteReader reader(box.data);
      uint32_t wide = reader.u32_be(), wide_by = reader.u32_be(), high = reader.u32_be(),
               high_by = reader.u32_be();
      if (wide_by > 0 && high_by > 0) width = wide / wide_by, height = high / high_by;
    }
    if (width > 0 && height > 0) out_.width = width, out_.height = height;
  }

  // The indices, from 1, of an item's properties. Reference: ISO/IEC 23008-12, section 9.3.
  static std::vector<size_t> associations(ByteSpan data, uint32_t id) {
    std::vector<size_t> found;
    int version;
    bool is_wide = data.size() > 3 && (data[3] & 1);
    ByteReader reader(full_box(data, version));
    uint32_t count = reader.u32_be();
    for (; count > 0 && !reader.failed(); --count) {
      bool is_it = (version == 0 ? reader.u16_be() : reader.u32_be()) == id;
      for (int n = reader.u8(); n > 0; --n) {
        size_t index = is_wide ? reader.u16_be() & 0x7FFF : reader.u8() & 0x7F;
        if (is_it) found.push_back(index);
      }
      if (is_it) break;
    }
    return found;
  }

  ByteSpan file_, idat_;
  RawFields& out_;
};

// C2PA specification, annex A.3: a full box with a purpose, for a manifest an offset to boxes of
// hashes, then the store.
constexpr std::string_view kC2paUuid =
    "\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81"sv;

void read_c2pa(ByteSpan data, RawFields& out) {
  constexpr size_t kOffsetBytes = 8;
  constexpr std::string_view kPurpose = "manifest\0"sv;
  int version;
  ByteSpan rest = full_box(data, version);
  if (rest.starts_with(kPurpose)) parse_c2pa(rest.sub(kPurpose.size() + kOffsetBytes), out);
}

}  // namespace

bool is_heif(ByteSpan bytes, Container& container) {
  IsoBox type;
  if (!IsoBoxes(bytes).next(type) || type.type != "ftyp") return false;
  bool is_known = false, is_avif = false;
  for (size_t at = 0; at + 4 <= type.data.size(); at += at == 0 ? 8 : 4) {  // after it, a version
    std::string_view brand = type.data.sub(at, 4).text();
    is_avif = is_avif || is_avif_brand(brand);
    is_known = is_known || is_heif_brand(brand);
  }
  container = is_avif ? Container::kAvif : Container::kHeif;
  return is_avif || is_known;
}

void walk_heif(ByteSpan file, RawFields& out) {
  IsoBoxes boxes(file);
  bool has_meta = false;
  for (IsoBox box; boxes.next(box);) {
    if (!box.whole)
      out.warn(fmt::format("the file ends inside box {} at byte {}", quoted(box.type), box.offset));
    if (box.type == "meta" && !has_meta) HeifWalk(file, out).meta(box.data);
    has_meta = has_meta || box.type == "meta";
    if (box.type == "uuid" && box.data.starts_with(kC2paUuid))
      read_c2pa(box.data.sub(kC2paUuid.size()), out);
  }
  if (boxes.remaining() > 0) out.warn("what follows the last box is none");
  if (!has_meta) out.warn("the file has no box of items");
}

}  // namespace img2prompt
