#include "metadata/stealth.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "metadata/inflate.h"
#include "metadata/limits.h"
#include "metadata/text_encoding.h"

namespace img2prompt {
namespace {

constexpr size_t kLengthBits = 32;
constexpr size_t kSignatureBits = 15 * 8, kHeaderBits = kSignatureBits + kLengthBits;

// Where a kind of record keeps its bits.
struct Place {
  std::string_view plain, compressed;  // signatures
  unsigned bits_a_pixel;               // 1: alpha; 3: red, green, blue

  unsigned bit(const uint8_t* rgba, unsigned index) const {
    return (bits_a_pixel == 1 ? rgba[3] : rgba[index]) & 1u;
  }
  // Columns that hold the first `bits` bits.
  uint64_t columns(uint64_t bits, uint32_t height) const {
    uint64_t pixels = (bits + bits_a_pixel - 1) / bits_a_pixel;
    return (pixels + height - 1) / height;
  }
};

constexpr Place kAlpha = {"stealth_pnginfo", "stealth_pngcomp", 1};
constexpr Place kColours = {"stealth_rgbinfo", "stealth_rgbcomp", 3};

unsigned bit_of(std::string_view text, size_t index) {
  return static_cast<unsigned char>(text[index / 8]) >> (7 - index % 8) & 1u;
}

// A signature and a length, gathered bit by bit in any order.
class Header {
 public:
  explicit Header(const Place& place) : place_(&place) {}

  // False as soon as the bits are of no signature.
  bool take(uint64_t pixel, const uint8_t* rgba) {
    for (unsigned i = 0; i < place_->bits_a_pixel; ++i) {
      uint64_t index = pixel * place_->bits_a_pixel + i;
      if (index >= kHeaderBits) break;
      unsigned bit = place_->bit(rgba, i);
      ++taken_;
      if (index >= kSignatureBits) {
        length_ |= bit << (kHeaderBits - 1 - index);
        continue;
      }
      may_be_plain_ = may_be_plain_ && bit == bit_of(place_->plain, index);
      may_be_compressed_ = may_be_compressed_ && bit == bit_of(place_->compressed, index);
    }
    return is_possible();
  }
  bool is_possible() const { return may_be_plain_ || may_be_compressed_; }
  bool is_whole() const { return is_possible() && taken_ == kHeaderBits; }
  bool is_compressed() const { return may_be_compressed_; }
  uint32_t length() const { return length_; }  // of the payload, bits
  const Place& place() const { return *place_; }

 private:
  const Place* place_;
  bool may_be_plain_ = true, may_be_compressed_ = true;
  size_t taken_ = 0;
  uint32_t length_ = 0;
};

std::optional<Header> find_header(PixelColumns& pixels) {
  Header alpha(kAlpha), colours(kColours);
  bool try_alpha = pixels.has_alpha(), try_colours = pixels.has_exact_colours();
  uint32_t height = pixels.height();
  auto visit = [&](uint32_t x, uint32_t y, const uint8_t* rgba) {
    uint64_t pixel = uint64_t{x} * height + y;
    try_alpha = try_alpha && alpha.take(pixel, rgba);
    try_colours = try_colours && colours.take(pixel, rgba);
    return (try_alpha && !alpha.is_whole()) || (try_colours && !colours.is_whole());
  };
  // A few rows first: a decoder may not stop before it has done all that it was asked for.
  for (uint32_t rows : {uint32_t{8}, std::min(height, uint32_t{kHeaderBits})}) {
    alpha = Header(kAlpha);
    colours = Header(kColours);
    uint32_t columns = static_cast<uint32_t>(kAlpha.columns(kHeaderBits, height));
    pixels.read(columns, rows, visit);
    if (!try_alpha && !try_colours) return std::nullopt;
  }
  if (try_alpha && alpha.is_whole()) return alpha;
  if (try_colours && colours.is_whole()) return colours;
  return std::nullopt;
}

// The 32 bits from the one at `start`; 0 where they are not there.
uint32_t read_length(PixelColumns& pixels, const Place& place, uint64_t start) {
  uint32_t out = 0;
  uint64_t taken = 0;
  auto visit = [&](uint32_t x, uint32_t y, const uint8_t* rgba) {
    uint64_t first = (uint64_t{x} * pixels.height() + y) * place.bits_a_pixel;
    for (unsigned i = 0; i < place.bits_a_pixel; ++i) {
      if (first + i < start || first + i >= start + kLengthBits) continue;
      out |= place.bit(rgba, i) << (kLengthBits - 1 - (first + i - start));
      ++taken;
    }
    return true;
  };
  uint64_t columns = place.columns(start + kLengthBits, pixels.height());
  pixels.read(static_cast<uint32_t>(columns), pixels.height(), visit);
  return taken == kLengthBits ? out : 0;
}

// The payload's bytes; empty, with a warning, where they are not there.
std::string read_payload(PixelColumns& pixels, const Header& header, RawFields& out) {
  const Place& place = header.place();
  uint64_t bits = header.length(), height = pixels.height(),
           room = uint64_t{pixels.width()} * height * place.bits_a_pixel;
  if (bits == 0 || bits % 8 != 0 || bits / 8 > kMaxHiddenBytes || bits + kHeaderBits > room) {
    out.warn(fmt::format("a hidden record states a length of {} bits; left out", bits));
    return {};
  }
  std::string bytes(bits / 8, '\0');
  uint64_t taken = 0;
  auto visit = [&](uint32_t x, uint32_t y, const uint8_t* rgba) {
    uint64_t first = (uint64_t{x} * height + y) * place.bits_a_pixel;
    for (unsigned i = 0; i < place.bits_a_pixel; ++i) {
      uint64_t index = first + i - kHeaderBits;
      if (first + i < kHeaderBits || index >= bits) continue;
      bytes[index / 8] = static_cast<char>(static_cast<unsigned char>(bytes[index / 8]) |
                                           place.bit(rgba, i) << (7 - index % 8));
      ++taken;
    }
    return true;
  };
  uint64_t columns = place.columns(bits + kHeaderBits, pixels.height());
  PixelColumns::End end = pixels.read(static_cast<uint32_t>(columns), pixels.height(), visit);
  if (taken == bits) return bytes;
  out.warn(end == PixelColumns::End::kTooLarge
               ? "a hidden record was left out: the picture is too large to look through"
               : "a hidden record was left out: the pixels are cut short or damaged");
  return {};
}

std::optional<std::string> payload_text(std::string payload, bool is_compressed, RawFields& out) {
  constexpr std::string_view kWhat = "a hidden record";
  if (!out.claim(0, kWhat)) return std::nullopt;
  if (is_compressed) {
    size_t budget = std::min(out.text_budget(), kMaxHiddenBytes);
    Inflated inflated = inflate_bounded(ByteSpan(payload), budget, Wrapper::kGzip);
    out.claim(std::min(inflated.produced, budget), kWhat);
    if (inflated.end == Inflated::End::kTooLarge) {
      out.warn(fmt::format("{} was left out: it inflates beyond {} bytes", kWhat, budget));
      return std::nullopt;
    }
    if (inflated.end == Inflated::End::kDamaged)
      out.warn("a hidden record is damaged; what could be inflated was kept");
    payload = std::move(inflated.bytes);
  } else if (!out.claim(payload.size(), kWhat)) {
    return std::nullopt;
  }
  return decode_utf8_or_latin1(without_trailing_nuls(ByteSpan(payload)));
}

// An object of records, each of which stands in a text of its own elsewhere.
bool holds_records(const Json& object) {
  for (const char* key : {"Comment", "Description", "Software", "workflow"})
    if (object.contains(key)) return true;
  auto prompt = object.find("prompt");
  return prompt != object.end() && prompt->is_object();
}

void add_text(const std::string& text, RawFields& out) {
  JsonLimits limits;
  limits.max_bytes = kMaxRecordBytes;
  limits.max_depth = kMaxRecordDepth;
  Json object;
  bool is_object = text.substr(0, 1) == "{" && try_parse_json(text, object, limits) &&
                   object.is_object() && holds_records(object);
  if (!is_object) return out.add("stealth", "parameters", text);
  out.add("stealth", "payload", text);
  for (const auto& [key, value] : object.items()) {
    std::string member = value.is_string()
                             ? value.get<std::string>()
                             : value.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (out.claim(member.size(), "a hidden record")) out.add("stealth", key, std::move(member));
  }
}

}  // namespace

bool read_stealth(PixelColumns& pixels, RawFields& out) {
  std::optional<Header> header = find_header(pixels);
  if (!header) return false;
  std::string payload = read_payload(pixels, *header, out);
  if (payload.empty()) return false;
  std::optional<std::string> text = payload_text(std::move(payload), header->is_compressed(), out);
  if (!text || text->empty()) return false;
  add_text(*text, out);
  return true;
}

std::optional<HiddenBits> find_hidden_bits(PixelColumns& pixels) {
  std::optional<Header> header = find_header(pixels);
  if (!header) return std::nullopt;
  const Place& place = header->place();
  uint64_t room = uint64_t{pixels.width()} * pixels.height() * place.bits_a_pixel;
  HiddenBits out{place.bits_a_pixel == 1, kHeaderBits + header->length()};
  if (header->length() == 0 || out.count > room) out.count = room;
  if (room - out.count <= kLengthBits) return out;
  uint64_t following = read_length(pixels, place, out.count);
  if (following > 0 && following % 8 == 0 && following <= room - out.count - kLengthBits)
    out.count += kLengthBits + following;
  return out;
}

}  // namespace img2prompt
