#include "tokenizers/html.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/utf8.h"

namespace img2prompt {
namespace {

struct Entity {
  std::string_view name, value;
};

#include "tokenizers/html_tables.inc"

constexpr size_t kMaxNameLength = 32;        // HTML5's longest is 31 and a semicolon
constexpr size_t kMaxClosedNameLength = 24;  // what ftfy looks at
constexpr char32_t kReplacement = 0xFFFD, kTooLarge = 0x110000;

// What numbers 0x80 to 0x9F stand for in HTML: Windows-1252, and themselves where that has nothing.
constexpr char16_t kC1Values[32] = {0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                    0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                    0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                    0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_upper(char32_t c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char32_t c) { return c >= 'a' && c <= 'z'; }
bool is_hex(char32_t c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

template <size_t N>
const Entity* find(const Entity (&table)[N], std::string_view name) {
  const Entity* row =
      std::lower_bound(std::begin(table), std::end(table), name,
                       [](const Entity& entity, std::string_view n) { return entity.name < n; });
  return row != std::end(table) && row->name == name ? row : nullptr;
}

void append(std::string_view utf8, std::u32string& out) {
  for (size_t at = 0; at < utf8.size();) out += next_code_point(utf8, at);
}

// Table of the HTML standard, "numeric character reference end state"; what it forbids is dropped.
void append_number(char32_t number, std::u32string& out) {
  if (number == 0 || (number >= 0xD800 && number < 0xE000) || number >= kTooLarge) {
    out += kReplacement;
  } else if (number >= 0x80 && number < 0xA0) {
    out += kC1Values[number - 0x80];
  } else {
    bool control =
        number < 0x09 || number == 0x0B || (number >= 0x0E && number < 0x20) || number == 0x7F;
    bool not_a_character = (number >= 0xFDD0 && number < 0xFDF0) || (number & 0xFFFE) == 0xFFFE;
    if (!control && !not_a_character) out += number;
  }
}

// A number at `start` ("#38;", "#x26"). Its length with the semicolon if there is one, 0 = no
// number.
size_t parse_number(std::u32string_view text, size_t start, char32_t& number) {
  size_t at = start + 1;
  bool hex = at < text.size() && (text[at] == 'x' || text[at] == 'X');
  if (hex) ++at;
  size_t digits = at;
  number = 0;
  for (; at < text.size() && (hex ? is_hex(text[at]) : is_digit(text[at])); ++at) {
    char32_t digit = is_digit(text[at]) ? text[at] - '0' : (text[at] | 0x20) - 'a' + 10;
    number = std::min<char32_t>(kTooLarge, number * (hex ? 16 : 10) + digit);
  }
  if (at == digits) return 0;
  if (at < text.size() && text[at] == ';') ++at;
  return at - start;
}

bool ends_name(char32_t c) {
  return c == '\t' || c == '\n' || c == '\f' || c == ' ' || c == '<' || c == '&' || c == '#' ||
         c == ';';
}

// The longest known entity that `name` begins with, the whole first; it has two letters or more.
const Entity* find_longest(std::string_view name) {
  for (size_t size = name.size(); size > 1; --size)
    if (const Entity* entity = find(kEntities, name.substr(0, size))) return entity;
  return nullptr;
}

// The ASCII beginning of the name that starts at `start`, with its semicolon; "" when no name does.
std::string parse_name(std::u32string_view text, size_t start) {
  std::string name;
  size_t at = start;
  for (; at < text.size() && at - start < kMaxNameLength && !ends_name(text[at]); ++at) {
    if (text[at] > 0x7F) return name;
    name += static_cast<char>(text[at]);
  }
  if (!name.empty() && at < text.size() && text[at] == ';') name += ';';
  return name;
}

// An all-capital name that HTML does not know, "EACUTE;", read as the small one in upper case.
std::optional<std::string_view> find_capital(const std::string& name) {
  if (const Entity* entity = find(kCapitalEntities, name)) return entity->value;
  if (std::any_of(name.begin(), name.end(), is_lower) || find_longest(name)) return std::nullopt;
  std::string small = name;
  for (char& c : small)
    if (is_upper(static_cast<unsigned char>(c))) c = static_cast<char>(c | 0x20);
  const Entity* entity = find(kEntities, small);
  if (!entity) return std::nullopt;
  return entity->value;
}

// Appends what the closed reference text[start, end) stands for; false when it stands for itself.
bool append_closed(std::u32string_view text, size_t start, size_t end, std::u32string& out) {
  if (text[start] == '#') {
    char32_t number;
    if (start + parse_number(text, start, number) != end || number == ';') return false;
    append_number(number, out);
    return true;
  }
  std::string name(text.begin() + static_cast<std::ptrdiff_t>(start),
                   text.begin() + static_cast<std::ptrdiff_t>(end));
  if (const Entity* entity = find(kEntities, name)) {
    append(entity->value, out);
    return true;
  }
  if (auto value = find_capital(name)) {
    append(*value, out);
    return true;
  }
  return false;
}

}  // namespace

std::u32string unescape_html(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '&') {
      out += text[at++];
      continue;
    }
    size_t start = at + 1;
    char32_t number;
    if (start < text.size() && text[start] == '#') {
      size_t size = parse_number(text, start, number);
      if (size)
        append_number(number, out);
      else
        out += '&';
      at = start + size;
      continue;
    }
    std::string name = parse_name(text, start);
    const Entity* entity = find_longest(name);
    if (entity)
      append(entity->value, out);
    else
      out += '&';
    at = start + (entity ? entity->name.size() : 0);
  }
  return out;
}

std::u32string unescape_closed_html(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '&') {
      size_t start = at + 1, end = start;
      if (end < text.size() && text[end] == '#') ++end;
      size_t name = end;
      while (end < text.size() && end - name < kMaxClosedNameLength &&
             (is_digit(text[end]) || is_upper(text[end]) || is_lower(text[end])))
        ++end;
      bool closed = end > name && end < text.size() && text[end] == ';';
      if (closed && append_closed(text, start, end + 1, out)) {
        at = end + 1;
        continue;
      }
    }
    out += text[at++];
  }
  return out;
}

}  // namespace img2prompt
