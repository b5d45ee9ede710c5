#include "tokenizers/mojibake_patterns.h"

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <iterator>
#include <unordered_map>
#include <vector>

#include "base/unicode.h"

namespace img2prompt {
namespace {

struct CharacterRange {
  uint32_t first, last;
};

struct CharacterSet {
  uint16_t first_range, range_count;
  uint8_t flags;
};

constexpr size_t kMaxLength = 7;

struct Sequence {
  uint8_t length;
  bool at_start;  // of the text only
  uint8_t sets[kMaxLength];
};

#include "tokenizers/mojibake_tables.inc"

constexpr uint8_t kWords = 1, kSpaces = 2, kComplement = 4;  // flags of a set
constexpr size_t kSetCount = std::size(kSets);
using Membership = std::bitset<kSetCount>;

bool holds(const CharacterSet& set, char32_t c) {
  bool inside = (set.flags & kWords && is_word(c)) || (set.flags & kSpaces && is_space(c));
  const CharacterRange* range = kSetRanges + set.first_range;
  for (int i = 0; i < set.range_count && !inside; ++i)
    inside = c >= range[i].first && c <= range[i].last;
  return inside != ((set.flags & kComplement) != 0);
}

Membership compute_membership(char32_t c) {
  Membership sets;
  for (size_t i = 0; i < kSetCount; ++i) sets[i] = holds(kSets[i], c);
  return sets;
}

// The sets that hold `c`. Characters that no range names differ by being a word's or a space.
Membership membership(char32_t c) {
  static const std::unordered_map<char32_t, Membership> kNamed = [] {
    std::unordered_map<char32_t, Membership> named;
    for (const CharacterRange& range : kSetRanges)
      for (char32_t each = range.first; each <= range.last; ++each)
        named.emplace(each, compute_membership(each));
    return named;
  }();
  static const Membership kOtherWord = compute_membership(U'\u4E00');
  static const Membership kOtherSpace = compute_membership(U'\u2003');
  static const Membership kOther = compute_membership(U'\u2603');
  auto found = kNamed.find(c);
  if (found != kNamed.end()) return found->second;
  return is_word(c) ? kOtherWord : is_space(c) ? kOtherSpace : kOther;
}

template <typename Char>
uint32_t code_of(Char c) {
  if constexpr (sizeof(Char) == 1)
    return static_cast<uint8_t>(c);
  else
    return c;
}

// Text as the sets of each of its characters, computed once.
template <typename Char>
std::vector<Membership> memberships(std::basic_string_view<Char> text) {
  std::vector<Membership> sets;
  sets.reserve(text.size());
  for (Char c : text) sets.push_back(membership(code_of(c)));
  return sets;
}

template <size_t N>
const Sequence* match(const Sequence (&sequences)[N], const std::vector<Membership>& text,
                      size_t position) {
  for (const Sequence& sequence : sequences) {
    if (position + sequence.length > text.size() || (sequence.at_start && position > 0)) continue;
    size_t i = 0;
    while (i < sequence.length && text[position + i][sequence.sets[i]]) ++i;
    if (i == sequence.length) return &sequence;
  }
  return nullptr;
}

// Every match, from left to right, replaced by what `replacement` makes of it.
template <size_t N, typename Replace>
std::string replace_matches(const Sequence (&sequences)[N], std::string_view bytes,
                            Replace replacement) {
  std::vector<Membership> sets = memberships(bytes);
  std::string out;
  out.reserve(bytes.size());
  for (size_t at = 0; at < bytes.size();) {
    if (const Sequence* found = match(sequences, sets, at)) {
      out += replacement(bytes.substr(at, found->length));
      at += found->length;
    } else {
      out += bytes[at++];
    }
  }
  return out;
}

}  // namespace

bool looks_like_mojibake(std::u32string_view text) {
  std::vector<Membership> sets = memberships(text);
  for (size_t at = 0; at < text.size(); ++at)
    if (match(kBad, sets, at)) return true;
  return false;
}

std::vector<TextRun> find_misread_utf8(std::u32string_view text) {
  std::vector<Membership> sets = memberships(text);
  std::vector<TextRun> runs;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    if (at == 0 || !sets[at - 1][kContinuationSet])
      while (const Sequence* found = match(kLooksLikeUtf8, sets, end)) end += found->length;
    if (end > at) runs.push_back({at, end - at});
    at = end > at ? end : at + 1;
  }
  return runs;
}

std::string restore_altered_utf8(std::string_view bytes) {
  return replace_matches(kAltered, bytes, [](std::string_view found) {
    std::string restored(found);
    std::replace(restored.begin(), restored.end(), ' ', '\xA0');
    return restored;
  });
}

std::string replace_lossy_utf8(std::string_view bytes) {
  return replace_matches(kLossy, bytes, [](std::string_view) { return "\xEF\xBF\xBD"; });
}

}  // namespace img2prompt
