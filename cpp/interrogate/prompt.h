// A prompt as the phrases it is made of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "interrogate/match.h"
#include "interrogate/text_encoder.h"

namespace img2prompt {

struct Phrase {
  std::string separator;  // what stands between the phrase before and this one; "" for the first
  std::string text;
  std::optional<Match> match = {};  // that the text was written from, in mode native
};

// How clip-interrogator 0.6.0 joins and cuts, or how one would expect it.
enum class JoinRule {
  kPlain,            // empty phrases are left out; a part is kept if the text with it fits
  kClipInterrogator  // empty phrases leave their separators; fit is judged without the last ", "
};

class Prompt {
 public:
  explicit Prompt(JoinRule rule) : rule_(rule) {}

  void append(const std::string& separator, const std::string& text,
              std::optional<Match> match = {});
  void append_all(const std::vector<std::string>& texts);  // each behind ", "

  std::string text() const;
  const std::vector<Phrase>& phrases() const { return phrases_; }

  // Keeps the ", "-separated parts, from the first, that fit the encoder's context. The first part
  // always stays. A phrase cut inside keeps its beginning.
  void truncate_to_fit(TextEncoder& encoder);

 private:
  JoinRule rule_;
  std::vector<Phrase> phrases_;
};

}  // namespace img2prompt
