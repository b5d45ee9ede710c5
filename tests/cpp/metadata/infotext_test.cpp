// Each trap of the WebUI's infotext, by its own rules (exact) and by ours (balanced). The values
// were taken from WebUI 1.10's parser; tests/python/parity compares thousands of random texts as
// well.
#include "metadata/infotext.h"

#include <doctest/doctest.h>

#include "base/utf8.h"

using namespace img2prompt;

namespace {

Infotext exact(std::string_view text) { return parse_infotext(text, InfotextRules::kExact); }

const std::string kThree = "Steps: 20, Seed: 5, Sampler: Euler a";  // enough to be recognised

// The settings of "<kThree>, <tail>" without those three.
Settings tail(std::string_view tail_text, InfotextRules rules = InfotextRules::kExact) {
  Infotext infotext = parse_infotext("p\n" + kThree + ", " + std::string(tail_text), rules);
  REQUIRE(infotext.prompt == "p");
  REQUIRE(infotext.settings.size() >= 3);
  return Settings(infotext.settings.begin() + 3, infotext.settings.end());
}

}  // namespace

TEST_CASE("A whole infotext") {
  Infotext infotext = exact(
      "girl, (red:1.2)\nsecond line\nNegative prompt: ugly\nbad hands\n"
      "Steps: 20, Sampler: Euler a, CFG scale: 7.5, Size: 512x768, Hires prompt: \"a, b: c\\nd\"");
  CHECK(infotext.prompt == "girl, (red:1.2)\nsecond line");
  CHECK(infotext.negative_prompt == "ugly\nbad hands");
  CHECK(infotext.settings == Settings{{"Steps", "20"},
                                      {"Sampler", "Euler a"},
                                      {"CFG scale", "7.5"},
                                      {"Size-1", "512"},
                                      {"Size-2", "768"},
                                      {"Hires prompt", "a, b: c\nd"}});
}

TEST_CASE("Empty and blank texts are empty prompts") {
  for (const char* text : {"", " \n\t\r\n ", "\n\n"}) {
    CHECK(exact(text).prompt == "");
    CHECK(exact(text).settings.empty());
  }
}

TEST_CASE("Three pairs anywhere make the last line one of settings, even a prompt's") {
  Infotext infotext = exact("score_9, style: anime, view: front, mood: dark");
  CHECK(infotext.prompt == "");
  CHECK(infotext.settings == Settings{{"style", "anime"}, {"view", "front"}, {"mood", "dark"}});
  CHECK(exact("at 10:30, in 16:9, scale: x").prompt == "");
}

TEST_CASE("Two settings are prompt text, and so is what stands above a later line") {
  CHECK(exact("cat\nSteps: 20, Seed: 5").prompt == "cat\nSteps: 20, Seed: 5");
  CHECK(exact("cat\nNegative prompt: dog\nSteps: 20, Seed: 5").negative_prompt ==
        "dog\nSteps: 20, Seed: 5");
  CHECK(exact("cat\n" + kThree + "\nTemplate: cat").prompt == "cat\n" + kThree + "\nTemplate: cat");
  CHECK(exact("cat\nSteps: 20, Seed: 5, Sampler: \"a\nb\"").settings.empty());
}

TEST_CASE("Lines break at line feeds only; carriage returns go with the white space") {
  CHECK(exact("a\r\nNegative prompt: b\r\n" + kThree).prompt == "a");
  CHECK(exact("a\r\nNegative prompt: b\r\n" + kThree).negative_prompt == "b");
  std::string text = "a\u2028b\u0085c\rd";
  CHECK(exact(text + "\n" + kThree).prompt == text);
  CHECK(exact("\u3000a\u00A0\n\u2003b\x1C\n" + kThree).prompt == "a\nb");
}

TEST_CASE("White space before bytes that are no UTF-8 is not at the end of a line") {
  CHECK(exact("a \x80").prompt == "a \x80");
}

TEST_CASE("Blank lines stay inside a prompt and vanish at its beginning") {
  CHECK(exact("\n\na\n\n  b  \n\n" + kThree).prompt == "a\n\nb\n");
  CHECK(exact("a\nNegative prompt:\n\nb\n\nc\n" + kThree).negative_prompt == "b\n\nc");
}

TEST_CASE("The negative mark counts at a line's beginning, again and again") {
  CHECK(exact("a, Negative prompt: b").negative_prompt == "");
  CHECK(exact("a\nnegative prompt: b").negative_prompt == "");
  Infotext twice = exact("a\nNegative prompt: b\nNegative prompt: c\nd");
  CHECK(twice.prompt == "a");
  CHECK(twice.negative_prompt == "b\nc\nd");
  CHECK(exact("Negative prompt:b").negative_prompt == "b");
  Infotext empty = exact("a\nNegative prompt: \n" + kThree);
  CHECK(empty.negative_prompt == "");
  CHECK(empty.settings.size() == 3);
}

TEST_CASE("Keys: two word characters or more, Unicode ones too, spaces, '-' and '/'") {
  CHECK(tail("X: 1").empty());
  CHECK(tail("A.b: 1").empty());
  CHECK(tail("AB+CD: 6") == Settings{{"CD", "6"}});
  CHECK(tail("ZZ : 3") == Settings{{"ZZ ", "3"}});
  CHECK(tail("Z : 3") == Settings{{"Z ", "3"}});
  CHECK(tail("\u65E5\u672C: 4") == Settings{{"\u65E5\u672C", "4"}});
  CHECK(tail("\u00E9t\u00E9/A-b_2: 4") == Settings{{"\u00E9t\u00E9/A-b_2", "4"}});
  CHECK(tail("- Tile: 4") == Settings{{"Tile", "4"}});
  CHECK(tail("\u2014\u2014: 4").empty());
  CHECK(tail(":: 4, aa:: 5") == Settings{{"aa", ": 5"}});
  CHECK(tail("bare flag, AA: 1, flag") == Settings{{"AA", "1"}});
}

TEST_CASE("The last of a key's values wins, at the place of the first") {
  CHECK(exact("Steps: 1, Seed: 2, Steps: 3").settings == Settings{{"Steps", "3"}, {"Seed", "2"}});
}

TEST_CASE("An unquoted value ends at its first comma and may hold colons") {
  CHECK(tail("Created Date: 2025-02-24T22:37:15Z, AA:1") ==
        Settings{{"Created Date", "2025-02-24T22:37:15Z"}, {"AA", "1"}});
  CHECK(tail("AA: b c  , BB: \t d") == Settings{{"AA", "b c  "}, {"BB", "d"}});
}

TEST_CASE("A value without characters is dropped, one of two quotes is empty") {
  CHECK(tail("Model: , VAE:, AA: \"\"") == Settings{{"AA", ""}});
  CHECK(exact("aa: , bb: , cc:").prompt == "");
  CHECK(exact("aa: , bb: , cc:").settings.empty());
}

TEST_CASE("A quoted value is a JSON string and must be followed by a comma at once") {
  CHECK(tail(R"(AA: "x, y: \"z\" \\ \u00e9\ud83d\ude00", BB: "1")") ==
        Settings{{"AA", "x, y: \"z\" \\ \u00E9\U0001F600"}, {"BB", "1"}});
  CHECK(tail(R"(AA: "x, y" , BB: 1)") == Settings{{"AA", "\"x"}, {"BB", "1"}});
  CHECK(tail(R"(AA: " padded, y" z, BB: 1)") == Settings{{"AA", "\" padded"}, {"BB", "1"}});
  CHECK(tail(R"(AA: " padded" , BB: 1)") == Settings{{"AA", "\" padded\" "}, {"BB", "1"}});
  CHECK(tail(R"(AA: "x, BB: 1)") == Settings{{"AA", "\"x"}, {"BB", "1"}});
  CHECK(tail(R"(AA: "x\", BB: 1)") == Settings{{"AA", R"("x\")"}, {"BB", "1"}});
  CHECK(tail("AA: \"") == Settings{{"AA", "\""}});
}

TEST_CASE("A quoted value that is no JSON keeps its quotes") {
  CHECK(tail(R"(AA: "\x", BB: "\u12", CC: "a	b")") ==
        Settings{{"AA", R"("\x")"}, {"BB", R"("\u12")"}, {"CC", "\"a\tb\""}});
  CHECK(tail(R"(AA: "a" b "c")") == Settings{{"AA", R"("a" b "c")"}});
  CHECK(tail(R"(AA: "\ud83d!")") == Settings{{"AA", "\uFFFD!"}});
}

TEST_CASE("Exact: every value of digits x digits is taken apart, after unquoting") {
  CHECK(tail("Hires resize: 0x0, First pass size: \"007x8\", AA: 1x2x3, BB: 1x, CC: -1x2") ==
        Settings{{"Hires resize-1", "0"},
                 {"Hires resize-2", "0"},
                 {"First pass size-1", "007"},
                 {"First pass size-2", "8"},
                 {"AA", "1x2x3"},
                 {"BB", "1x"},
                 {"CC", "-1x2"}});
  CHECK(tail("AA: \"1x2\\n\", BB: \u0663x\u0664") ==
        Settings{{"AA-1", "1"}, {"AA-2", "2"}, {"BB-1", "\u0663"}, {"BB-2", "\u0664"}});
  CHECK(tail("AA: \u00B2x3") == Settings{{"AA", "\u00B2x3"}});
}

TEST_CASE("Balanced: a size stays one value") {
  CHECK(tail("Size: 512x768", InfotextRules::kBalanced) == Settings{{"Size", "512x768"}});
}

TEST_CASE("The prompts above the line win over settings of their names") {
  CHECK(tail("Prompt: x, Negative prompt: y, AA: z") == Settings{{"AA", "z"}});
}

TEST_CASE("Unquoted JSON: cut by the exact rules, whole by the balanced ones") {
  const char* text =
      R"(Hashes: {"vae": "c6", "lora:x, y": "8}"}, Civitai resources: [{"a":[1, 2]},{"b":"c"}] , AA: 1)";
  CHECK(tail(text) == Settings{{"Hashes", "{\"vae\": \"c6\""},
                               {"lora", "x"},
                               {"Civitai resources", "[{\"a\":[1"},
                               {"AA", "1"}});
  CHECK(tail(text, InfotextRules::kBalanced) ==
        Settings{{"Hashes", R"({"vae": "c6", "lora:x, y": "8}"})"},
                 {"Civitai resources", R"([{"a":[1, 2]},{"b":"c"}])"},
                 {"AA", "1"}});
}

TEST_CASE("Balanced: brackets that do not balance, or end before the value does, change nothing") {
  for (const char* text :
       {"AA: [1, 2, BB: 3", "AA: [1, 2} BB: 3", "AA: [1, 2}, BB: 3", "AA: {1, 2} x, BB: 3",
        "AA: [\"1, 2], BB: 3", "AA: ], BB: 3", "AA: [, BB: ["})
    CHECK(tail(text, InfotextRules::kBalanced) == tail(text));
}

TEST_CASE("Balanced: keys of one character and keys alone are kept") {
  auto balanced = [](const char* text) { return tail(text, InfotextRules::kBalanced); };
  CHECK(balanced("X: 1, Tiling, AA: 2, a flag ,  \u65E5: 3, last") == Settings{{"X", "1"},
                                                                               {"Tiling", "Tiling"},
                                                                               {"AA", "2"},
                                                                               {"a flag", "a flag"},
                                                                               {"\u65E5", "3"},
                                                                               {"last", "last"}});
  CHECK(balanced("A.b: 1, AB+CD: 6, 7, x, -a, (b), , 8x9, e f") ==
        Settings{{"CD", "6"}, {"e f", "e f"}});
  CHECK(balanced("AA: \"x, y\" z, BB: 1") == tail("AA: \"x, y\" z, BB: 1"));
  CHECK(parse_infotext("a, b, c: 1", InfotextRules::kBalanced).prompt == "a, b, c: 1");
}

TEST_CASE("Balanced: values in quotes or brackets may have line breaks in them") {
  for (const char* settings :
       {"Steps: 20, Seed: 5, Hires prompt: \"x,\ny: z\", Model: m",
        "Steps: 20, Hires prompt: \"x,\ny: z\", Seed: 5, Model: m, AA: 1, BB: 2, CC: 3",
        "Steps: 20, Seed: 5, JSON: {\"a\": [1,\n\n2]}, Model: m\nTemplate: q"}) {
    std::string text = "p\nNegative prompt: n\nn2\n" + std::string(settings);
    Infotext infotext = parse_infotext(text, InfotextRules::kBalanced);
    CHECK(infotext.prompt == "p");
    CHECK(infotext.negative_prompt == "n\nn2");
    REQUIRE(infotext.settings.size() >= 4);
    CHECK(infotext.settings[0] == std::make_pair(std::string("Steps"), std::string("20")));
    for (const auto& [key, value] : infotext.settings) {
      if (key == "Hires prompt") CHECK(value == "x,\ny: z");
      if (key == "JSON") CHECK(value == "{\"a\": [1,\n\n2]}");
      if (key == "Model") CHECK(value == "m");
    }
  }
  CHECK(tail("AA: \"a\tb\"", InfotextRules::kBalanced) == Settings{{"AA", "a\tb"}});
}

TEST_CASE("Balanced: Dynamic Prompts' templates below the settings") {
  auto read = [](const std::string& below) {
    Infotext infotext =
        parse_infotext("p\nNegative prompt: n\n" + kThree + "\n" + below, InfotextRules::kBalanced);
    CHECK(infotext.prompt == "p");
    CHECK(infotext.negative_prompt == "n");
    REQUIRE(infotext.settings.size() >= 3);
    return Settings(infotext.settings.begin() + 3, infotext.settings.end());
  };
  CHECK(read("Template: {a|b}, c: d, e: f, g: h\nNegative Template: i\n  j") ==
        Settings{{"Template", "{a|b}, c: d, e: f, g: h"}, {"Negative Template", "i\n  j"}});
  CHECK(read("Template: a\n\nb") == Settings{{"Template", "a\n\nb"}});
  CHECK(read("Negative Template: a") == Settings{{"Negative Template", "a"}});
  CHECK(read("Template:\nNegative Template:") ==
        Settings{{"Template", ""}, {"Negative Template", ""}});
}

TEST_CASE("Balanced: any other line below the settings, or an open quote, changes nothing") {
  for (const std::string& text : std::vector<std::string>{
           "p\n" + kThree + "\nq", "p\n" + kThree + "\nTemplates: q",
           "p\n" + kThree + ", AA: \"b\nc", "p\n" + kThree + ", AA: [1,\n2", "Steps: a\n\nb",
           "p\nSteps: 1, Seed: 2\nTemplate: q", "p\n" + kThree + "\nNegative prompt: n",
           "Steps: x, y: z, a b: c\nNegative prompt: n\n" + kThree})
    CHECK(parse_infotext(text, InfotextRules::kBalanced).settings == exact(text).settings);
}

TEST_CASE("Balanced: Civitai's FLUX pictures, as Forge puts them right") {
  const char* text =
      R"(Sampler: Undefined, CFG scale: 3.5, Clip skip: 2, Civitai resources: [{"modelName":"FLUX"}])";
  CHECK(tail(text) == Settings{{"CFG scale", "3.5"},
                               {"Clip skip", "2"},
                               {"Civitai resources", R"([{"modelName":"FLUX"}])"}});
  Infotext infotext =
      parse_infotext("p\nSteps: 40, Seed: 5, " + std::string(text), InfotextRules::kBalanced);
  CHECK(infotext.settings == Settings{{"Steps", "40"},
                                      {"Seed", "5"},
                                      {"Sampler", "Euler"},
                                      {"Schedule type", "Simple"},
                                      {"CFG scale", "1"},
                                      {"Distilled CFG Scale", "3.5"},
                                      {"Civitai resources", R"([{"modelName":"FLUX"}])"}});
  for (const char* other :
       {R"(CFG scale: 3.5, Clip skip: 2, Civitai resources: [{"modelName":"SDXL"}])",
        "CFG scale: 3.5, Clip skip: 2, Model: FLUX"})
    CHECK(tail(other, InfotextRules::kBalanced).size() == 3);
}

TEST_CASE("Values of the WebUI's extensions are kept whole") {
  const char* text =
      "ControlNet 0: \"Module: canny, Model: c [d1], Weight: 1.0, Resize Mode: Crop and Resize\", "
      "ADetailer model: face_yolov8n.pt, ADetailer prompt: \"a, \\\"b\\\"\\nc\", "
      "Lora hashes: \"a: 1, b: 2\", TI hashes: \"e: 3\", RP Ratios: \"1,1,1\", "
      "Styles: \"x, y\", Hashes: {\"model\": \"1\", \"lora:a\": \"2\"}, Version: v1.10.1";
  CHECK(tail(text, InfotextRules::kBalanced) ==
        Settings{{"ControlNet 0",
                  "Module: canny, Model: c [d1], Weight: 1.0, Resize Mode: Crop and Resize"},
                 {"ADetailer model", "face_yolov8n.pt"},
                 {"ADetailer prompt", "a, \"b\"\nc"},
                 {"Lora hashes", "a: 1, b: 2"},
                 {"TI hashes", "e: 3"},
                 {"RP Ratios", "1,1,1"},
                 {"Styles", "x, y"},
                 {"Hashes", "{\"model\": \"1\", \"lora:a\": \"2\"}"},
                 {"Version", "v1.10.1"}});
}

TEST_CASE("Texts that are quadratic for a regular expression, at sizes where that would not end") {
  constexpr size_t kLength = size_t{4} << 20;
  for (std::string_view part : {"a ",           "a",
                                "a-",           "aa: \"",
                                "aa: [",        "aa: []x, ",
                                "\\\"",         "aa: {\"",
                                "aa: \"\\",     " ",
                                "aa:",          "\u65E5",
                                "[aa: ",        "]",
                                "aa: [bb: [",   "aa: [, ",
                                "aa: [x]x, ",   "aa: {\", ",
                                "aa: \"x, ",    "aa: []]]], ",
                                "\nSteps: ",    "\nSteps: 1, aa: 2, bb: \"",
                                "\nTemplate: ", "x: ",
                                "  . x:",       ", ",
                                "flag, "}) {
    std::string text;
    while (text.size() < kLength) text += part;
    CHECK(parse_infotext(text, InfotextRules::kExact).negative_prompt.empty());
    CHECK(parse_infotext(text, InfotextRules::kBalanced).negative_prompt.empty());
  }
}
