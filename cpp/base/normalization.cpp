#include "base/normalization.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace img2prompt {
namespace {

struct Decomposition {
  uint32_t code_point, first, second;
  bool composes;
};

struct CombiningRange {
  uint32_t first, last;
  uint8_t combining_class;
};

#include "base/normalization_tables.inc"

// Hangul syllables are computed (Unicode 15, section 3.12).
constexpr char32_t kSyllables = 0xAC00, kLeads = 0x1100, kVowels = 0x1161, kTrails = 0x11A7;
constexpr char32_t kLeadCount = 19, kVowelCount = 21, kTrailCount = 28;
constexpr char32_t kSyllableCount = kLeadCount * kVowelCount * kTrailCount;
constexpr char32_t kFirstDecomposable = 0xC0, kFirstCombining = 0x300;

void decompose(char32_t c, std::u32string& out) {
  if (c < kFirstDecomposable) {
    out += c;
    return;
  }
  if (c >= kSyllables && c < kSyllables + kSyllableCount) {
    char32_t index = c - kSyllables;
    out += kLeads + index / (kVowelCount * kTrailCount);
    out += kVowels + index / kTrailCount % kVowelCount;
    if (index % kTrailCount) out += kTrails + index % kTrailCount;
    return;
  }
  const Decomposition* row = std::lower_bound(
      std::begin(kDecompositions), std::end(kDecompositions), c,
      [](const Decomposition& entry, char32_t value) { return entry.code_point < value; });
  if (row == std::end(kDecompositions) || row->code_point != c) {
    out += c;
    return;
  }
  decompose(row->first, out);  // the table is Unicode's own: at most four steps deep
  if (row->second) decompose(row->second, out);
}

uint64_t pair_key(char32_t first, char32_t second) {
  return static_cast<uint64_t>(first) << 32 | second;
}

// The code point that NFC makes of two, or 0.
char32_t compose(char32_t first, char32_t second) {
  static const std::unordered_map<uint64_t, char32_t> kCompositions = [] {
    std::unordered_map<uint64_t, char32_t> pairs;
    for (const Decomposition& row : kDecompositions)
      if (row.composes && row.second) pairs[pair_key(row.first, row.second)] = row.code_point;
    return pairs;
  }();
  if (first >= kLeads && first < kLeads + kLeadCount && second >= kVowels &&
      second < kVowels + kVowelCount)
    return kSyllables + ((first - kLeads) * kVowelCount + second - kVowels) * kTrailCount;
  if (first >= kSyllables && first < kSyllables + kSyllableCount &&
      (first - kSyllables) % kTrailCount == 0 && second > kTrails && second < kTrails + kTrailCount)
    return first + second - kTrails;
  auto found = kCompositions.find(pair_key(first, second));
  return found == kCompositions.end() ? 0 : found->second;
}

}  // namespace

uint8_t combining_class(char32_t c) {
  if (c < kFirstCombining) return 0;
  const CombiningRange* next = std::upper_bound(
      std::begin(kCombiningClasses), std::end(kCombiningClasses), c,
      [](char32_t value, const CombiningRange& range) { return value < range.first; });
  if (next == std::begin(kCombiningClasses)) return 0;
  const CombiningRange& range = *(next - 1);
  return c <= range.last ? range.combining_class : 0;
}

std::u32string to_nfd(std::u32string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (char32_t c : text) decompose(c, out);
  for (size_t i = 0; i < out.size();) {  // each run of marks, ordered by class, else as it stood
    if (combining_class(out[i]) == 0) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < out.size() && combining_class(out[end]) != 0) ++end;
    std::stable_sort(out.begin() + static_cast<std::ptrdiff_t>(i),
                     out.begin() + static_cast<std::ptrdiff_t>(end), [](char32_t a, char32_t b) {
                       return combining_class(a) < combining_class(b);
                     });
    i = end;
  }
  return out;
}

std::u32string to_nfc(std::u32string_view text) {
  if (std::all_of(text.begin(), text.end(), [](char32_t c) { return c < kFirstCombining; }))
    return std::u32string(text);
  std::u32string out = to_nfd(text);
  size_t end = 0, starter = SIZE_MAX;
  uint8_t last_class = 0;  // of the last character kept after the starter
  for (size_t i = 0; i < out.size(); ++i) {
    const char32_t c = out[i];
    const uint8_t cls = combining_class(c);
    const bool adjacent = starter != SIZE_MAX && end == starter + 1;
    const bool blocked = !adjacent && last_class >= cls;
    char32_t joined = starter != SIZE_MAX && !blocked ? compose(out[starter], c) : 0;
    if (joined) {
      out[starter] = joined;
      continue;
    }
    if (cls == 0) starter = end;
    last_class = cls;
    out[end++] = c;
  }
  out.resize(end);
  return out;
}

}  // namespace img2prompt
