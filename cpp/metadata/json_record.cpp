#include "metadata/json_record.h"

#include <algorithm>

#include "metadata/infotext.h"
#include "metadata/infotext_scanner.h"
#include "metadata/limits.h"
#include "metadata/sampler_names.h"

namespace img2prompt {
namespace {

const KeyName* find_name(const RecordKeys& keys, std::string_view theirs) {
  for (const KeyName& name : keys.names)
    if (name.theirs == theirs) return &name;
  return nullptr;
}

std::string text_member(const Json& record, std::string_view key) {
  auto found = record.find(std::string(key));
  return found == record.end() || found->is_null() ? std::string() : setting_text(*found);
}

void set(Settings& settings, std::string key, std::string value) {
  for (auto& [known, old] : settings) {
    if (known != key) continue;
    old = std::move(value);
    return;
  }
  settings.emplace_back(std::move(key), std::move(value));
}

// A prompt whose lines a reader will not take for the negative prompt's beginning.
std::string without_marks(std::string_view prompt) {
  std::string out;
  for (size_t start = 0; start <= prompt.size();) {
    size_t end = std::min(prompt.find('\n', start), prompt.size());
    std::string_view line = strip(prompt.substr(start, end - start));
    bool is_mark = line.substr(0, kNegativeMark.size()) == kNegativeMark;
    if (start > 0) out += is_mark ? ' ' : '\n';
    if (is_mark && strip(out).empty()) out = ", ";  // no line to join it to
    out += line;
    start = end + 1;
  }
  return out;
}

}  // namespace

bool parse_record(const std::string* text, std::string_view mark, Json& record) {
  if (!text || text->find(mark) == std::string::npos || strip(*text).substr(0, 1) != "{")
    return false;
  JsonLimits limits;
  limits.max_bytes = kMaxRecordBytes;
  return try_parse_json(*text, record, limits) && record.is_object();
}

std::string setting_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  return value.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

GenerationInfo read_record(const Json& record, const RecordKeys& keys) {
  constexpr size_t kMostSettings = 1000;  // set() looks through all of them
  GenerationInfo info;
  info.prompt = text_member(record, keys.prompt);
  info.negative_prompt = text_member(record, keys.negative_prompt);
  std::string width, height;
  if (!keys.width.empty()) {
    width = text_member(record, keys.width);
    height = text_member(record, keys.height);
  }
  for (const auto& [key, value] : record.items()) {
    if (value.is_null() || key == keys.prompt || key == keys.negative_prompt) continue;
    if (info.settings.size() >= kMostSettings) break;
    const KeyName* name = find_name(keys, key);
    if (!width.empty() && !height.empty() && (key == keys.width || key == keys.height))
      set(info.settings, "Size", width + "x" + height);
    else if (!name)
      set(info.settings, key, setting_text(value));
    else if (!name->ours.empty())
      set(info.settings, std::string(name->ours), setting_text(value));
  }
  rename_samplers(info.settings);
  return info;
}

std::string convert_to_infotext(const GenerationInfo& info) {
  Settings settings;
  for (const auto& [key, value] : info.settings)
    if (is_parameter_key(key) && key != "Prompt" && key != "Negative prompt")
      settings.emplace_back(key, value);
  return format_infotext(without_marks(info.prompt), without_marks(info.negative_prompt), settings);
}

}  // namespace img2prompt
