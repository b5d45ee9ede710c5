#include "base/utf8.h"

#include <cstring>

#ifdef _WIN32
#include <windows.h>
#endif

namespace img2prompt {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct LeadByte {
  int length;   // 0 = not a lead byte
  uint8_t low;  // allowed range of the second byte
  uint8_t high;
};

// Table 3-7 of the Unicode standard (well-formed UTF-8 byte sequences).
LeadByte classify(uint8_t byte) {  // beyond ASCII
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// A place from `position` on before which all is ASCII: at most 7 bytes before the first that is
// not.
size_t skip_ascii(std::string_view text, size_t position) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  for (uint64_t word; position + sizeof word <= text.size(); position += sizeof word) {
    std::memcpy(&word, text.data() + position, sizeof word);
    if (word & kHighBits) break;
  }
  return position;
}

}  // namespace

char32_t next_long_code_point(std::string_view text, size_t& position) {
  uint8_t first = static_cast<uint8_t>(text[position++]);
  LeadByte lead = classify(first);
  if (lead.length == 0) return kReplacement;
  char32_t value = first & (0x7F >> lead.length);
  uint8_t low = lead.low, high = lead.high;
  for (int i = 1; i < lead.length; ++i) {
    if (position >= text.size()) return kReplacement;
    uint8_t byte = static_cast<uint8_t>(text[position]);
    if (byte < low || byte > high) return kReplacement;
    value = value << 6 | (byte & 0x3F);
    ++position;
    low = 0x80;
    high = 0xBF;
  }
  return value;
}

void append_utf8(char32_t c, std::string& out) {
  if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) c = kReplacement;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

std::u32string utf8_to_utf32(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (size_t position = 0; position < text.size();) out += next_code_point(text, position);
  return out;
}

std::string utf32_to_utf8(std::u32string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char32_t c : text) append_utf8(c, out);
  return out;
}

bool is_valid_utf8(std::string_view text) {
  for (size_t position = skip_ascii(text, 0); position < text.size();
       position = skip_ascii(text, position)) {
    size_t start = position;
    char32_t c = next_code_point(text, position);
    if (c == kReplacement && text.substr(start, position - start) != "\xEF\xBF\xBD") return false;
  }
  return true;
}

std::string repair_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t position = 0; position < text.size();) {
    size_t plain = skip_ascii(text, position);
    out += text.substr(position, plain - position);
    position = plain;
    if (position < text.size()) append_utf8(next_code_point(text, position), out);
  }
  return out;
}

std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) append_utf8(static_cast<uint8_t>(c), out);
  return out;
}

std::string utf16_to_utf8(std::string_view bytes, bool big_endian) {
  auto unit = [&](size_t i) -> char32_t {
    uint8_t a = static_cast<uint8_t>(bytes[i]), b = static_cast<uint8_t>(bytes[i + 1]);
    return big_endian ? a << 8 | b : b << 8 | a;
  };
  std::string out;
  out.reserve(bytes.size());
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t c = unit(i);
    if (c >= 0xD800 && c < 0xDC00 && i + 3 < bytes.size()) {
      char32_t low = unit(i + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    append_utf8(c, out);
  }
  return out;
}

#ifdef _WIN32
std::wstring utf8_to_wide(std::string_view text) {
  int size =
      MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), nullptr, 0);
  std::wstring out(static_cast<size_t>(size), L'\0');
  MultiByteToWideChar(CP_UTF8, 0, text.data(), static_cast<int>(text.size()), out.data(), size);
  return out;
}
#endif

}  // namespace img2prompt
