#include <doctest/doctest.h>

#include <random>

#include "base/error.h"
#include "metadata/infotext.h"

using namespace img2prompt;

namespace {

bool is_size(const std::string& value, size_t& x) {
  x = value.find('x');
  auto are_digits = [](const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  };
  return x != value.npos && are_digits(value.substr(0, x)) && are_digits(value.substr(x + 1));
}

// What the exact rules make of them: sizes are taken apart.
Settings as_exact(const Settings& settings) {
  Settings out;
  auto set = [&](const std::string& key, const std::string& value) {
    for (auto& [known, held] : out)
      if (known == key) return void(held = value);
    out.emplace_back(key, value);
  };
  for (const auto& [key, value] : settings) {
    size_t x = 0;
    if (is_size(value, x)) {
      set(key + "-1", value.substr(0, x));
      set(key + "-2", value.substr(x + 1));
    } else {
      set(key, value);
    }
  }
  return out;
}

void check_round_trip(const std::string& prompt, const std::string& negative,
                      const Settings& settings) {
  std::string text = format_infotext(prompt, negative, settings);
  INFO(text);
  Infotext read = parse_infotext(text, InfotextRules::kBalanced);
  CHECK(read.prompt == prompt);
  CHECK(read.negative_prompt == negative);
  CHECK(read.settings == settings);
  Infotext exact = parse_infotext(text, InfotextRules::kExact);
  CHECK(exact.prompt == prompt);
  CHECK(exact.negative_prompt == negative);
  CHECK(exact.settings == as_exact(settings));
}

// A string of up to 12 pieces that each mean something to the parser.
std::string random_text(std::mt19937& random, const std::vector<std::string>& pieces) {
  std::string out;
  for (size_t count = random() % 12; count-- > 0;) out += pieces[random() % pieces.size()];
  return out;
}

}  // namespace

TEST_CASE("The WebUI's own text is written for the WebUI's own values") {
  CHECK(format_infotext("a\nb", "c", {{"Steps", "20"}, {"Size", "512x768"}, {"Model", "m, n"}}) ==
        "a\nb\nNegative prompt: c\nSteps: 20, Size: 512x768, Model: \"m, n\"");
  CHECK(format_infotext("a", "", {}) == "a");
  CHECK(format_infotext("", "", {}) == "");
}

TEST_CASE("Fewer than three settings are repeated until they are recognised") {
  CHECK(format_infotext("a", "", {{"Steps", "20"}}) == "a\nSteps: 20, Steps: 20, Steps: 20");
  check_round_trip("a", "b", {{"Steps", "20"}});
  check_round_trip("", "", {{"Steps", "20"}, {"Seed", ""}});
}

TEST_CASE("A prompt with the beginnings of settings over more than one line stays a prompt") {
  const std::string tricky = "Steps: 1, Seed: 2, Size: 3x4\nTemplate: a";
  for (const std::string& prompt : std::vector<std::string>{
           tricky, "a\n" + tricky, "Steps: 1, Seed: 2, Size: \"3\n4\"", std::string("Steps: a\nb"),
           "Steps: 1, Seed: 2, Size: 3\nNegative Template: b"}) {
    check_round_trip(prompt, "", {});
    check_round_trip("", "b\n" + prompt, {});
    check_round_trip(prompt, "b", {});
    check_round_trip(prompt, "b", {{"Model", "m"}, {"Steps", "20"}});
    check_round_trip("a", "b", {{"Steps", prompt}, {"Model", prompt}});
  }
}

TEST_CASE("A prompt that ends like a line of settings stays a prompt") {
  const std::string tricky = "score_9, style: anime, view: front, mood: dark";
  check_round_trip(tricky, "", {});
  check_round_trip("a\n" + tricky, "", {});
  check_round_trip("", tricky, {});
  check_round_trip("a", "b\n" + tricky, {});
  check_round_trip(tricky, tricky, {{"Steps", "20"}});
  check_round_trip("a", "Negative prompt: b", {});
}

TEST_CASE("Random values survive, whatever they hold") {
  const std::vector<std::string> pieces = {",",
                                           ":",
                                           "\n",
                                           "\"",
                                           "\\",
                                           " ",
                                           "[",
                                           "]",
                                           "{",
                                           "}",
                                           "\t",
                                           "\r",
                                           "x",
                                           "5",
                                           "aa",
                                           "\x01",
                                           "u00",
                                           "\\\"",
                                           "\u65E5",
                                           "\U0001F600",
                                           "\u2028",
                                           "\u00A0",
                                           "Steps: 1",
                                           std::string(1, '\0'),
                                           "Negative prompt:"};
  const std::vector<std::string> keys = {"Steps", "ZZ ",          "a/b",  "\u65E5\u672C", "__",
                                         "9-",    "Size-1",       "Size", "Hires resize", "x  y",
                                         "A- ",   "ControlNet 0", "RNG",  "Lora hashes"};
  std::mt19937 random(20240607);
  for (int round = 0; round < 4000; ++round) {
    Settings settings;
    for (size_t i = random() % keys.size(); i < keys.size(); i += 1 + random() % 3)
      settings.emplace_back(keys[i], random_text(random, pieces));
    check_round_trip("a prompt", round % 2 ? "b" : "", settings);
  }
}

TEST_CASE("Random prompts survive but for white space at the ends of lines") {
  const std::vector<std::string> pieces = {
      "cat",    ",",  ":",   "\nx",        "(a:1.2)",   "aa: b,y", "\"",      "\n\nx",
      "\u65E5", "\\", "[b]", "<lora:c:1>", "Steps: 20", "-",       "x\u2028y"};
  std::mt19937 random(7);
  for (int round = 0; round < 4000; ++round) {
    std::string prompt = "p" + random_text(random, pieces) + ".";
    std::string negative = random() % 2 ? "n" + random_text(random, pieces) + "." : "";
    Settings settings;
    for (size_t i = 0; i < random() % 5; ++i)
      settings.emplace_back("key " + std::to_string(i), random_text(random, pieces));
    check_round_trip(prompt, negative, settings);
  }
}

TEST_CASE("White space that a reader would strip is stripped at once") {
  CHECK(format_infotext("\n  a \r\n\n b\t", " \n c ", {}) == "a\n\nb\nNegative prompt: c");
}

TEST_CASE("What the format cannot hold is refused by name") {
  for (const char* key :
       {"", "a", " a", "-a", "a.b", "a:b", "a,b", "a\nb", "Prompt", "Negative prompt"})
    CHECK_THROWS_AS(format_infotext("", "", {{key, "1"}}), InvalidArgument);
  CHECK_THROWS_AS(format_infotext("", "", {{"aa", "1"}, {"aa", "2"}}), InvalidArgument);
  CHECK_THROWS_AS(format_infotext("a\n Negative prompt: b", "", {}), InvalidArgument);
  CHECK_THROWS_AS(format_infotext("Negative prompt: b", "", {}), InvalidArgument);
  CHECK_THROWS_AS(format_infotext("", "a\nNegative prompt: b", {}), InvalidArgument);
}
