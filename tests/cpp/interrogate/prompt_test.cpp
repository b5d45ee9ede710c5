#include "interrogate/prompt.h"

#include "../torch_doctest.h"
#include "word_encoder.h"

using namespace img2prompt;

namespace {

std::string words(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += (i ? " w" : "w") + std::to_string(i);
  return text;
}

}  // namespace

TEST_CASE("Empty phrases are left out, or leave their separators as the reference has it") {
  for (JoinRule rule : {JoinRule::kPlain, JoinRule::kClipInterrogator}) {
    Prompt prompt(rule);
    prompt.append("", "");
    prompt.append(" ", "by X");
    prompt.append_all({"", "b"});
    CHECK(prompt.text() == (rule == JoinRule::kPlain ? "by X, b" : " by X, , b"));
  }
}

TEST_CASE("Truncation keeps whole parts that leave the last place of the context free") {
  WordEncoder encoder;  // 77 places: start, end and 75 words; the last place stays free with 74
  Prompt prompt(JoinRule::kPlain);
  prompt.append("", "one, two three");
  prompt.append_all({words(70), "fits", "beyond"});
  prompt.truncate_to_fit(encoder);
  CHECK(prompt.text() == "one, two three, " + words(70) + ", fits");
  CHECK(prompt.phrases().size() == 3);
}

TEST_CASE("Without the separator the last word of the text and the first of the part are one") {
  WordEncoder encoder;
  for (JoinRule rule : {JoinRule::kPlain, JoinRule::kClipInterrogator}) {
    Prompt prompt(rule);
    prompt.append("", words(74));
    prompt.append_all({"more"});
    prompt.truncate_to_fit(encoder);
    CHECK(prompt.phrases().size() == (rule == JoinRule::kPlain ? 1 : 2));
  }
}

TEST_CASE("A phrase cut inside keeps its beginning, and the first part always stays") {
  WordEncoder encoder;
  Prompt prompt(JoinRule::kPlain);
  prompt.append("", words(90));
  prompt.append_all({"x"});
  prompt.truncate_to_fit(encoder);
  CHECK(prompt.text() == words(90));

  Prompt cut(JoinRule::kPlain);
  cut.append("", "a cat");
  cut.append_all({"by A, " + words(80), "x"});
  cut.truncate_to_fit(encoder);
  REQUIRE(cut.phrases().size() == 2);
  CHECK(cut.phrases()[1].text == "by A");
}
