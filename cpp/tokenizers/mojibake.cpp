#include "tokenizers/mojibake.h"

#include <algorithm>
#include <optional>

#include "base/utf8.h"
#include "tokenizers/charset.h"
#include "tokenizers/mojibake_patterns.h"

namespace img2prompt {
namespace {

constexpr int kMaxDepth = 16;  // each level works on a shorter text; real ones need two or three
constexpr std::string_view kAGrave = "\xC3 ", kRestoredAGrave = "\xC3\xA0 ";
constexpr std::string_view kNotAfterAGrave[] = {" ", "quele", "quela", "quilo", "s "};

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

bool is_c1(char32_t c) { return c >= 0x80 && c < 0xA0; }

// "\xC3 " at the end of a word is the word "a" with a grave accent and a space, but for the
// beginnings of some Portuguese words.
std::string restore_a_grave(std::string_view bytes) {
  std::string out;
  for (size_t at = 0; at < bytes.size();) {
    std::string_view rest = bytes.substr(at);
    bool found = starts_with(rest, kAGrave);
    for (std::string_view part : kNotAfterAGrave)
      if (found && starts_with(rest.substr(kAGrave.size()), part)) found = false;
    if (found) {
      out += kRestoredAGrave;
      at += kAGrave.size();
    } else {
      out += bytes[at++];
    }
  }
  return out;
}

// Decodes bytes that may hold Java's null (C0 80) or CESU-8 (a surrogate pair, each half as three
// bytes) beside UTF-8; nothing when they hold anything else. A final line feed stands in for the
// last byte of either, as ftfy's expressions have it.
std::optional<std::u32string> decode_utf8(std::string_view bytes) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  auto within = [&](size_t i, int low, int high) { return byte(i) >= low && byte(i) <= high; };
  auto closes = [&](size_t i) {
    return within(i, 0x80, 0xBF) || (byte(i) == '\n' && i + 1 == bytes.size());
  };
  std::u32string out;
  for (size_t at = 0; at < bytes.size();) {
    size_t left = bytes.size() - at;
    if (byte(at) == 0xC0 && left >= 2 &&
        (byte(at + 1) == 0x80 || (left == 2 && byte(at + 1) == '\n'))) {
      out += U'\0';
      at += 2;
      continue;
    }
    if (byte(at) == 0xED && left >= 6 && within(at + 1, 0xA0, 0xAF) && within(at + 2, 0x80, 0xBF) &&
        byte(at + 3) == 0xED && within(at + 4, 0xB0, 0xBF) && closes(at + 5)) {
      out += 0x10000u + ((byte(at + 1) & 0x0Fu) << 16) + ((byte(at + 2) & 0x3Fu) << 10) +
             ((byte(at + 4) & 0x0Fu) << 6) + (byte(at + 5) & 0x3Fu);
      at += 6;
      continue;
    }
    size_t start = at;
    char32_t c = next_code_point(bytes, at);
    if (c == 0xFFFD && bytes.substr(start, at - start) != "\xEF\xBF\xBD") return std::nullopt;
    out += c;
  }
  return out;
}

// The text as UTF-8 misread in one of the sets; the first set that gives valid UTF-8 is it.
std::optional<std::u32string> decode_misread(std::u32string_view text, bool& is_latin1) {
  for (const Charset& charset : Charset::all()) {
    std::optional<std::string> bytes = charset.encode(text);
    if (!bytes) continue;
    if (&charset == &Charset::latin1()) is_latin1 = true;
    // In Mac Roman, what would be restored is an en dash before a space.
    if (!charset.is_macroman() && restore_altered_utf8(*bytes) != *bytes)
      bytes = restore_altered_utf8(restore_a_grave(*bytes));
    if (charset.is_sloppy()) bytes = replace_lossy_utf8(*bytes);
    if (auto decoded = decode_utf8(*bytes)) return decoded;
  }
  return std::nullopt;
}

std::u32string repair(std::u32string_view text, int depth);

// Repairs the parts that look misread each by itself, where the text as a whole cannot be.
std::u32string repair_parts(std::u32string_view text, int depth) {
  std::u32string out;
  size_t done = 0;
  for (const TextRun& run : find_misread_utf8(text)) {
    std::u32string_view part = text.substr(run.start, run.length);
    out += text.substr(done, run.start - done);
    if (part.size() < text.size() && looks_like_mojibake(part))
      out += repair(part, depth + 1);
    else
      out += part;
    done = run.start + run.length;
  }
  out += text.substr(done);
  return out;
}

// Latin-1 with C1 controls, taken for Windows-1252; nothing when a byte is unassigned there.
std::optional<std::u32string> decode_as_windows1252(std::u32string_view text) {
  std::u32string out;
  for (char32_t c : text) {
    char32_t decoded = Charset::windows1252().decode(static_cast<uint8_t>(c));
    if (is_c1(decoded) || decoded == 0xFFFD) {
      if (c != 0x1A) return std::nullopt;
      decoded = c;
    }
    out += decoded;
  }
  return out;
}

std::u32string repair_once(std::u32string_view text, int depth) {
  auto ascii = [](char32_t c) { return c < 0x80; };
  if (std::all_of(text.begin(), text.end(), ascii) || !looks_like_mojibake(text))
    return std::u32string(text);
  bool is_latin1 = false;
  if (auto decoded = decode_misread(text, is_latin1)) return *decoded;
  if (depth < kMaxDepth) {
    std::u32string repaired = repair_parts(text, depth);
    if (repaired != text) return repaired;
  }
  if (is_latin1) {
    auto decoded = decode_as_windows1252(text);
    if (decoded && *decoded != text) return *decoded;
  }
  return repair_c1_controls(text);
}

std::u32string repair(std::u32string_view text, int depth) {
  std::u32string current(text);
  while (true) {
    std::u32string next = repair_once(current, depth);
    if (next == current) return current;
    current = std::move(next);
  }
}

}  // namespace

std::u32string repair_c1_controls(std::u32string_view text) {
  std::u32string out(text);
  for (char32_t& c : out)
    if (is_c1(c)) c = Charset::windows1252().decode(static_cast<uint8_t>(c));
  return out;
}

std::u32string repair_encoding(std::u32string_view text) { return repair(text, 0); }

}  // namespace img2prompt
