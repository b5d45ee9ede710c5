// ComfyUI's editor graphs: what exists on the screen alone is resolved, and widgets get their
// names.
#include <doctest/doctest.h>

#include "comfyui_graphs.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

std::string prompt_of(std::string_view nodes, std::string_view links, std::string_view more = {}) {
  GenerationInfo info = read_workflow(screen(nodes, links, more));
  CHECK(info.generator == "comfyui");
  CHECK(info.negative_prompt == "dog");
  CHECK(setting(info, "Seed") == "42");
  return info.prompt;
}

}  // namespace

TEST_CASE("A graph on the screen alone gives what the executed one would") {
  GenerationInfo info = read_workflow(screen(kEncoder, R"([1, 6, 0, 3, 1, "CONDITIONING"])"));
  CHECK(info.prompt == "a cat");
  CHECK(info.settings == Settings{{"Steps", "20"},
                                  {"Sampler", "Euler"},
                                  {"Schedule type", "Normal"},
                                  {"CFG scale", "8"},
                                  {"Seed", "42"},
                                  {"Size", "512x768"},
                                  {"Model", "base"}});
}

TEST_CASE("The executed graph goes before the one on the screen, which helps where it is damaged") {
  std::string shown = screen(kEncoder, R"([1, 6, 0, 3, 1, "CONDITIONING"])");
  std::string executed = kPlain;
  executed.replace(executed.find("a cat"), 5, "a fox");
  CHECK(read_info(png(text_chunk("workflow", shown) + text_chunk("prompt", executed))).prompt ==
        "a fox");
  executed.pop_back();
  CHECK(read_info(png(text_chunk("workflow", shown) + text_chunk("prompt", executed))).prompt ==
        "a cat");
}

TEST_CASE("Reroutes, primitives, nodes that set and get") {
  CHECK(prompt_of(kEncoder + R"(, {"id": 20, "type": "Reroute",
      "inputs": [{"name": "", "type": "*", "link": 11}]})",
                  R"([1, 20, 0, 3, 1, "*"], [11, 6, 0, 20, 0, "*"])") == "a cat");
  CHECK(prompt_of(R"({"id": 6, "type": "CLIPTextEncode", "inputs": [
      {"name": "text", "type": "STRING", "link": 12, "widget": {"name": "text"}}],
      "widgets_values": ["old"]},
      {"id": 20, "type": "PrimitiveNode", "widgets_values": ["a cat", "fixed"]})",
                  R"([1, 6, 0, 3, 1, "CONDITIONING"], [12, 20, 0, 6, 0, "STRING"])") == "a cat");
  CHECK(prompt_of(kEncoder + R"(, {"id": 20, "type": "SetNode", "widgets_values": ["here"],
      "inputs": [{"name": "CONDITIONING", "type": "*", "link": 11}]},
      {"id": 21, "type": "GetNode", "inputs": [], "widgets_values": ["here"]})",
                  R"([1, 21, 0, 3, 1, "*"], [11, 6, 0, 20, 0, "*"])") == "a cat");
}

TEST_CASE("A muted node is not there; a bypassed one passes on the input of its output's type") {
  std::string muted = kEncoder;
  muted.replace(muted.find("\"mode\": 0"), 9, "\"mode\": 2");
  CHECK(prompt_of(muted, R"([1, 6, 0, 3, 1, "CONDITIONING"])").empty());
  CHECK(prompt_of(kEncoder + R"(, {"id": 20, "type": "ControlNetApply", "mode": 4, "inputs": [
      {"name": "image", "type": "IMAGE", "link": null},
      {"name": "conditioning", "type": "CONDITIONING", "link": 11}],
      "outputs": [{"name": "CONDITIONING", "type": "CONDITIONING"}]})",
                  R"([1, 20, 0, 3, 1, "*"], [11, 6, 0, 20, 0, "*"])") == "a cat");
}

TEST_CASE("Subgraphs, one inside another, with values that are shown on the outside") {
  std::string definitions = R"(, "definitions": {"subgraphs": [
    {"id": "outer-id", "inputs": [{"name": "clip"}, {"name": "words"}],
     "outputs": [{"name": "cond"}], "nodes": [
       {"id": 30, "type": "inner-id", "inputs": [{"name": "clip", "link": 101},
         {"name": "text", "link": 102, "widget": {"name": "text"}}],
        "properties": {"proxyWidgets": [["-1", "text"]]}, "widgets_values": ["inner default"]}],
     "links": [{"id": 101, "origin_id": -10, "origin_slot": 0, "target_id": 30, "target_slot": 0},
       {"id": 102, "origin_id": -10, "origin_slot": 1, "target_id": 30, "target_slot": 1},
       {"id": 103, "origin_id": 30, "origin_slot": 0, "target_id": -20, "target_slot": 0}]},
    {"id": "inner-id", "inputs": [{"name": "clip"}, {"name": "text"}], "nodes": [
       {"id": 31, "type": "CLIPTextEncode", "inputs": [{"name": "clip", "link": 201},
         {"name": "text", "link": 202, "widget": {"name": "text"}}],
        "widgets_values": ["deepest default"]}],
     "links": [{"id": 201, "origin_id": -10, "origin_slot": 0, "target_id": 31, "target_slot": 0},
       {"id": 202, "origin_id": -10, "origin_slot": 1, "target_id": 31, "target_slot": 1},
       {"id": 203, "origin_id": 31, "origin_slot": 0, "target_id": -20, "target_slot": 0}]}]})";
  std::string link = R"([1, 20, 0, 3, 1, "CONDITIONING"])";
  CHECK(prompt_of(R"({"id": 20, "type": "outer-id", "inputs": [],
      "properties": {"proxyWidgets": [["-1", "words"]]}, "widgets_values": ["a cat"]})",
                  link, definitions) == "a cat");
  // Linked from outside.
  CHECK(prompt_of(R"({"id": 20, "type": "outer-id", "inputs": [{"name": "words", "link": 12,
      "widget": {"name": "words"}}], "properties": {"proxyWidgets": [["-1", "words"]]},
      "widgets_values": ["shown"]},
      {"id": 21, "type": "PrimitiveStringMultiline", "widgets_values": ["a cat"]})",
                  link + R"(, [12, 21, 0, 20, 0, "STRING"])", definitions) == "a cat");
  // Shown by the widget of a node inside, which nothing is linked to there.
  std::string unlinked = definitions;
  unlinked.replace(unlinked.find(R"("link": 102)"), 11, R"("link": null)");
  CHECK(prompt_of(R"({"id": 20, "type": "outer-id", "inputs": [],
      "properties": {"proxyWidgets": [["30", "text"]]}, "widgets_values": ["a cat"]})",
                  link, unlinked) == "a cat");
  // A list that does not fit its values is not believed.
  CHECK(prompt_of(R"({"id": 20, "type": "outer-id", "inputs": [],
      "properties": {"proxyWidgets": [["-1", "words"], ["-1", "other"]]},
      "widgets_values": ["a dog"]})",
                  link, definitions) == "inner default");
}

TEST_CASE("A subgraph that holds itself ends in a warning") {
  Metadata metadata = parse_metadata(
      ByteSpan(png(text_chunk(
          "workflow", screen(R"({"id": 20, "type": "self"})", R"([1, 20, 0, 3, 1, "CONDITIONING"])",
                             R"(, "definitions": {"subgraphs": [{"id": "self",
      "nodes": [{"id": 1, "type": "self"}, {"id": 2, "type": "self"}], "links": []}]})")))),
      "file");
  CHECK(setting(metadata.info, "Seed") == "42");
  REQUIRE(metadata.raw.warnings.size() == 1);
  CHECK(metadata.raw.warnings[0].find("deeper subgraphs") != std::string::npos);
}

TEST_CASE("Group nodes of older editors") {
  CHECK(prompt_of(R"({"id": 20, "type": "workflow/mine", "inputs": [
      {"name": "clip", "link": 11}], "outputs": [{"name": "CONDITIONING"}],
      "widgets_values": ["a cat", 0.5]})",
                  R"([1, 20, 0, 3, 1, "CONDITIONING"], [11, 4, 1, 20, 0, "CLIP"])",
                  R"(, "extra": {"groupNodes": {"mine": {"nodes": [
      {"index": 0, "type": "CLIPTextEncode", "inputs": [{"name": "clip", "link": null}],
       "outputs": [{"name": "CONDITIONING"}], "widgets_values": ["as grouped"]},
      {"index": 1, "type": "ConditioningSetAreaStrength", "inputs": [
       {"name": "conditioning", "link": null}], "outputs": [{"name": "CONDITIONING"}],
       "widgets_values": [1]}],
      "links": [[null, 1, 0, 0, 4, "CLIP"], [0, 0, 1, 0, 3, "CONDITIONING"]],
      "external": []}}})") == "a cat");
}

TEST_CASE("Widgets of a class that is not known") {
  // Named by the inputs, where the editor lists all of them there.
  CHECK(prompt_of(R"({"id": 6, "type": "NobodyKnows", "inputs": [
      {"name": "clip", "link": 7}, {"name": "mode", "widget": {"name": "mode"}, "link": null},
      {"name": "text", "widget": {"name": "text"}, "link": null}],
      "widgets_values": ["in the fast way, please", "a cat"]})",
                  R"([1, 6, 0, 3, 1, "CONDITIONING"])") == "a cat");
  // The only text that may be a prompt.
  CHECK(prompt_of(R"({"id": 6, "type": "NobodyKnows", "inputs": [{"name": "clip", "link": 7}],
      "widgets_values": ["fast", 3, "model.safetensors", "a cat"]})",
                  R"([1, 6, 0, 3, 1, "CONDITIONING"])") == "a cat");
}

TEST_CASE("A sampler that is not known is read by its sampler and scheduler") {
  std::string graph = screen(kEncoder, R"([1, 6, 0, 3, 1, "CONDITIONING"])");
  auto with_sampler = [&](std::string_view type, std::string_view values) {
    std::string changed = graph;
    changed.replace(changed.find("\"KSampler\""), 10, type);
    size_t start = changed.find("[42,"), end = changed.find("]}", start);
    return read_workflow(changed.replace(start, end + 1 - start, values));
  };
  for (const auto& [type, values] :
       {std::pair(R"("MySampler")", R"([true, 7, "fixed", 11, 2.5, "lcm", "karras", 0.5, "x"])"),
        std::pair(R"("MySampler")", R"([11, 2.5, 7000000, "fixed", "lcm", "karras", 0.5])"),
        std::pair(R"("KSampler")", R"([false, 7, "fixed", 11, 2.5, "lcm", "karras", 0.5])"),
        std::pair(R"("KSampler")", R"([7, false, 11, 2.5, "lcm", "karras", 0.5])"),
        std::pair(R"("KSampler")", R"([7, null, 11, 2.5, "lcm", "karras", 0.5])")}) {
    GenerationInfo info = with_sampler(type, values);
    CHECK(setting(info, "Steps") == "11");
    CHECK(setting(info, "CFG scale") == "2.5");
    CHECK(setting(info, "Sampler") == "LCM");
    CHECK(setting(info, "Schedule type") == "Karras");
    CHECK(setting(info, "Denoising strength") == "0.5");
    CHECK(setting(info, "Seed").front() == '7');
  }
}

TEST_CASE("A node that shows another picture's infotext hands on what that says") {
  GenerationInfo info = read_workflow(screen(
      R"({"id": 6, "type": "CLIPTextEncode", "inputs": [{"name": "clip", "link": 7},
      {"name": "text", "link": 12, "widget": {"name": "text"}}], "widgets_values": [""]},
      {"id": 20, "type": "SDPromptReader", "widgets_values": ["a.png", "image", 0, "a cat", "dog",
      "Steps: 35, Sampler: Euler a, CFG scale: 7.5, Seed: 5, Size: 640x448"]},
      {"id": 21, "type": "KSampler", "inputs": [{"name": "positive", "link": 13},
      {"name": "negative", "link": 2}, {"name": "latent_image", "link": 14},
      {"name": "steps", "link": 15, "widget": {"name": "steps"}}],
      "widgets_values": [1, "fixed", 2, 3, "euler", "normal", 1]},
      {"id": 22, "type": "EmptyLatentImage", "inputs": [
      {"name": "width", "link": 16, "widget": {"name": "width"}},
      {"name": "height", "link": 17, "widget": {"name": "height"}}], "widgets_values": [1, 1, 1]},
      {"id": 23, "type": "SaveImage", "inputs": [{"name": "images", "link": 18}]})",
      R"([12, 20, 2, 6, 1, "STRING"], [13, 6, 0, 21, 0, "C"], [14, 22, 0, 21, 2, "L"],
      [15, 20, 5, 21, 3, "INT"], [16, 20, 7, 22, 0, "INT"], [17, 20, 8, 22, 1, "INT"],
      [18, 21, 0, 23, 0, "IMAGE"])"));
  CHECK(info.prompt == "a cat");
  CHECK(setting(info, "Steps") == "35");
  CHECK(setting(info, "CFG scale") == "3");
  CHECK(setting(info, "Size") == "640x448");
}

TEST_CASE("A text that was made when the graph ran stands where it was shown") {
  CHECK(prompt_of(R"({"id": 6, "type": "CLIPTextEncode", "inputs": [{"name": "clip", "link": 7},
      {"name": "text", "link": 12, "widget": {"name": "text"}}], "widgets_values": [""]},
      {"id": 20, "type": "Captioner", "inputs": [{"name": "image", "link": 13}],
       "widgets_values": [0.35]},
      {"id": 21, "type": "ShowText|pysssss", "inputs": [{"name": "text", "link": 14}],
       "widgets_values": [["a cat"]]}, {"id": 22, "type": "LoadImage", "widgets_values": ["a.png"]})",
                  R"([1, 6, 0, 3, 1, "C"], [12, 20, 0, 6, 1, "STRING"], [13, 22, 0, 20, 0, "IMAGE"],
      [14, 20, 0, 21, 0, "STRING"])") == "a cat");
}
