#include "nn/deepdanbooru_config.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace img2prompt;

namespace {

DeepDanbooruConfig parse(const char* json) {
  return parse_deepdanbooru_config(parse_json(json, "card"), "card.json");
}

}  // namespace

TEST_CASE("A card without numbers is the published model") {
  const DeepDanbooruConfig config = parse(R"({"arch": "deepdanbooru"})");
  CHECK(config.total_stride() == 128);
  CHECK(config.image_size == 512);
  CHECK(config.tags == 9176);
}

TEST_CASE("A card's groups have one entry in every list") {
  const DeepDanbooruConfig config = parse(
      R"({"config": {"image_size": 24, "blocks": [1, 2], "widths": [4, 8], "strides": [1, 3],
                     "shortcut_places": [0, 3], "tags": 5}})");
  CHECK(config.blocks == std::vector<int64_t>{1, 2});
  CHECK(config.total_stride() == 12);
  const char* lists[] = {R"({"config": {"blocks": [1, 2]}})",
                         R"({"config": {"blocks": [1, 2], "widths": [1, 2, 3]}})",
                         R"({"config": {"widths": [1, 2]}})"};
  for (const char* list : lists) CHECK_THROWS_AS(parse(list), ModelError);
}

TEST_CASE("Values out of bounds are refused with their place and what is accepted") {
  struct {
    const char *card, *message;
  } const cases[] = {
      {"[]", "card.json: not an object"},
      {R"({"arch": "clip"})", "arch is \"clip\", \"deepdanbooru\" is accepted"},
      {R"({"config": 3})", "card.json: config is not an object"},
      {R"({"config": {"tags": 0}})", "config.tags is 0, a whole number from 1 to"},
      {R"({"config": {"tags": 1e30}})", "config.tags is 1e+30"},
      {R"({"config": {"image_size": 500}})", "a multiple of 128 is accepted"},
      {R"({"config": {"blocks": []}})", "config.blocks is [], a list of 1 to 64"},
      {R"({"config": {"blocks": [3, 8, 20, 20, 3, 0]}})", "config.blocks[5] is 0"},
      {R"({"config": {"strides": [1, 2, 2, 2, 2, 9]}})", "config.strides[5] is 9"},
      {R"({"config": {"shortcut_places": [0, 0, 0, 4, 0, 0]}})", "shortcut_places[3] is 4"},
      {R"({"config": {"widths": [64, 128]}})", "a list of 6 whole numbers is accepted"},
      {R"({"config": {"widths": "wide"}})", "config.widths is \"wide\""},
  };
  for (const auto& [card, message] : cases) {
    CAPTURE(card);
    CHECK_THROWS_WITH_AS(parse(card), doctest::Contains(message), ModelError);
  }
}
