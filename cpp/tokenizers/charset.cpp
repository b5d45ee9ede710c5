#include "tokenizers/charset.h"

namespace img2prompt {
namespace {

#include "tokenizers/charset_tables.inc"

constexpr char32_t kReplacement = 0xFFFD;
constexpr uint8_t kSubstitute = 0x1A;

}  // namespace

Charset::Charset(const uint16_t (&high)[128], bool sloppy, bool macroman)
    : high_(high), sloppy_(sloppy), macroman_(macroman) {
  for (size_t i = 0; i < 128; ++i) bytes_[high[i]] = static_cast<uint8_t>(0x80 + i);
  if (sloppy) bytes_[kReplacement] = kSubstitute;
}

std::optional<std::string> Charset::encode(std::u32string_view text) const {
  std::string out;
  out.reserve(text.size());
  for (char32_t c : text) {
    if (c < 0x80 && !(sloppy_ && c == kSubstitute)) {
      out += static_cast<char>(c);
      continue;
    }
    auto byte = bytes_.find(c);
    if (byte == bytes_.end()) return std::nullopt;
    out += static_cast<char>(byte->second);
  }
  return out;
}

char32_t Charset::decode(uint8_t byte) const {
  if (byte < 0x80) return sloppy_ && byte == kSubstitute ? kReplacement : byte;
  return high_[byte - 0x80];
}

const std::array<Charset, 10>& Charset::all() {
  static const std::array<Charset, 10> kAll = {
      Charset(kLatin1, false, false),           Charset(kSloppyWindows1252, true, false),
      Charset(kSloppyWindows1251, true, false), Charset(kSloppyWindows1250, true, false),
      Charset(kSloppyWindows1253, true, false), Charset(kSloppyWindows1254, true, false),
      Charset(kSloppyWindows1257, true, false), Charset(kIso88592, false, false),
      Charset(kMacroman, false, true),          Charset(kCp437, false, false),
  };
  return kAll;
}

}  // namespace img2prompt
