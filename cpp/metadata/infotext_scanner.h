// The line of settings in an infotext, taken apart by hand: the WebUI's own regular expression is
// quadratic, and std::regex knows no Unicode word characters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metadata/infotext.h"

namespace img2prompt {

constexpr std::string_view kNegativeMark = "Negative prompt:";

// How many settings make a line the line of settings.
constexpr size_t kFewestParameters = 3;

struct Parameter {
  std::string_view key, value;  // parts of the line; the value still with its quotes
};

// Every "key: value" of the line, in order, duplicates and empty values included.
std::vector<Parameter> scan_parameters(std::string_view line, InfotextRules rules);

// Whether scan_parameters() finds kFewestParameters of them, without keeping them.
bool is_parameter_line(std::string_view line);

// A word character, then at least one more word character, space, '-' or '/'.
bool is_parameter_key(std::string_view text);

// A JSON string with its quotes, as json.loads() in Python's strict mode; false where it is none.
// A lone surrogate becomes U+FFFD.
bool decode_json_string(std::string_view quoted, std::string& out);

// Appends what the JSON escape stands for whose letter, the one behind the backslash, is at
// `position`, which moves past it; false where it is none.
bool read_json_escape(std::string_view text, size_t& position, std::string& out);

// What str.strip() leaves.
std::string_view strip(std::string_view text);

}  // namespace img2prompt
