#include "metadata/text_encoding.h"

#include <algorithm>
#include <bitset>
#include <string_view>

#include "base/unicode.h"
#include "base/utf8.h"

namespace img2prompt {
namespace {

using namespace std::string_view_literals;

constexpr size_t kCodeBytes = 8;       // UserComment's character code
constexpr size_t kScoredUnits = 4096;  // enough to judge by

bool is_common_cjk(char32_t c) {
  return (c >= 0x3000 && c <= 0x30FF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xFF00 && c <= 0xFFEF);
}

// How likely one code point is in a prompt. Read the wrong way round, ASCII becomes a code point
// that is a multiple of 256, and Chinese is scattered over every block and the unassigned.
int plausibility(char32_t c) {
  if (c == '\n' || c == '\t' || c == '\r' || (c >= 0x20 && c < 0x7F)) return 3;
  if (is_common_cjk(c)) return 3;
  if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFFFD) return -3;
  if (c >= 0xE000 && c <= 0xF8FF) return -3;
  if (c >= 0x1F300 && c <= 0x1FAFF) return 3;  // pictographs
  if (c >= 0x2000 && c <= 0x27BF) return 1;    // punctuation, arrows, symbols
  if (c >= 0x3400 && c <= 0x4DBF) return -1;   // rare ideographs: swapped Cyrillic falls here
  if (!is_word(c)) return -1;
  return c < 0x530 ? 3 : 1;  // Latin, Greek, Cyrillic; then everything else
}

// Plausible code points, and few different upper bytes: a script keeps to its block, and so do not
// the lower bytes, which take the upper ones' place when the order is wrong. (Lower case ASCII read
// the wrong way round is all common Chinese.)
int score_utf16(std::string_view bytes, bool big_endian) {
  bytes = bytes.substr(0, kScoredUnits * 2);
  std::string text = utf16_to_utf8(bytes, big_endian);
  int score = 0;
  for (size_t i = 0; i < text.size();) score += plausibility(next_code_point(text, i));
  std::bitset<256> upper;
  for (size_t i = big_endian ? 0 : 1; i < bytes.size(); i += 2)
    upper.set(static_cast<uint8_t>(bytes[i]));
  return score - static_cast<int>(upper.count());
}

// UTF-8 under a UTF-16 label: no zero byte, well formed, and words of ASCII in it. UTF-16 text long
// enough to be told has either zero bytes (Latin) or ill-formed sequences (the rest).
bool looks_like_utf8(std::string_view bytes) {
  constexpr size_t kEnoughBytes = 16;
  if (bytes.size() < kEnoughBytes || bytes.find('\0') != bytes.npos) return false;
  auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' || c == ',';
  };
  auto plain = std::count_if(bytes.begin(), bytes.end(), is_plain);
  return bytes.find(' ') != bytes.npos && static_cast<size_t>(plain) * 2 > bytes.size() &&
         is_valid_utf8(bytes);
}

// UTF-16 without any label: zero bytes at every other place of most of it, as Latin text has.
bool looks_like_utf16(std::string_view bytes) {
  size_t zeros[2] = {0, 0}, units = bytes.size() / 2;
  for (size_t i = 0; i < units * 2; ++i) zeros[i % 2] += bytes[i] == '\0';
  size_t most = std::max(zeros[0], zeros[1]), least = std::min(zeros[0], zeros[1]);
  return most * 4 > units * 3 && least * 8 < units;
}

}  // namespace

ByteSpan without_trailing_nuls(ByteSpan bytes) {
  size_t size = bytes.size();
  while (size > 0 && bytes[size - 1] == 0) --size;
  return bytes.sub(0, size);
}

std::string decode_utf8_or_latin1(ByteSpan bytes) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  if (is_valid_utf8(bytes.text()))
    return std::string(bytes.sub(bytes.starts_with(kMark) ? kMark.size() : 0).text());
  return latin1_to_utf8(bytes.text());
}

std::string decode_utf16_either_way(ByteSpan bytes) {
  std::string_view text = bytes.text();
  bool big_endian = true;
  if (text.substr(0, 2) == "\xFE\xFF"sv) {
    text.remove_prefix(2);
  } else if (text.substr(0, 2) == "\xFF\xFE"sv) {
    text.remove_prefix(2);
    big_endian = false;
  } else {
    big_endian = score_utf16(text, true) >= score_utf16(text, false);
  }
  std::string out = utf16_to_utf8(text, big_endian);
  while (!out.empty() && out.back() == '\0') out.pop_back();
  return out;
}

std::string decode_user_comment(ByteSpan bytes) {
  ByteSpan rest = bytes.sub(kCodeBytes);
  if (bytes.starts_with("UNICODE\0"sv) || bytes.starts_with("Unicode\0"sv)) {
    ByteSpan trimmed = without_trailing_nuls(rest);
    return looks_like_utf8(trimmed.text()) ? std::string(trimmed.text())
                                           : decode_utf16_either_way(rest);
  }
  if (bytes.starts_with("ASCII\0\0\0"sv)) return decode_utf8_or_latin1(without_trailing_nuls(rest));
  if (bytes.starts_with("\0\0\0\0\0\0\0\0"sv))
    return decode_utf8_or_latin1(without_trailing_nuls(rest));
  bool has_mark = bytes.starts_with("\xFE\xFF"sv) || bytes.starts_with("\xFF\xFE"sv);
  if (has_mark || looks_like_utf16(bytes.text())) return decode_utf16_either_way(bytes);
  return decode_utf8_or_latin1(without_trailing_nuls(bytes));
}

}  // namespace img2prompt
