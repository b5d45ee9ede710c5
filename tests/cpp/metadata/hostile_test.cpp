// Whatever the bytes, the answer is a record or a MetadataError; run under the sanitizers, too.
#include <doctest/doctest.h>

#include <random>

#include "base/error.h"
#include "base/utf8.h"
#include "metadata/infotext.h"
#include "metadata/limits.h"
#include "metadata/read.h"
#include "whole_files.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

void check_bounded(const std::string& bytes) {
  try {
    Metadata metadata = parse_metadata(ByteSpan(bytes), "hostile");
    bool well_formed = is_valid_utf8(metadata.info.prompt + metadata.info.negative_prompt);
    for (const RawField& field : metadata.raw.fields)
      well_formed = well_formed && is_valid_utf8(field.key) && is_valid_utf8(field.value);
    for (const auto& [key, value] : metadata.info.settings)
      well_formed = well_formed && is_valid_utf8(key) && is_valid_utf8(value);
    for (const std::string& warning : metadata.raw.warnings)
      well_formed = well_formed && is_valid_utf8(warning);
    if (!well_formed) FAIL_CHECK("text that is not UTF-8");
    if (metadata.raw.fields.size() > kMaxFields) FAIL_CHECK("more fields than allowed");
  } catch (const MetadataError&) {
  }
}

}  // namespace

TEST_CASE("Every prefix of every container") {
  for (const std::string& file : whole_files())
    for (size_t size = 0; size < file.size(); ++size) check_bounded(file.substr(0, size));
}

TEST_CASE("Thousands of random corruptions of every container") {
  std::mt19937 random(42);
  const uint8_t kEdges[] = {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF};
  for (const std::string& file : whole_files()) {
    for (int round = 0; round < 4000; ++round) {
      std::string bytes = file;
      for (unsigned i = 1 + random() % 8; i-- > 0;) {
        size_t at = random() % bytes.size();
        switch (random() % 4) {
          case 0:
            bytes[at] = static_cast<char>(random());
            break;
          case 1:
            bytes[at] = static_cast<char>(kEdges[random() % sizeof kEdges]);
            break;
          case 2:
            bytes.erase(at, 1 + random() % 16);
            break;
          default:
            bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 32));
        }
        if (bytes.empty()) break;
      }
      check_bounded(bytes);
    }
  }
}

TEST_CASE("Random infotexts, well formed or not, in both modes") {
  const std::vector<std::string> pieces = {"\"",
                                           "\\",
                                           ",",
                                           ":",
                                           "[",
                                           "]",
                                           "{",
                                           "}",
                                           "\n",
                                           "aa",
                                           "x",
                                           " ",
                                           "1x2",
                                           "\xFF",
                                           "\xE6\x97",
                                           "\u65E5",
                                           "\\u",
                                           "d83d",
                                           "Negative prompt:"};
  std::mt19937 random(43);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (size_t count = random() % 60; count-- > 0;) text += pieces[random() % pieces.size()];
    for (InfotextRules rules : {InfotextRules::kExact, InfotextRules::kBalanced})
      CHECK(parse_infotext(text, rules).settings.size() <= text.size());
  }
}
