#include "interrogate/prompt.h"

#include <algorithm>

namespace img2prompt {
namespace {

constexpr std::string_view kComma = ", ";

// How many bytes of `text` are kept.
size_t fitting_length(const std::string& text, bool count_separator, TextEncoder& encoder) {
  size_t kept = std::min(text.find(kComma), text.size());
  while (kept < text.size()) {
    size_t start = kept + kComma.size();
    size_t end = std::min(text.find(kComma, start), text.size());
    std::string longer = text.substr(0, kept);
    if (count_separator) longer += kComma;
    if (!encoder.fits(longer.append(text, start, end - start))) break;
    kept = end;
  }
  return kept;
}

}  // namespace

void Prompt::append(const std::string& separator, const std::string& text,
                    std::optional<Match> match) {
  if (rule_ == JoinRule::kPlain && text.empty()) return;
  bool first = phrases_.empty();
  phrases_.push_back({first ? "" : separator, text, std::move(match)});
}

void Prompt::append_all(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) append(std::string(kComma), text);
}

std::string Prompt::text() const {
  std::string joined;
  for (const Phrase& phrase : phrases_) joined += phrase.separator + phrase.text;
  return joined;
}

void Prompt::truncate_to_fit(TextEncoder& encoder) {
  size_t left = fitting_length(text(), rule_ == JoinRule::kPlain, encoder);
  std::vector<Phrase> kept;
  for (Phrase& phrase : phrases_) {
    if (left < phrase.separator.size() + phrase.text.size()) {
      if (left > phrase.separator.size())
        kept.push_back({phrase.separator, phrase.text.substr(0, left - phrase.separator.size())});
      break;
    }
    left -= phrase.separator.size() + phrase.text.size();
    kept.push_back(std::move(phrase));
  }
  phrases_ = std::move(kept);
}

}  // namespace img2prompt
