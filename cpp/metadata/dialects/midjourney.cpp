// Midjourney: "prompt --ar 2:1 --v 6 Job ID: <uuid>" in a PNG's Description, with Author and
// Creation Time beside it. Reference: Midjourney's list of parameters, and files from its site.
#include <algorithm>

#include "metadata/dialects.h"
#include "metadata/infotext_scanner.h"
#include "metadata/json_record.h"
#include "metadata/limits.h"

namespace img2prompt {
namespace {

constexpr std::string_view kJob = "Job ID:";
constexpr size_t kUuidChars = 36;

bool is_uuid(std::string_view text) {
  if (text.size() != kUuidChars) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool is_hex = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
    bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? c != '-' : !is_hex) return false;
  }
  return true;
}

// The command and the job's identifier; false where the text does not end in one.
bool split_job(std::string_view text, std::string_view& command, std::string_view& job) {
  size_t at = text.size() <= kMaxCommandBytes ? text.rfind(kJob) : text.npos;
  if (at == text.npos) return false;
  command = strip(text.substr(0, at));
  job = strip(text.substr(at + kJob.size()));
  return is_uuid(job);
}

const std::string* find_description(const RawFields& fields) {
  std::string_view command, job;
  for (const std::string* text :
       {fields.png_text("Description"), fields.find("XMP", "dc:description"),
        fields.find("EXIF", "ImageDescription")})
    if (text && split_job(*text, command, job)) return text;
  return nullptr;
}

// Every parameter by its long name; "Model" is one below.
constexpr KeyName kParameters[] = {
    {"ar", "Aspect ratio"},
    {"aspect", "Aspect ratio"},
    {"seed", "Seed"},
    {"sameseed", "Seed"},
    {"s", "Stylize"},
    {"stylize", "Stylize"},
    {"c", "Chaos"},
    {"chaos", "Chaos"},
    {"w", "Weird"},
    {"weird", "Weird"},
    {"q", "Quality"},
    {"quality", "Quality"},
    {"iw", "Image weight"},
    {"sref", "Style reference"},
    {"sw", "Style weight"},
    {"sv", "Style version"},
    {"cref", "Character reference"},
    {"cw", "Character weight"},
    {"oref", "Omni reference"},
    {"ow", "Omni weight"},
    {"p", "Profile"},
    {"profile", "Profile"},
    {"exp", "Experimental"},
    {"style", "Style"},
    {"stop", "Stop"},
    {"r", "Repeat"},
    {"repeat", "Repeat"},
    {"tile", "Tiling"},
    {"raw", "Raw"},
    {"draft", "Draft"},
    {"fast", "Fast"},
    {"relax", "Relax"},
    {"turbo", "Turbo"},
    {"video", "Video"},
};

void add_parameter(std::string_view name, std::string_view value, GenerationInfo& info) {
  if (name == "no") {
    append_pair(info.negative_prompt, value, "");
  } else if (name == "v" || name == "version") {
    set_setting(info.settings, "Model", fmt::format("Midjourney {}", value));
  } else if (name == "niji") {
    set_setting(info.settings, "Model", value.empty() ? "Niji" : fmt::format("Niji {}", value));
  } else if (info.settings.size() < kMaxSwitches) {
    std::string key = name.size() > 1 ? std::string(name) : fmt::format("parameter {}", name);
    for (const KeyName& known : kParameters)
      if (known.theirs == name) key = std::string(known.ours);
    set_setting(info.settings, key, value.empty() ? "True" : std::string(value));
  }
}

// Where the next "--name" begins, at the text's beginning or behind white space.
size_t find_parameter(std::string_view text, size_t from) {
  for (size_t at = text.find("--", from); at != text.npos; at = text.find("--", at + 1)) {
    bool is_word = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\n' || text[at - 1] == '\t';
    char next = at + 2 < text.size() ? static_cast<char>(text[at + 2] | 0x20) : ' ';
    if (is_word && next >= 'a' && next <= 'z') return at;
  }
  return text.size();
}

}  // namespace

bool is_midjourney(const RawFields& fields) { return find_description(fields) != nullptr; }

GenerationInfo parse_midjourney(const RawFields& fields) {
  std::string_view command, job;
  split_job(*find_description(fields), command, job);
  GenerationInfo info;
  size_t at = find_parameter(command, 0);
  info.prompt = std::string(command.substr(0, at));
  while (at < command.size()) {
    size_t next = find_parameter(command, at + 2);
    std::string_view parameter = command.substr(at + 2, next - at - 2);
    size_t name_end = std::min(parameter.find_first_of(" \n\t"), parameter.size());
    add_parameter(parameter.substr(0, name_end), strip(parameter.substr(name_end)), info);
    at = next;
  }
  set_setting(info.settings, "Job ID", std::string(job));
  if (const std::string* author = fields.png_text("Author"))
    set_setting(info.settings, "Author", *author);
  if (const std::string* time = fields.png_text("Creation Time"))
    set_setting(info.settings, "Creation Time", *time);
  return finish_record(std::move(info));
}

}  // namespace img2prompt
