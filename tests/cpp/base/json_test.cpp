#include "base/json.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace img2prompt;

TEST_CASE("JSON keeps key order and reports what is wrong in one line") {
  Json value = parse_json(R"({"b": 1, "a": [2]})", "card.json");
  CHECK(value.begin().key() == "b");
  try {
    parse_json("{\"a\": ", "card.json");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("card.json: not JSON") == 0);
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}

TEST_CASE("JSON deeper than the limit is refused before it is parsed") {
  std::string deep(100000, '[');
  CHECK_THROWS_AS(parse_json(deep, "deep"), Error);
  Json out;
  CHECK_FALSE(try_parse_json(deep, out));
  CHECK(try_parse_json("\"[[[[\"", out, JsonLimits{100, 1}));
}
