// UTF-8 between bytes and code points. Malformed input never throws: each maximal ill-formed part
// becomes U+FFFD, as Unicode 15 section 3.9 recommends and Python's errors="replace" does.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace img2prompt {

// next_code_point() where a byte beyond ASCII stands.
char32_t next_long_code_point(std::string_view text, size_t& position);

// The code point that starts at `position`, which moves past it. Requires position < text.size().
inline char32_t next_code_point(std::string_view text, size_t& position) {
  const auto first = static_cast<unsigned char>(text[position]);
  if (first >= 0x80) return next_long_code_point(text, position);
  ++position;
  return first;
}

void append_utf8(char32_t code_point, std::string& out);

std::u32string utf8_to_utf32(std::string_view text);
std::string utf32_to_utf8(std::u32string_view text);

bool is_valid_utf8(std::string_view text);
std::string repair_utf8(std::string_view text);     // ill-formed parts become U+FFFD
std::string latin1_to_utf8(std::string_view text);  // every byte is its own code point

// UTF-16 code units to UTF-8; lone surrogates become U+FFFD, a trailing odd byte is dropped.
std::string utf16_to_utf8(std::string_view bytes, bool big_endian);

#ifdef _WIN32
std::wstring utf8_to_wide(std::string_view text);
#endif

}  // namespace img2prompt
