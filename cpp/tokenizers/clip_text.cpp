#include "tokenizers/clip_text.h"

#include <algorithm>

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/html.h"
#include "tokenizers/text_repair.h"

namespace img2prompt {
namespace {

// Text that no repair changes: visible ASCII and plain white space without references.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 0x20 && c < 0x7F && c != '&') || c == '\t' || c == '\n';
  });
}

std::string clean_plain(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool gap = false;
  for (char c : text) {
    if (c == ' ' || c == '\t' || c == '\n') {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  }
  return out;
}

std::u32string collapse_spaces(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  bool gap = false;
  for (char32_t c : text) {
    if (is_space(c)) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += U' ';
    gap = false;
    out += c;
  }
  return out;
}

}  // namespace

std::string clean_clip_text(std::string_view text) {
  if (is_plain(text)) return clean_plain(text);
  std::u32string cleaned = repair_text(utf8_to_utf32(text));
  cleaned = unescape_html(unescape_html(cleaned));
  return utf32_to_utf8(to_lower(collapse_spaces(cleaned)));
}

}  // namespace img2prompt
