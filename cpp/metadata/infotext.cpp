#include "metadata/infotext.h"

#include <algorithm>
#include <unordered_map>

#include "base/unicode.h"
#include "base/utf8.h"
#include "metadata/infotext_scanner.h"

namespace img2prompt {
namespace {

// Settings under construction; a key that comes again keeps its place and takes the new value.
class SettingsBuilder {
 public:
  void set(std::string key, std::string value) {
    auto [place, is_new] = places_.emplace(std::move(key), settings_.size());
    if (is_new)
      settings_.emplace_back(place->first, std::move(value));
    else
      settings_[place->second].second = std::move(value);
  }
  Settings take() { return std::move(settings_); }

 private:
  Settings settings_;
  std::unordered_map<std::string, size_t> places_;
};

size_t skip_digits(std::string_view text, size_t position) {
  while (position < text.size()) {
    size_t next = position;
    if (!is_decimal(next_code_point(text, next))) break;
    position = next;
  }
  return position;
}

// Digits, 'x', digits, and at most one line break (re's "$" stands before a last one too).
bool split_size(std::string_view value, std::string_view& width, std::string_view& height) {
  size_t x = skip_digits(value, 0);
  if (x == 0 || x == value.size() || value[x] != 'x') return false;
  size_t end = skip_digits(value, x + 1);
  if (end == x + 1 || (end != value.size() && value.substr(end) != "\n")) return false;
  width = value.substr(0, x);
  height = value.substr(x + 1, end - x - 1);
  return true;
}

Settings read_settings(std::string_view line, InfotextRules rules) {
  SettingsBuilder settings;
  for (const Parameter& parameter : scan_parameters(line, rules)) {
    if (parameter.value.empty()) continue;
    std::string value;
    if (!decode_json_string(parameter.value, value)) value = parameter.value;
    std::string key(parameter.key);
    std::string_view width, height;
    if (rules == InfotextRules::kExact && split_size(value, width, height)) {
      settings.set(key + "-1", std::string(width));
      settings.set(key + "-2", std::string(height));
    } else if (key != "Prompt" && key != "Negative prompt") {  // the text above the line wins
      settings.set(std::move(key), std::move(value));
    }
  }
  return settings.take();
}

void append_line(std::string_view line, std::string& text) {
  if (!text.empty()) text += '\n';
  text += line;
}

}  // namespace

Infotext parse_infotext(std::string_view text, InfotextRules rules) {
  Infotext out;
  text = strip(text);
  std::string_view above = text;
  size_t last_break = text.rfind('\n');
  std::string_view last = text.substr(last_break == text.npos ? 0 : last_break + 1);
  if (is_parameter_line(last)) {
    out.settings = read_settings(last, rules);
    if (last_break == text.npos) return out;
    above = text.substr(0, last_break);
  }
  bool is_negative = false;
  for (size_t start = 0; start <= above.size();) {
    size_t end = std::min(above.find('\n', start), above.size());
    std::string_view line = strip(above.substr(start, end - start));
    if (line.substr(0, kNegativeMark.size()) == kNegativeMark) {
      is_negative = true;
      line = strip(line.substr(kNegativeMark.size()));
    }
    append_line(line, is_negative ? out.negative_prompt : out.prompt);
    start = end + 1;
  }
  return out;
}

}  // namespace img2prompt
