#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "metadata/container.h"
#include "metadata/infotext.h"
#include "metadata/infotext_scanner.h"

namespace img2prompt {
namespace {

// The WebUI quotes a value with ',', ':' or a line break in it. The others here would be read back
// as something else: nothing, without their outer white space, as a quoted or a balanced value.
bool needs_quotes(std::string_view value) {
  if (value.empty() || strip(value).size() != value.size()) return true;
  if (value[0] == '"' || value[0] == '[' || value[0] == '{') return true;
  return std::any_of(value.begin(), value.end(), [](char c) {
    return c == ',' || c == ':' || static_cast<unsigned char>(c) < 0x20;
  });
}

// As json.dumps(value, ensure_ascii=False).
void append_quoted(std::string_view value, std::string& out) {
  out += '"';
  for (char c : value) {
    constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t", kLetters = "\"\\bfnrt";
    size_t known = kEscaped.find(c);
    if (known != std::string_view::npos)
      (out += '\\') += kLetters[known];
    else if (static_cast<unsigned char>(c) < 0x20)
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  out += '"';
}

void check_key(const std::string& key) {
  if (key == "Prompt" || key == "Negative prompt")
    throw_error<InvalidArgument>("settings: {} is an argument of its own, not a setting",
                                 quoted(key));
  if (!is_parameter_key(key))
    throw_error<InvalidArgument>(
        "settings: the key {} cannot be written; a key is two or more letters, digits, spaces, "
        "'_', '-' or '/', the first a letter, digit or '_'",
        quoted(key));
}

// A line with nothing in it that the WebUI takes for a line of settings all the same.
constexpr std::string_view kEmptyLine = "Steps: , Steps: , Steps:";

std::string format_settings(const Settings& settings) {
  std::string line;
  std::unordered_set<std::string> keys;
  size_t last_start = 0;
  for (const auto& [key, value] : settings) {
    check_key(key);
    if (!keys.insert(key).second)
      throw_error<InvalidArgument>("settings: the key {} comes twice", quoted(key));
    if (!line.empty()) line += ", ";
    last_start = line.size();
    line += key + ": ";
    if (needs_quotes(value))
      append_quoted(value, line);
    else
      line += value;
  }
  std::string last = line.substr(last_start);
  for (size_t count = settings.size(); count > 0 && count < kFewestParameters; ++count)
    line += ", " + last;
  return line;
}

// The prompt as it will be read back: every line stripped, no blank ones at the beginning.
std::string stripped_lines(std::string_view text, const char* what) {
  std::string out;
  bool is_first = true;
  for (size_t start = 0; start <= text.size();) {
    size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = strip(text.substr(start, end - start));
    bool may_begin_with_mark = is_first && std::string_view(what) == "negative_prompt";
    if (!may_begin_with_mark && line.substr(0, kNegativeMark.size()) == kNegativeMark)
      throw_error<InvalidArgument>(
          "{}: a line that begins with \"{}\" would be read as the negative prompt", what,
          kNegativeMark);
    if (!out.empty()) out += '\n';
    out += line;
    if (!line.empty()) is_first = false;
    start = end + 1;
  }
  return out;
}

void append_below(std::string_view line, std::string& text) {
  if (!text.empty()) text += '\n';
  text += line;
}

constexpr std::string_view kSteps = "Steps:";

bool has_steps_line(std::string_view text) {
  return text.substr(0, kSteps.size()) == kSteps || text.find("\nSteps:") != text.npos;
}

// Whether a reader would find settings in the prompts alone.
bool has_settings(std::string_view text) {
  text = strip(text);
  return !parse_infotext(text, InfotextRules::kBalanced).settings.empty() ||
         is_parameter_line(strip(text.substr(text.rfind('\n') + 1)));
}

}  // namespace

std::string format_infotext(std::string_view prompt, std::string_view negative_prompt,
                            const Settings& settings) {
  std::string text = stripped_lines(prompt, "prompt");
  std::string negative = stripped_lines(negative_prompt, "negative_prompt");
  std::string line = format_settings(settings);
  if (!negative.empty()) append_below(fmt::format("{} {}", kNegativeMark, negative), text);
  // A prompt that ends like a line of settings needs a line below it that has none, and one that
  // begins like such a line, with more below, needs settings that begin as they always do.
  if (line.empty() && has_settings(text)) {
    std::string marked = text + "\n" + std::string(kNegativeMark);
    if (negative.empty() && !has_settings(marked)) return marked;
    line = kEmptyLine;
  } else if (has_steps_line(text) && line.substr(0, kSteps.size()) != kSteps && !line.empty()) {
    line = fmt::format("{} , {}", kSteps, line);
  }
  if (!line.empty()) append_below(line, text);
  return text;
}

}  // namespace img2prompt
