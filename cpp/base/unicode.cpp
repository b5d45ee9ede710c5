#include "base/unicode.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "base/unicode_tables.h"

namespace img2prompt {
namespace {

constexpr char32_t kCapitalSigma = 0x3A3, kSigma = 0x3C3, kFinalSigma = 0x3C2;
constexpr char32_t kCapitalDottedI = 0x130, kDotAbove = 0x307;

// The row whose first..last holds `c`, or null.
template <typename Row, size_t N>
const Row* find(const Row (&rows)[N], char32_t c) {
  const Row* next =
      std::upper_bound(std::begin(rows), std::end(rows), c,
                       [](char32_t value, const Row& row) { return value < row.first; });
  if (next == std::begin(rows)) return nullptr;
  const Row* row = next - 1;
  return c <= row->last ? row : nullptr;
}

bool is_ascii_letter(char32_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

// Unicode 15, table 3-17 (Final_Sigma): a cased letter before it and none after it in its word.
bool ends_word(std::u32string_view text, size_t sigma) {
  size_t before = sigma;
  while (before > 0 && find(kCaseIgnorable, text[before - 1])) --before;
  if (before == 0 || !find(kCased, text[before - 1])) return false;
  size_t after = sigma + 1;
  while (after < text.size() && find(kCaseIgnorable, text[after])) ++after;
  return after == text.size() || !find(kCased, text[after]);
}

}  // namespace

bool is_letter(char32_t c) { return c < 0x80 ? is_ascii_letter(c) : find(kLetters, c) != nullptr; }

bool is_number(char32_t c) {
  return c < 0x80 ? c >= '0' && c <= '9' : find(kNumbers, c) != nullptr;
}

bool is_decimal(char32_t c) {
  return c < 0x80 ? c >= '0' && c <= '9' : find(kDecimals, c) != nullptr;
}

bool is_word(char32_t c) { return is_letter(c) || is_number(c) || c == '_'; }

bool is_white_space(char32_t c) {
  if (c <= 0x20) return c == 0x20 || (c >= 0x09 && c <= 0x0D);
  if (c < 0x1680) return c == 0x85 || c == 0xA0;
  return c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

bool is_space(char32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }

char32_t to_lower_simple(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
  if (c == kCapitalDottedI) return 'i';
  const LowerRun* run = find(kLower, c);
  if (!run || (c - run->first) % run->stride != 0) return c;
  return static_cast<char32_t>(static_cast<int64_t>(c) + run->delta);
}

void append_lower(char32_t c, std::u32string& out) {
  out += to_lower_simple(c);
  if (c == kCapitalDottedI) out += kDotAbove;
}

std::u32string to_lower(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kCapitalSigma)
      out += ends_word(text, i) ? kFinalSigma : kSigma;
    else
      append_lower(text[i], out);
  }
  return out;
}

}  // namespace img2prompt
