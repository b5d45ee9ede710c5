#include "metadata/png_profile.h"

#include <string>

#include "metadata/exif.h"
#include "metadata/iptc.h"
#include "metadata/xmp.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

int digit_value(char c) {
  char lower = static_cast<char>(c | 0x20);
  if (c >= '0' && c <= '9') return c - '0';
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The bytes behind the lines of the name and of the length; empty where they are no hexadecimal.
std::string profile_bytes(std::string_view text) {
  size_t start = text.find_first_not_of(" \n\r");
  for (int line = 0; line < 2; ++line) {
    start = text.find('\n', start);
    if (start == text.npos) return {};
    start = text.find_first_not_of('\n', start);
  }
  std::string out;
  int high = -1;
  for (size_t i = start; i < text.size(); ++i) {
    if (text[i] == '\n' || text[i] == '\r' || text[i] == ' ') continue;
    int value = digit_value(text[i]);
    if (value < 0) return {};
    if (high >= 0) out += static_cast<char>(high << 4 | value);
    high = high < 0 ? value : -1;
  }
  return out;
}

}  // namespace

bool read_png_profile(std::string_view keyword, std::string_view text, RawFields& out) {
  constexpr std::string_view kKeyword = "Raw profile type ",
                             kXmpPrefix = "http://ns.adobe.com/xap/1.0/\0"sv;
  if (keyword.substr(0, kKeyword.size()) != kKeyword) return false;
  std::string_view name = keyword.substr(kKeyword.size());
  bool is_known = name == "exif" || name == "APP1" || name == "xmp" || name == "iptc";
  std::string bytes = is_known ? profile_bytes(text) : std::string();
  if (bytes.empty()) return false;
  ByteSpan profile{std::string_view(bytes)};
  if (name == "iptc")
    profile.starts_with("8BIM"sv) ? parse_photoshop(profile, out) : parse_iptc(profile, out);
  else if (profile.starts_with(kXmpPrefix))
    read_xmp(profile.sub(kXmpPrefix.size()), out);
  else if (name == "xmp")
    read_xmp(profile, out);
  else
    parse_exif(profile, out);
  return true;
}

}  // namespace img2prompt
