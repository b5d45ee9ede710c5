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
  CHECK(try_parse_json("[{}]", out, JsonLimits{100, 2}));
  CHECK_FALSE(try_parse_json("[{\"a\": []}]", out, JsonLimits{100, 2}));
  CHECK_FALSE(try_parse_json("[1, 2]", out, JsonLimits{5, 2}));
}

TEST_CASE("JSON of every kind of value is what the library's own parser makes of it") {
  for (const char* text : {"null",
                           "true",
                           "-5",
                           "18446744073709551615",
                           "18446744073709551616",
                           "1.5e3",
                           "\"a\\n\"",
                           "[]",
                           "{}",
                           "[1, [2, {\"a\": [3, {}]}], \"b\"]",
                           "{\"a\": {\"b\": {}, \"c\": [{}]}, \"d\": 1}",
                           "",
                           "[",
                           "{\"a\"}",
                           "[1,]",
                           "1e999",
                           "[NaN]",
                           "\"\xFF\"",
                           "{} x",
                           "{\"a\": 1}}"}) {
    INFO(text);
    Json expected = Json::parse(text, nullptr, /*allow_exceptions=*/false), value;
    CHECK(try_parse_json(text, value) == !expected.is_discarded());
    if (!expected.is_discarded()) CHECK(value == expected);
  }
}

TEST_CASE("JSON: of members that come twice the last stays, at the first one's place") {
  for (size_t others : {0, 5, 15, 16, 17, 40}) {
    std::string text = "{\"x\": 1";
    for (size_t i = 0; i < others; ++i) text += fmt::format(", \"k{}\": {}", i, i);
    Json value = parse_json(text + ", \"x\": [2], \"y\": 3, \"y\": 4}", "text");
    REQUIRE(value.size() == others + 2);
    CHECK(value.begin().key() == "x");
    CHECK(*value.begin() == Json::array({2}));
    CHECK(value.back() == 4);
  }
}

TEST_CASE("JSON objects of very many members are parsed in linear time") {
  std::string text = "{\"a\": 0";
  constexpr int kMembers = 300000;  // the library's own parser would compare 45,000,000,000 pairs
  for (int i = 0; i < kMembers; ++i) text += fmt::format(",\"{}\":{}", i, i);
  CHECK(parse_json(text + "}", "text").size() == kMembers + 1);
}
