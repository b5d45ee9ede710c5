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

Settings::iterator find_key(Settings& settings, std::string_view key) {
  return std::find_if(settings.begin(), settings.end(),
                      [&](const auto& setting) { return setting.first == key; });
}

// A prompt whose lines a reader will not take for the negative prompt's beginning.
std::string without_marks(std::string_view prompt) {
  std::string out;
  for (size_t start = 0; start <= prompt.size();) {
    size_t end = std::min(prompt.find('\n', start), prompt.size());
    std::string_view line = strip(prompt.substr(start, end - start));
    bool is_mark = line.substr(0, kNegativeMark.size()) == kNegativeMark;
    if (is_mark) out.erase(strip(out).empty() ? 0 : out.find_last_not_of('\n') + 1);
    if (start > 0) out += is_mark ? ' ' : '\n';
    if (is_mark && strip(out).empty()) out = ", ";  // no line to join it to
    out += line;
    start = end + 1;
  }
  return out;
}

// Without white space at its ends and carriage returns at its lines' ends.
std::string tidy_prompt(std::string_view prompt) {
  std::string out;
  prompt = strip(prompt);
  for (size_t i = 0; i < prompt.size(); ++i)
    if (prompt[i] != '\r' || prompt.substr(i + 1, 1) != "\n") out += prompt[i];
  return out;
}

}  // namespace

bool parse_record(const std::string* text, std::string_view mark, Json& record) {
  if (!text || strip(*text).substr(0, 1) != "{" || text->find(mark) == std::string::npos)
    return false;
  JsonLimits limits;
  limits.max_bytes = kMaxRecordBytes;
  limits.max_depth = kMaxRecordDepth;
  return try_parse_json(*text, record, limits) && record.is_object();
}

bool find_record(const RawFields& fields, std::string_view keyword, std::string_view mark,
                 Json& record) {
  if (parse_record(fields.png_text(keyword), mark, record) ||
      parse_record(fields.find("EXIF", "UserComment"), mark, record))
    return true;
  for (const RawField& field : fields.fields) {
    bool may_be = field.source == "stealth" || field.source == "GIF";
    if (may_be && parse_record(&field.value, mark, record)) return true;
  }
  return false;
}

const Json* find_member(const Json& record, std::string_view key) {
  if (!record.is_object()) return nullptr;
  auto found = record.find(std::string(key));
  return found == record.end() || found->is_null() ? nullptr : &*found;
}

std::string setting_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  return value.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

std::string member_text(const Json& record, std::string_view key) {
  const Json* member = find_member(record, key);
  return member ? setting_text(*member) : std::string();
}

std::string member_string(const Json& record, std::string_view key) {
  const Json* member = find_member(record, key);
  return member && member->is_string() ? member->get<std::string>() : std::string();
}

bool member_number(const Json& record, std::string_view key, double& value) {
  const Json* member = find_member(record, key);
  if (!member || !member->is_number()) return false;
  value = member->get<double>();
  return true;
}

GenerationInfo read_record(const Json& record, const RecordKeys& keys) {
  GenerationInfo info;
  info.prompt = member_text(record, keys.prompt);
  info.negative_prompt = member_text(record, keys.negative_prompt);
  std::string width = member_text(record, keys.width), height = member_text(record, keys.height);
  for (const auto& [key, value] : record.items()) {
    bool is_empty = value.is_null() || (value.is_structured() && value.empty());
    if (is_empty || key == keys.prompt || key == keys.negative_prompt) continue;
    if (info.settings.size() >= kMaxSettings) break;
    const KeyName* name = find_name(keys, key);
    if (!width.empty() && !height.empty() && (key == keys.width || key == keys.height))
      set_setting(info.settings, "Size", width + "x" + height);
    else if (!name)
      set_setting(info.settings, key, setting_text(value));
    else if (!name->ours.empty())
      set_setting(info.settings, name->ours, setting_text(value));
  }
  return info;
}

void set_setting(Settings& settings, std::string_view key, std::string value) {
  if (value.empty()) return;
  auto found = find_key(settings, key);
  if (found == settings.end())
    settings.emplace_back(key, std::move(value));
  else
    found->second = std::move(value);
}

std::string find_setting(const Settings& settings, std::string_view key) {
  for (const auto& [known, value] : settings)
    if (known == key) return value;
  return {};
}

void erase_setting(Settings& settings, std::string_view key) {
  auto found = find_key(settings, key);
  if (found != settings.end()) settings.erase(found);
}

void append_pair(std::string& list, std::string_view name, std::string_view value) {
  if (name.empty()) return;
  if (!list.empty()) list += ", ";
  list += name;
  if (!value.empty()) (list += ": ") += value;
}

std::string clip_skip_of_layer(const Json& record, std::string_view key) {
  constexpr double kMostLayers = 32;
  double layer = 0;
  if (!member_number(record, key, layer) || !(layer < 0 && layer >= -kMostLayers)) return {};
  return fmt::format("{}", static_cast<int>(-layer));
}

void set_version(Settings& settings, std::string_view generator, std::string_view version) {
  if (!version.empty()) set_setting(settings, "Version", fmt::format("{} {}", generator, version));
}

std::string size_of_resolution(std::string_view resolution) {
  std::string out;
  for (char c : resolution) {
    if (c >= '0' && c <= '9')
      out += c;
    else if (c == ',' || c == 'x')
      out += 'x';
    else if (c != '(' && c != ')' && c != ' ')
      return std::string(resolution);
  }
  return out;
}

std::string file_name(std::string_view path) {
  size_t folder = path.find_last_of("/\\");
  return std::string(folder == path.npos ? path : path.substr(folder + 1));
}

GenerationInfo finish_record(GenerationInfo info) {
  info.prompt = tidy_prompt(info.prompt);
  info.negative_prompt = tidy_prompt(info.negative_prompt);
  rename_samplers(info.settings);
  info.infotext = convert_to_infotext(info);
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
