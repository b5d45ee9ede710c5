#include "nn/model_card.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace img2prompt;

namespace {

const char* const kSmall = R"({"embed_dim": 96,
  "vision_cfg": {"image_size": 96, "layers": 3, "width": 128, "patch_size": 16},
  "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 128, "heads": 2, "layers": 3}})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  size_t place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

std::string refusal(const std::string& json, const std::string& pretrained = "") {
  try {
    parse_clip_card(json, "card.json", pretrained);
  } catch (const ModelError& error) {
    std::string message = error.what();
    CHECK(message.find("card.json: ") == 0);
    CHECK(message.find('\n') == std::string::npos);
    return message;
  }
  return "";
}

bool mentions(const std::string& message, const char* part) {
  INFO(message);
  return message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("A card in open_clip's keys has open_clip's defaults") {
  ClipCard card = parse_clip_card(kSmall, "card.json");
  CHECK(card.embed_dim == 96);
  CHECK(card.vision.heads == 2);  // width / head_width, which is 64 when it is not said
  CHECK(card.vision.mlp_width == 512);
  CHECK(card.vision.grid() == 6);
  CHECK(card.text.mlp_width == 512);
  CHECK(card.activation == Activation::kGelu);
  CHECK(card.preprocess.mean[0] == 0.48145466f);
  CHECK(card.preprocess.resize_mode == ResizeMode::kShortest);
}

TEST_CASE("An mlp_ratio with decimals is cut to whole elements as the reference cuts it") {
  std::string json = replaced(kSmall, "\"width\": 128, \"patch_size\": 16",
                              "\"width\": 1408, \"head_width\": 88, \"mlp_ratio\": 4.3637, "
                              "\"patch_size\": 16");
  ClipCard card = parse_clip_card(json, "card.json");
  CHECK(card.vision.mlp_width == 6144);
  CHECK(card.vision.heads == 16);
}

TEST_CASE("The weights' own settings replace the card's") {
  std::string json = replaced(kSmall, "\"embed_dim\"",
                              R"("pretrained": {"a": {"quick_gelu": true, "hf_hub": "x/y"},
      "b": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "resize_mode": "squash",
            "interpolation": "bilinear"}}, "embed_dim")");
  CHECK(parse_clip_card(json, "card.json").activation == Activation::kGelu);
  CHECK(parse_clip_card(json, "card.json", "a").activation == Activation::kQuickGelu);
  ClipCard b = parse_clip_card(json, "card.json", "b");
  CHECK(b.activation == Activation::kGelu);
  CHECK(b.preprocess.mean[2] == 0.5f);
  CHECK(b.preprocess.resize_mode == ResizeMode::kSquash);
  CHECK(b.preprocess.interpolation == Interpolation::kBilinear);
  CHECK(mentions(refusal(json, "c"), "'c'; there are: a, b"));
  CHECK(mentions(refusal(kSmall, "c"), "there are: none"));
}

TEST_CASE("The configuration file of a model repository is a card too") {
  std::string json = std::string("{\"model_cfg\": ") + kSmall +
                     R"(, "preprocess_cfg": {"mean": [0.1, 0.2, 0.3], "std": [1, 1, 1]}})";
  CHECK(parse_clip_card(json, "card.json").preprocess.mean[1] == 0.2f);
}

TEST_CASE("A value out of bounds is refused with its key, itself and what is accepted") {
  auto with = [](const char* from, const char* to) { return refusal(replaced(kSmall, from, to)); };
  std::string message = with("\"embed_dim\": 96", "\"embed_dim\": 1e99");
  CHECK(mentions(message, "'embed_dim' is 1e+99, a whole number from 1 to 16384 is needed"));
  CHECK(mentions(with("\"layers\": 3,", "\"layers\": 100000,"), "'vision_cfg.layers' is 100000"));
  CHECK(
      mentions(with("\"patch_size\": 16", "\"patch_size\": 97"), "'vision_cfg.patch_size' is 97"));
  CHECK(mentions(with("\"heads\": 2", "\"heads\": 3"), "3 heads do not divide"));
  CHECK(mentions(with("\"heads\": 2", "\"heads\": 0"), "'text_cfg.heads' is 0"));
  CHECK(mentions(with("\"heads\": 2", "\"mlp_ratio\": 1e9"), "'text_cfg.mlp_ratio'"));
  CHECK(
      mentions(with("\"vocab_size\": 49408", "\"vocab_size\": -1"), "'text_cfg.vocab_size' is -1"));
  CHECK(mentions(with("\"embed_dim\": 96,", ""), "'embed_dim' is missing"));
  CHECK(mentions(with("\"text_cfg\"", "\"txt_cfg\""), "text_cfg"));
  CHECK(mentions(with("\"embed_dim\"", R"("preprocess": {"std": [0, 1, 1]}, "embed_dim")"),
                 "'preprocess.std'"));
  CHECK(mentions(with("\"embed_dim\"", R"("quick_gelu": 1, "embed_dim")"), "true or false"));
  CHECK(mentions(refusal("[]"), "not a JSON object"));
  CHECK(mentions(refusal("{"), "not JSON"));
  CHECK(mentions(refusal(std::string(100000, '[')), "deeper"));
}

TEST_CASE("Four numbers of layers make a ResNet, whose pooling has the heads") {
  auto json = [](const char* vision) {
    std::string text = kSmall;
    size_t start = text.find("{\"image_size\""), end = text.find('}', start);
    return text.replace(start, end + 1 - start, vision);
  };
  ClipCard card = parse_clip_card(
      json(R"({"image_size": 96, "layers": [3, 4, 6, 3], "width": 64, "patch_size": null})"),
      "card.json");
  CHECK(card.vision.is_resnet());
  CHECK(card.vision.stages == std::array<int64_t, 4>{3, 4, 6, 3});
  CHECK(card.vision.layers == 16);
  CHECK(card.vision.heads == 32);  // 2048 channels of the last map, 64 a head
  CHECK(card.vision.grid() == 3);
  CHECK_FALSE(parse_clip_card(kSmall, "card.json").vision.is_resnet());

  auto refused = [&](const char* vision) { return refusal(json(vision)); };
  CHECK(mentions(refused(R"({"image_size": 100, "layers": [1, 1, 1, 1], "width": 8})"),
                 "'vision_cfg.image_size' is 100, a multiple of 32 is needed"));
  CHECK(mentions(refused(R"({"image_size": 96, "layers": [1, 1, 1], "width": 8})"),
                 "'vision_cfg.layers' is [1,1,1], four whole numbers from 1 to 256 are needed"));
  CHECK(mentions(refused(R"({"image_size": 96, "layers": [1, 1, 1, 0], "width": 8})"), "four"));
  CHECK(mentions(refused(R"({"image_size": 96, "layers": [1, 1, 1, 1e9], "width": 8})"), "four"));
  CHECK(mentions(refused(R"({"image_size": 96, "layers": [1, 1, 1, 1], "width": 513})"),
                 "'vision_cfg.width' is 513, a whole number from 2 to 512 is needed"));
  CHECK(mentions(refused(R"({"image_size": 96, "layers": [1, 1, 1, 1], "width": 8,
                              "head_width": 85})"),
                 "width 256, which 3 heads do not divide"));
  CHECK(mentions(refused(R"({"image_size": 96, "layers": [1, 1, 1, 1], "width": 8,
                              "no_ln_pre": true})"),
                 "'vision_cfg.no_ln_pre'"));
}

TEST_CASE("A key that only another architecture has is refused by name") {
  auto with = [](const char* key) {
    return refusal(replaced(kSmall, "\"image_size\"", std::string(key) + ", \"image_size\""));
  };
  CHECK(mentions(with(R"("timm_model_name": "vit_base")"),
                 "'vision_cfg.timm_model_name' = \"vit_base\" is not supported"));
  CHECK(mentions(with(R"("attentional_pool": true)"), "'vision_cfg.attentional_pool'"));
  CHECK(mentions(with(R"("pool_type": "avg")"),
                 "'vision_cfg.pool_type' is \"avg\", which is not supported: tok is"));
  CHECK(mentions(with(R"("no_ln_pre": true)"), "'vision_cfg.no_ln_pre'"));
  CHECK(with(R"("attentional_pool": false, "timm_model_name": null, "patch_dropout": 0.5)") == "");
  CHECK(mentions(refusal(replaced(kSmall, "\"heads\"", R"("hf_model_name": "roberta", "heads")")),
                 "'text_cfg.hf_model_name'"));
  CHECK(mentions(
      refusal(replaced(kSmall, "\"embed_dim\"", R"("multimodal_cfg": {"a": 1}, "embed_dim")")),
      "'multimodal_cfg'"));
}
