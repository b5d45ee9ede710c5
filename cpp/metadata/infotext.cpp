#include "metadata/infotext.h"

#include <algorithm>
#include <unordered_map>

#include "base/unicode.h"
#include "base/utf8.h"
#include "metadata/civitai_flux.h"
#include "metadata/infotext_scanner.h"

namespace img2prompt {
namespace {

// Settings under construction; a key that comes again keeps its place and takes the new value.
class SettingsBuilder {
 public:
  SettingsBuilder() { settings_.reserve(kFew); }

  void set(std::string key, std::string value) {
    if (std::string* known = find(key)) {
      *known = std::move(value);
      return;
    }
    if (settings_.size() >= kFew) places_.emplace(key, settings_.size());
    settings_.emplace_back(std::move(key), std::move(value));
  }
  Settings take() { return std::move(settings_); }

 private:
  static constexpr size_t kFew = 16;  // looked through one by one; those beyond have places

  std::string* find(const std::string& key) {
    size_t few = std::min(settings_.size(), kFew);
    for (size_t i = 0; i < few; ++i)
      if (settings_[i].first == key) return &settings_[i].second;
    if (places_.empty()) return nullptr;
    auto place = places_.find(key);
    return place == places_.end() ? nullptr : &settings_[place->second].second;
  }

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

void set_parameter(const Parameter& parameter, InfotextRules rules, SettingsBuilder& settings) {
  if (parameter.value.empty()) return;
  bool is_exact = rules == InfotextRules::kExact;
  std::string key(parameter.key), value;
  if (!decode_json_string(parameter.value, is_exact, value)) value = parameter.value;
  std::string_view width, height;
  if (is_exact && split_size(value, width, height)) {
    settings.set(key + "-1", std::string(width));
    settings.set(key + "-2", std::string(height));
  } else if (key != "Prompt" && key != "Negative prompt") {  // the text above the line wins
    settings.set(std::move(key), std::move(value));
  }
}

void append_line(std::string_view line, std::string& text) {
  if (!text.empty()) text += '\n';
  text += line;
}

void read_prompts(std::string_view text, Infotext& out) {
  bool is_negative = false;
  for (size_t start = 0; start <= text.size();) {
    size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = strip(text.substr(start, end - start));
    if (line.substr(0, kNegativeMark.size()) == kNegativeMark) {
      is_negative = true;
      line = strip(line.substr(kNegativeMark.size()));
    }
    append_line(line, is_negative ? out.negative_prompt : out.prompt);
    start = end + 1;
  }
}

constexpr std::string_view kSectionStart = "Steps:";
constexpr std::string_view kTemplate = "Template:", kNegativeTemplate = "Negative Template:";

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.substr(0, beginning.size()) == beginning;
}

// The prompts with their wildcards, which Dynamic Prompts writes below the settings.
bool take_templates(std::string_view text, SettingsBuilder& settings) {
  text = strip(text);
  if (text.empty()) return true;
  if (!begins_with(text, kTemplate) && !begins_with(text, kNegativeTemplate)) return false;
  size_t negative = begins_with(text, kNegativeTemplate) ? 0 : text.find("\nNegative Template:");
  std::string_view positive_text = text.substr(0, negative);
  if (begins_with(positive_text, kTemplate))
    settings.set("Template", std::string(strip(positive_text.substr(kTemplate.size()))));
  if (negative != text.npos)
    settings.set("Negative Template",
                 std::string(strip(strip(text.substr(negative)).substr(kNegativeTemplate.size()))));
  return true;
}

// Settings over more than one line: values in quotes or brackets with line breaks in them, and
// templates below. They begin at the last line that begins with "Steps:"; false where that is the
// last line, or where something else stands below it.
bool take_long_section(std::string_view text, size_t& section, SettingsBuilder& settings) {
  if (begins_with(text.substr(section), kSectionStart)) return false;
  size_t start = text.rfind("\nSteps:");
  start = start == text.npos ? 0 : start + 1;
  if (!begins_with(text.substr(start), kSectionStart)) return false;
  std::string_view tail = text.substr(start);
  ParameterScanner scanner(tail, InfotextRules::kBalanced);
  std::vector<Parameter> found;
  size_t end = 0;  // of the last value
  for (Parameter parameter; scanner.next(parameter);) {
    size_t key = static_cast<size_t>(parameter.key.data() - tail.data());
    size_t line_break = tail.substr(0, key + parameter.key.size()).find('\n', end);
    size_t value_break = parameter.is_whole ? tail.npos : parameter.value.find('\n');
    if (line_break != tail.npos) break;
    if (value_break != tail.npos) parameter.value = parameter.value.substr(0, value_break);
    end = static_cast<size_t>(parameter.value.data() - tail.data()) + parameter.value.size();
    if (value_break != tail.npos) parameter.value = strip(parameter.value);
    found.push_back(parameter);
    if (value_break != tail.npos) break;
  }
  size_t rest = std::min(tail.find('\n', end), tail.size());
  SettingsBuilder templates;
  if (found.size() < kFewestParameters || !take_templates(tail.substr(rest), templates))
    return false;
  for (const Parameter& parameter : found)
    set_parameter(parameter, InfotextRules::kBalanced, settings);
  for (auto& [key, value] : templates.take()) settings.set(std::move(key), std::move(value));
  section = start;
  return true;
}

}  // namespace

Infotext parse_infotext(std::string_view text, InfotextRules rules) {
  Infotext out;
  text = strip(text);
  SettingsBuilder settings;
  size_t last_break = text.rfind('\n');
  size_t section = last_break == text.npos ? 0 : last_break + 1;
  if (rules == InfotextRules::kBalanced && take_long_section(text, section, settings)) {
    text = text.substr(0, section);
  } else if (std::string_view last = text.substr(section); is_parameter_line(last)) {
    ParameterScanner scanner(last, rules);
    for (Parameter parameter; scanner.next(parameter);) set_parameter(parameter, rules, settings);
    text = text.substr(0, section);
  }
  out.settings = settings.take();
  if (rules == InfotextRules::kBalanced) repair_civitai_flux(out.settings);
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  read_prompts(text, out);
  return out;
}

}  // namespace img2prompt
