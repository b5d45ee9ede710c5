#include "tokenizers/text_repair.h"

#include <algorithm>
#include <iterator>

#include "base/normalization.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/html.h"
#include "tokenizers/mojibake.h"

namespace img2prompt {
namespace {

struct WidthForm {
  uint32_t code_point;
  std::string_view standard;  // UTF-8
};

#include "tokenizers/width_tables.inc"

struct Ligature {
  char32_t code_point;
  std::u32string_view letters;
};

// Latin ligatures and digraphs: their Unicode compatibility decompositions (U+0149 with a modifier
// apostrophe, as there).
constexpr Ligature kLigatures[] = {
    {0x132, U"IJ"},       {0x133, U"ij"},      {0x149, U"\u02BCn"}, {0x1C4, U"D\u017D"},
    {0x1C5, U"D\u017E"},  {0x1C6, U"d\u017E"}, {0x1C7, U"LJ"},      {0x1C8, U"Lj"},
    {0x1C9, U"lj"},       {0x1CA, U"NJ"},      {0x1CB, U"Nj"},      {0x1CC, U"nj"},
    {0x1F1, U"DZ"},       {0x1F2, U"Dz"},      {0x1F3, U"dz"},      {0xFB00, U"ff"},
    {0xFB01, U"fi"},      {0xFB02, U"fl"},     {0xFB03, U"ffi"},    {0xFB04, U"ffl"},
    {0xFB05, U"\u017Ft"}, {0xFB06, U"st"},
};

constexpr size_t kMaxSegment = 1000000;  // characters that are repaired in one piece
constexpr int kMaxRounds = 100;          // "&amp;amp;amp;..." loses one level a round
constexpr char32_t kEscape = 0x1B;

bool is_ascii_letter(char32_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

bool is_dropped_control(char32_t c) {
  if (c < 0x20) return c != '\t' && c != '\n' && c != '\f' && c != '\r';
  return c == 0x7F || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC);
}

void append_ligatures_apart(char32_t c, std::u32string& out) {
  if (c >= 0x132) {
    for (const Ligature& ligature : kLigatures)
      if (ligature.code_point == c) {
        out += ligature.letters;
        return;
      }
  }
  out += c;
}

void append_standard_width(char32_t c, std::u32string& out) {
  if (c == 0x3000 || c >= 0xFF01) {
    const WidthForm* form = std::lower_bound(
        std::begin(kWidthForms), std::end(kWidthForms), c,
        [](const WidthForm& entry, char32_t value) { return entry.code_point < value; });
    if (form != std::end(kWidthForms) && form->code_point == c) {
      for (size_t at = 0; at < form->standard.size();) out += next_code_point(form->standard, at);
      return;
    }
  }
  out += c;
}

char32_t straighten_quote(char32_t c) {
  if (c == 0x2BC || (c >= 0x2018 && c <= 0x201B)) return '\'';
  return c >= 0x201C && c <= 0x201F ? U'"' : c;
}

template <typename Append>
std::u32string map_characters(std::u32string_view text, Append append) {
  std::u32string out;
  out.reserve(text.size());
  for (char32_t c : text) append(c, out);
  return out;
}

std::u32string unify_line_breaks(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    char32_t c = text[at];
    if (c == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
    bool line_break = c == '\r' || c == 0x2028 || c == 0x2029 || c == 0x85;
    out += line_break ? U'\n' : c;
  }
  return out;
}

// "\x1B[31;1m" and the like.
std::u32string remove_terminal_escapes(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (text[at] == kEscape && at + 1 < text.size() && text[at + 1] == '[') {
      size_t end = at + 2;
      while (end < text.size() && (text[end] == ';' || is_decimal(text[end]))) ++end;
      if (end < text.size() && is_ascii_letter(text[end])) {
        at = end + 1;
        continue;
      }
    }
    out += text[at++];
  }
  return out;
}

std::u32string repair_segment(std::u32string_view segment, bool unescape) {
  std::u32string text(segment);
  for (int round = 0; round < kMaxRounds; ++round) {
    std::u32string before = text;
    if (unescape) text = unescape_closed_html(text);
    text = repair_c1_controls(repair_encoding(text));
    text = map_characters(text, append_ligatures_apart);
    text = map_characters(text, append_standard_width);
    for (char32_t& c : text) c = straighten_quote(c);
    text = remove_terminal_escapes(unify_line_breaks(text));
    text.erase(std::remove_if(text.begin(), text.end(), is_dropped_control), text.end());
    text = to_nfc(text);
    if (text == before) break;
  }
  return text;
}

}  // namespace

std::u32string repair_text(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  bool unescape = true;  // until a "<" tells that references are meant as they stand
  for (size_t at = 0; at < text.size();) {
    size_t line_end = text.find('\n', at);
    size_t end = line_end == std::u32string_view::npos ? text.size() : line_end + 1;
    end = std::min(end, at + kMaxSegment);
    std::u32string_view segment = text.substr(at, end - at);
    if (segment.find('<') != std::u32string_view::npos) unescape = false;
    out += repair_segment(segment, unescape);
    at = end;
  }
  return out;
}

}  // namespace img2prompt
