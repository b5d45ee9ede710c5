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
  bool is_whole = false;        // a quoted or balanced value, whose commas and breaks are its own
};

// Every "key: value" of a text, in order, duplicates and empty values included. By the balanced
// rules also keys of one character, and keys alone between two commas, which the WebUI writes for a
// key whose value is the same; both are lost by its own.
class ParameterScanner {
 public:
  ParameterScanner(std::string_view text, InfotextRules rules) : line_(text), rules_(rules) {}

  bool next(Parameter& parameter);  // false at the end

 private:
  bool take_alone(size_t end, Parameter& parameter);
  void take_value(Parameter& parameter);
  size_t balanced_end(size_t start);
  size_t segment_begin();

  std::string_view line_;
  InfotextRules rules_;
  size_t position_ = 0;
  size_t segment_ = 0;  // behind the last comma
  size_t segment_begin_ = std::string_view::npos;
  size_t failed_until_ = 0;  // brackets that begin before do not balance
};

// All that a scanner finds.
std::vector<Parameter> scan_parameters(std::string_view line, InfotextRules rules);

// Whether scan_parameters() finds kFewestParameters of them, without keeping them.
bool is_parameter_line(std::string_view line);

// A word character, then at least one more word character, space, '-' or '/'.
bool is_parameter_key(std::string_view text);

// A JSON string with its quotes, as json.loads() in Python; false where it is none. Not `strict`:
// line breaks and other control characters may stand in it as they are. A lone surrogate becomes
// U+FFFD.
bool decode_json_string(std::string_view quoted, bool strict, std::string& out);

// Appends what the JSON escape stands for whose letter, the one behind the backslash, is at
// `position`, which moves past it; false where it is none.
bool read_json_escape(std::string_view text, size_t& position, std::string& out);

// What str.strip() leaves.
std::string_view strip(std::string_view text);

}  // namespace img2prompt
