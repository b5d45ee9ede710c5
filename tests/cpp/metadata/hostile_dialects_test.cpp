// Every generator's record with bytes changed and with members of every other type, under the
// sanitizers, too: the answer is a record that reads back, never a crash and never an exception.
#include <random>

#include "base/json.h"
#include "base/utf8.h"
#include "check_record.h"
#include "metadata/dialects.h"
#include "metadata/infotext_scanner.h"
#include "whole_records.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

// The generator that was recognised. What is found must be UTF-8, and a converted record must read
// back.
std::string check_survives(const Record& record) {
  RawFields fields;
  fields.fields = record;
  GenerationInfo info = recognise(fields);
  std::string all = info.prompt + info.negative_prompt;
  for (const auto& [key, value] : info.settings) all += key + value;
  if (!is_valid_utf8(all)) FAIL_CHECK("text that is not UTF-8");
  if (info.infotext) {
    Infotext read = parse_infotext(*info.infotext, InfotextRules::kBalanced);
    bool is_as_found = info.generator == "a1111";
    Settings expected;
    for (const auto& [key, value] : info.settings)
      if (is_as_found || (is_parameter_key(key) && key != "Prompt" && key != "Negative prompt"))
        expected.emplace_back(key, value);
    if (read.settings != expected) FAIL_CHECK(*info.infotext);
  }
  return info.generator;
}

// Some other value in place of one of the tree's.
void change_value(Json& value, std::mt19937& random) {
  static const std::vector<Json> kOthers = {
      nullptr,
      true,
      0,
      -1,
      1e300,
      18446744073709551615ull,
      "",
      "x",
      "a: b, c\nNegative prompt: d",
      "a\n\n \nNegative prompt: d\n\nNegative prompt: e",
      std::string(3, '\0'),
      Json::array(),
      Json::object(),
      Json::array({1, "a", nullptr}),
      Json::object({{"name", 5}, {"model", {{"name", "m"}}}, {"a.b", 1}}),
      "\u65E5\u672C",
      "None",
      std::string(5000, '[')};
  if (value.is_structured() && !value.empty() && random() % 4 != 0) {
    auto at = value.begin();
    std::advance(at, random() % value.size());
    change_value(*at, random);
  } else if (value.is_string() && random() % 2 == 0) {
    Json inner;  // a record in a string
    if (try_parse_json(value.get<std::string>(), inner) && inner.is_structured()) {
      change_value(inner, random);
      value = inner.dump(-1, ' ', false, Json::error_handler_t::replace);
      return;
    }
    value = kOthers[random() % kOthers.size()];
  } else {
    value = kOthers[random() % kOthers.size()];
  }
}

}  // namespace

TEST_CASE("Every record is recognised before it is changed") {
  for (const Record& record : whole_records()) {
    INFO(record[0].value);
    CHECK(check_survives(record) != "");
  }
}

TEST_CASE("Thousands of records with members of other types") {
  std::mt19937 random(44);
  for (const Record& record : whole_records()) {
    size_t recognised = 0;
    for (int round = 0; round < 600; ++round) {
      Record changed = record;
      for (RawField& field : changed) {
        Json tree;
        if (!try_parse_json(field.value, tree) || !tree.is_structured()) continue;
        for (unsigned i = 1 + random() % 4; i-- > 0;) change_value(tree, random);
        field.value = tree.dump(-1, ' ', false, Json::error_handler_t::replace);
      }
      recognised += !check_survives(changed).empty();
    }
    CHECK(recognised > 0);
  }
}

TEST_CASE("Thousands of records with changed, lost and repeated bytes") {
  std::mt19937 random(45);
  const std::string kPieces = "\"\\{}[],:\n \x01-0aé";
  for (const Record& record : whole_records()) {
    for (int round = 0; round < 600; ++round) {
      Record changed = record;
      for (unsigned i = 1 + random() % 4; i-- > 0;) {
        std::string& text = changed[random() % changed.size()].value;
        if (text.empty()) continue;
        size_t at = random() % text.size();
        switch (random() % 3) {
          case 0:
            text[at] = kPieces[random() % kPieces.size()];
            break;
          case 1:
            text.erase(at, 1 + random() % 16);
            break;
          default:
            text.insert(at, text.substr(random() % text.size(), random() % 40));
        }
      }
      for (RawField& field : changed) field.value = repair_utf8(field.value);  // as containers do
      check_survives(changed);
    }
  }
}

TEST_CASE("Objects of very many members and very long lists cost little") {
  std::string members, items;
  for (int i = 0; i < 100000; ++i) {
    members += fmt::format(",\"k{}\":{}", i, i);
    items += (i ? "," : "") + std::string("[\"a\",1]");
  }
  RawFields fields;
  fields.add("tEXt", "parameters", "{\"sui_image_params\":{\"prompt\":\"a\"" + members + "}}");
  CHECK(recognise(fields).settings.size() == 1000);
  fields = {};
  fields.add("tEXt", "parameters",
             "{\"prompt\":\"a\",\"base_model\":\"m\",\"loras\":[" + items + "]}");
  CHECK(recognise(fields).generator == "fooocus");
}
