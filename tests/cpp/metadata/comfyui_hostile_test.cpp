// ComfyUI graphs that nobody's editor wrote: whatever the shape, the answer is a record, in bounds.
// Run under the sanitizers, too.
#include <doctest/doctest.h>

#include "base/utf8.h"
#include "comfyui_graphs.h"
#include "metadata/limits.h"
#include "random_graphs.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

void check_bounded(const Metadata& metadata) {
  const GenerationInfo& info = metadata.info;
  bool well_formed = is_valid_utf8(info.prompt + info.negative_prompt);
  for (const auto& [key, value] : info.settings)
    well_formed = well_formed && is_valid_utf8(key) && is_valid_utf8(value);
  if (!well_formed) FAIL_CHECK("text that is not UTF-8");
  if (info.prompt.size() > kMaxGraphTextBytes + 64) FAIL_CHECK("a prompt beyond its bound");
  if (info.generator != "comfyui") return;
  REQUIRE(info.infotext);
  Infotext back = parse_infotext(*info.infotext, InfotextRules::kBalanced);
  if (back.settings != info.settings) FAIL_CHECK("settings that do not read back");
}

Metadata read(const char* key, const std::string& graph) {
  return parse_metadata(ByteSpan(png(text_chunk(key, graph))), "hostile");
}

// "1" links to "2" and so on, each to the next, `count` of them, the last one closing with `end`.
std::string chain(size_t count, std::string_view type, std::string_view input,
                  std::string_view end) {
  std::string out;
  for (size_t i = 1; i <= count; ++i)
    out += "\"" + std::to_string(100 + i) + "\": {\"class_type\": \"" + std::string(type) +
           "\", \"inputs\": {\"" + std::string(input) + "\": [\"" + std::to_string(101 + i) +
           "\", 0]}}, ";
  return out + "\"" + std::to_string(101 + count) + "\": " + std::string(end);
}

bool warns(const Metadata& metadata, std::string_view words) {
  for (const std::string& line : metadata.raw.warnings)
    if (line.find(words) != std::string::npos) return true;
  return false;
}

const std::string kTail = R"({"class_type": "CLIPTextEncode", "inputs": {"text": "a cat"}})";

}  // namespace

TEST_CASE("Thousands of random graphs, executed and on the screen") {
  GraphGenerator generator(44);
  for (int round = 0; round < 3000; ++round) {
    check_bounded(read("prompt", generator.api_graph()));
    check_bounded(read("workflow", generator.editor_graph()));
  }
}

TEST_CASE("Circles and links to oneself end in a warning") {
  for (const char* node :
       {R"("6": {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["6", 0],
          "conditioning_2": ["20", 0]}}, "20": )",
        R"("6": {"class_type": "FluxGuidance", "inputs": {"conditioning": ["21", 0]}},
          "21": {"class_type": "ConditioningCombine", "inputs": {"conditioning_1": ["6", 0],
          "conditioning_2": ["20", 0]}}, "20": )"}) {
    Metadata metadata = read("prompt", with_positive(std::string(node) + kTail));
    CHECK(metadata.info.prompt == "a cat");
    CHECK(setting(metadata.info, "Seed") == "42");
    CHECK(warns(metadata, "goes in a circle"));
  }
  std::string graph = kPlain;
  graph.replace(graph.find(R"("latent_image": ["5", 0])"), 24, R"("latent_image": ["3", 0])");
  CHECK(read("prompt", graph).info.prompt == "a cat");
}

TEST_CASE("A chain is followed to its bound") {
  auto prompt =
      [](size_t count) {
        return read("prompt", with_positive(R"("6": {"class_type": "FluxGuidance", "inputs":
        {"conditioning": ["101", 0]}}, )" + chain(count, "FluxGuidance", "conditioning", kTail)));
      };
  CHECK(prompt(100).info.prompt == "a cat");
  Metadata deep = prompt(40000);
  CHECK(deep.info.prompt.empty());
  CHECK(warns(deep, "too intricate"));
  CHECK(warns(prompt(kMaxGraphNodes), "more than 50000 nodes"));
  // Pictures are followed without nesting.
  Metadata pictures = read(
      "prompt", R"({"3": {"class_type": "SaveImage", "inputs": {"images": ["101", 0]}}, )" +
                    chain(40000, "ImageBlur", "image", R"({"class_type": "KSampler", "inputs": {
                      "seed": 5, "steps": 3, "cfg": 2, "positive": ["7", 0]}})") +
                    ", \"7\": " + kTail + "}");
  CHECK(pictures.info.prompt == "a cat");
}

TEST_CASE("Text that doubles at every node stays within its bound") {
  std::string nodes = encode("6", R"(["100", 0])");
  for (int i = 0; i < 100; ++i) {
    std::string next = std::to_string(101 + i);
    nodes += ", \"" + std::to_string(100 + i) +
             R"(": {"class_type": "StringConcatenate", "inputs": {"string_a": [")" + next +
             R"(", 0], "string_b": [")" + next + R"(", 0], "delimiter": "x"}})";
  }
  nodes += R"(, "200": {"class_type": "PrimitiveString", "inputs": {"value": ")" +
           std::string(100000, 'a') + "\"}}";
  Metadata metadata = read("prompt", with_positive(nodes));
  check_bounded(metadata);
  CHECK(setting(metadata.info, "Seed") == "42");
  CHECK(warns(metadata, "too intricate"));
}

TEST_CASE("Very many inputs, values and outputs") {
  std::string inputs = "\"text\": \"a cat\"", saves, combined;
  for (int i = 0; i < 50000; ++i) inputs += ", \"lora_" + std::to_string(i) + "\": \"a.pt\"";
  for (int i = 0; i < 3000; ++i) {
    saves += ", \"s" + std::to_string(i) +
             R"(": {"class_type": "SaveImage", "inputs": {"images": ["8", 0]}})";
    combined +=
        (i > 0 ? ", \"conditioning_" : "\"conditioning_") + std::to_string(i) + "\": [\"20\", 0]";
  }
  Metadata metadata =
      read("prompt",
           with_positive(R"("6": {"class_type": "ConditioningCombine", "inputs": {)" + combined +
                         R"(}}, "20": {"class_type": "CLIPTextEncode", "inputs": {)" + inputs +
                         "}}" + saves));
  check_bounded(metadata);
  CHECK(metadata.info.prompt == "a cat");
}

TEST_CASE("A graph that is too large or nested too deep is left out with a warning") {
  std::string values = "0";
  for (size_t i = 0; i < kMaxGraphValues; ++i) values += ",0";
  CHECK(warns(read("prompt", "{\"class_type\": 1, \"a\": [" + values + "]}"), "too many values"));
  CHECK(warns(read("prompt", "{\"class_type\": " + std::string(100000, '[')), "nested too deep"));
}
