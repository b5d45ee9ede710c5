#include "metadata/json_tape.h"

#include <doctest/doctest.h>

#include <chrono>

#include "metadata/limits.h"

using namespace img2prompt;

namespace {

JsonTape::End end_of(const std::string& text) { return JsonTape().parse(text); }

}  // namespace

TEST_CASE("A tape gives back what the text says, in its order") {
  std::string text = R"( {"a": [1, -2.5e1, "x\ny", true, null, {}], "b": {"c": []}, "a": 7} )";
  JsonTape tape;
  REQUIRE(tape.parse(text) == JsonTape::End::kWhole);
  JsonValue root = tape.root();
  auto member = root.begin();
  CHECK(member.key() == "a");
  std::vector<JsonValue> list;
  for (JsonValue value : *member) list.push_back(value);
  REQUIRE(list.size() == 6);
  CHECK(list[0].integer() == 1);
  CHECK(list[1].number() == -25.0);
  CHECK(list[1].text() == "-2.5e1");
  CHECK(list[2].text() == "x\ny");
  CHECK(list[3].kind() == JsonValue::Kind::kTrue);
  CHECK(list[4].kind() == JsonValue::Kind::kNull);
  CHECK(list[5].empty());
  CHECK(root["b"]["c"].is_array());
  CHECK(root["b"]["c"].empty());
  CHECK(root["a"].integer() == 7);  // the last of equal keys
  CHECK(root["nothing"]["at"]["all"].kind() == JsonValue::Kind::kMissing);
}

TEST_CASE("Numbers keep their digits; those that are none have no value") {
  std::string text = R"([18446744073709551615, NaN, Infinity, -Infinity, 0.1, 1e400, 12.0])";
  JsonTape tape;
  REQUIRE(tape.parse(text) == JsonTape::End::kWhole);
  std::vector<JsonValue> list;
  for (JsonValue value : tape.root()) list.push_back(value);
  CHECK(list[0].text() == "18446744073709551615");
  CHECK_FALSE(list[0].integer());
  for (size_t i : {1, 2, 3, 5}) CHECK_FALSE(list[i].number());
  CHECK(list[1].text() == "NaN");
  CHECK(list[4].number() == doctest::Approx(0.1));
  CHECK(list[6].integer() == 12);
}

TEST_CASE("Escapes, surrogates and raw control characters in strings") {
  std::string text = "[\"\\ud83d\\ude00 \\u00e9\\t\\\"\", \"raw\ttab\", \"\\ud800\"]";
  JsonTape tape;
  REQUIRE(tape.parse(text) == JsonTape::End::kWhole);
  auto it = tape.root().begin();
  CHECK((*it).text() == "\xF0\x9F\x98\x80 \xC3\xA9\t\"");
  ++it;
  CHECK((*it).text() == "raw\ttab");
  ++it;
  CHECK((*it).text() == "\xEF\xBF\xBD");
}

TEST_CASE("What is not JSON, in every prefix of something that is") {
  std::string text = R"({"a": [1, {"b": "c\u0041"}, -0.5e+3], "d": false})";
  REQUIRE(end_of(text) == JsonTape::End::kWhole);
  for (size_t size = 0; size < text.size(); ++size)
    CHECK(end_of(text.substr(0, size)) == JsonTape::End::kNotJson);
  for (const char* other : {"{\"a\" 1}", "[1 2]", "{,}", "[1,]", "01x", "[\"a]", "{\"a\":}", "+1",
                            "1.", "1e", "nul", "[}", "{]", "{1: 2}", "\"\\x\"", "[1]]"})
    CHECK(end_of(other) == JsonTape::End::kNotJson);
}

TEST_CASE("Nesting and the number of values are bounded") {
  std::string deep(kMaxGraphJsonDepth, '['), shallow = deep;
  CHECK(end_of(deep + std::string(kMaxGraphJsonDepth, ']')) == JsonTape::End::kWhole);
  CHECK(end_of("[" + deep) == JsonTape::End::kTooDeep);
  CHECK(end_of(std::string(1'000'000, '[')) == JsonTape::End::kTooDeep);
  std::string many = "[0";
  for (size_t i = 2; i < kMaxGraphValues; ++i) many += ",0";
  CHECK(end_of(many + "]") == JsonTape::End::kWhole);
  CHECK(end_of(many + ",0]") == JsonTape::End::kTooMany);
}
