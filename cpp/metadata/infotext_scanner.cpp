#include "metadata/infotext_scanner.h"

#include <algorithm>

#include "base/unicode.h"
#include "base/utf8.h"

namespace img2prompt {
namespace {

constexpr size_t kNone = std::string_view::npos;

bool is_key_part(char32_t c) {
  char32_t lower = c | 0x20;
  if (lower >= 'a' && lower <= 'z' && c < 0x80) return true;
  return c == ' ' || c == '-' || c == '/' || is_word(c);
}

size_t skip_spaces(std::string_view line, size_t position) {
  while (position < line.size()) {
    size_t next = position;
    if (!is_space(next_code_point(line, next))) break;
    position = next;
  }
  return position;
}

bool ends_value(std::string_view line, size_t position) {
  return position == line.size() || line[position] == ',';
}

// The end of a quoted run at `start` (a '"'): backslashes take the next character with them, and a
// comma or the end of the line follows at once. kNone where it is not one.
//
// Scans never add up to more than the line: an opening quote follows ':' or white space, so a run
// that begins earlier ends there at the latest.
size_t quoted_end(std::string_view line, size_t start) {
  for (size_t i = start + 1; i < line.size(); ++i) {
    if (line[i] == '\\') {
      ++i;
    } else if (line[i] == '"') {
      return ends_value(line, i + 1) ? i + 1 : kNone;
    }
  }
  return kNone;
}

// Four hexadecimal digits at `position`; false where they are not there.
bool read_hex4(std::string_view text, size_t position, char32_t& value) {
  if (position + 4 > text.size()) return false;
  value = 0;
  for (char c : text.substr(position, 4)) {
    char lower = c | 0x20;
    if (c >= '0' && c <= '9')
      value = value << 4 | static_cast<char32_t>(c - '0');
    else if (lower >= 'a' && lower <= 'f')
      value = value << 4 | static_cast<char32_t>(lower - 'a' + 10);
    else
      return false;
  }
  return true;
}

// Whether a key alone may stand there: "Tiling", but neither "2" nor "" out of a list of values.
bool is_flag(std::string_view text) {
  char first = text.empty() ? ' ' : static_cast<char>(text[0] | 0x20);
  return first >= 'a' && first <= 'z' && is_parameter_key(text);
}

}  // namespace

bool ParameterScanner::next(Parameter& parameter) {
  bool is_balanced = rules_ == InfotextRules::kBalanced;
  size_t key_start = kNone;  // the first word character of the run of key characters
  bool has_second = false;
  while (position_ < line_.size()) {
    size_t here = position_;
    char32_t c = next_code_point(line_, position_);
    if (c == ':' && (has_second || (is_balanced && key_start == segment_begin()))) {
      parameter.key = line_.substr(key_start, here - key_start);
      take_value(parameter);
      return true;
    }
    if (c == ',' && is_balanced && take_alone(here, parameter)) return true;
    if (!is_key_part(c)) {
      key_start = kNone;
      has_second = false;
    } else if (key_start != kNone) {
      has_second = true;
    } else if (is_word(c)) {
      key_start = here;
      has_second = false;
    }
  }
  return is_balanced && take_alone(line_.size(), parameter);
}

// The first of the segment that is no space; looked for once in each.
size_t ParameterScanner::segment_begin() {
  if (segment_begin_ == kNone || segment_begin_ < segment_)
    segment_begin_ = skip_spaces(line_, segment_);
  return segment_begin_;
}

// What stands between the last comma and the one at `end`, which is passed over, as a key alone.
bool ParameterScanner::take_alone(size_t end, Parameter& parameter) {
  std::string_view text = strip(line_.substr(segment_, end - segment_));
  segment_ = std::min(end + 1, line_.size());
  if (!is_flag(text)) return false;
  parameter = {text, text, false};
  return true;
}

// From after the colon to the comma, which is passed over.
void ParameterScanner::take_value(Parameter& parameter) {
  size_t start = skip_spaces(line_, position_), end = kNone;
  if (start < line_.size() && line_[start] == '"') end = quoted_end(line_, start);
  if (end == kNone && rules_ == InfotextRules::kBalanced) end = balanced_end(start);
  parameter.is_whole = end != kNone;
  size_t comma = line_.find(',', end == kNone ? start : end);
  if (comma == kNone) comma = line_.size();
  if (end == kNone) end = comma;
  position_ = segment_ = std::min(comma + 1, line_.size());
  parameter.value = line_.substr(start, end - start);
}

// The end of [...] or {...} at `start`, brackets in strings not counted; a comma or the end must
// follow, after spaces at most. A scan that fails is not repeated from inside what it has seen,
// which keeps the whole linear.
size_t ParameterScanner::balanced_end(size_t start) {
  if (start >= line_.size() || start < failed_until_) return kNone;
  if (line_[start] != '[' && line_[start] != '{') return kNone;
  std::string open;
  bool in_string = false;
  size_t i = start;
  for (; i < line_.size(); ++i) {
    char c = line_[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      open += c == '[' ? ']' : '}';
    } else if (c == ']' || c == '}') {
      if (open.back() != c) break;
      open.pop_back();
      if (open.empty()) break;
    }
  }
  if (open.empty() && i < line_.size() && ends_value(line_, skip_spaces(line_, i + 1)))
    return i + 1;
  failed_until_ = i;
  return kNone;
}

std::vector<Parameter> scan_parameters(std::string_view line, InfotextRules rules) {
  std::vector<Parameter> found;
  ParameterScanner scanner(line, rules);
  for (Parameter parameter; scanner.next(parameter);) found.push_back(parameter);
  return found;
}

bool is_parameter_line(std::string_view line) {
  ParameterScanner scanner(line, InfotextRules::kExact);
  Parameter parameter;
  for (size_t count = 0; count < kFewestParameters; ++count)
    if (!scanner.next(parameter)) return false;
  return true;
}

bool is_parameter_key(std::string_view text) {
  size_t position = 0;
  if (text.empty() || !is_word(next_code_point(text, position)) || position == text.size())
    return false;
  while (position < text.size())
    if (!is_key_part(next_code_point(text, position))) return false;
  return true;
}

bool read_json_escape(std::string_view text, size_t& position, std::string& out) {
  constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
  if (position >= text.size()) return false;
  char letter = text[position++];
  if (size_t known = kLetters.find(letter); known != kNone) {
    out += kMeanings[known];
    return true;
  }
  char32_t value = 0, low = 0;
  if (letter != 'u' || !read_hex4(text, position, value)) return false;
  position += 4;
  bool is_high = value >= 0xD800 && value < 0xDC00;
  if (is_high && text.substr(position, 2) == "\\u" && read_hex4(text, position + 2, low) &&
      low >= 0xDC00 && low < 0xE000) {
    value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
    position += 6;
  }
  append_utf8(value, out);
  return true;
}

bool decode_json_string(std::string_view quoted, bool strict, std::string& out) {
  out.clear();
  if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') return false;
  std::string_view text = quoted.substr(1, quoted.size() - 2);
  for (size_t i = 0; i < text.size();) {
    char c = text[i++];
    if (c == '\\') {
      if (!read_json_escape(text, i, out)) return false;
    } else if (c == '"' || (strict && static_cast<unsigned char>(c) < 0x20)) {
      return false;
    } else {
      out += c;
    }
  }
  return true;
}

std::string_view strip(std::string_view text) {
  text.remove_prefix(skip_spaces(text, 0));
  while (!text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && (text[start] & 0xC0) == 0x80) --start;
    size_t end = start;
    if (!is_space(next_code_point(text, end)) || end != text.size()) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

}  // namespace img2prompt
