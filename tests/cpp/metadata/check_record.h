// What every generator's record is held to.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "build_files.h"
#include "metadata/infotext.h"
#include "metadata/infotext_scanner.h"
#include "metadata/read.h"

namespace img2prompt::testing {

inline GenerationInfo read_info(const std::string& file) {
  return parse_metadata(ByteSpan(file), "file").info;
}

// A TIFF with the text as UserComment, in UTF-16 of that order.
inline std::string exif_of(const std::string& text, bool big_endian) {
  std::u16string wide(text.begin(), text.end());
  return comment_tiff("UNICODE" + std::string(1, '\0') + utf16(wide, big_endian));
}

// The record's infotext says what the record says, by the WebUI's own rules, too, which take sizes
// apart.
inline void check_converted(const GenerationInfo& info) {
  REQUIRE(info.infotext);
  INFO(*info.infotext);
  Settings expected;  // without keys that the format cannot hold
  for (const auto& one : info.settings)
    if (is_parameter_key(one.first)) expected.push_back(one);
  Infotext balanced = parse_infotext(*info.infotext, InfotextRules::kBalanced);
  CHECK(balanced.prompt == info.prompt);
  CHECK(balanced.negative_prompt == info.negative_prompt);
  CHECK(balanced.settings == expected);
  Infotext exact = parse_infotext(*info.infotext, InfotextRules::kExact);
  CHECK(exact.prompt == info.prompt);
  CHECK(exact.negative_prompt == info.negative_prompt);
  Settings joined;
  for (const auto& [key, value] : exact.settings) {
    bool is_height = key.size() > 2 && key.substr(key.size() - 2) == "-2" && !joined.empty() &&
                     joined.back().first == key.substr(0, key.size() - 2);
    bool is_width = key.size() > 2 && key.substr(key.size() - 2) == "-1";
    if (is_height)
      joined.back().second += "x" + value;
    else
      joined.emplace_back(is_width ? key.substr(0, key.size() - 2) : key, value);
  }
  CHECK(joined == expected);
}

inline std::string setting(const GenerationInfo& info, const std::string& key) {
  for (const auto& [known, value] : info.settings)
    if (known == key) return value;
  return "(none)";
}

}  // namespace img2prompt::testing
