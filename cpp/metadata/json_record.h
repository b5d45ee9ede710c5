// Records that are one JSON object of settings, as several generators write them, turned into what
// the WebUI would have written.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/json.h"
#include "metadata/container.h"
#include "metadata/generation_info.h"

namespace img2prompt {

struct KeyName {
  std::string_view theirs, ours;  // ours empty: the key is left out
};

struct RecordKeys {
  std::string_view prompt, negative_prompt, width, height;
  std::initializer_list<KeyName> names;  // keys that are not named keep their own
};

// True where `text` (may be null) is a JSON object and holds `mark`, which is looked for first.
bool parse_record(const std::string* text, std::string_view mark, Json& record);

// The same of the first field that is such a record: a PNG's text under `keyword`, EXIF's
// UserComment, a comment of a GIF, a text hidden in the pixels.
bool find_record(const RawFields& fields, std::string_view keyword, std::string_view mark,
                 Json& record);

// The member, or null where it is missing or null, or `record` no object.
const Json* find_member(const Json& record, std::string_view key);

// A value as a setting: strings as they are, True and False, numbers, JSON of anything else.
std::string setting_text(const Json& value);

// The member as a setting, empty where find_member() finds none.
std::string member_text(const Json& record, std::string_view key);

// The member where it is a string, else empty.
std::string member_string(const Json& record, std::string_view key);

// Whether the member is a number, then in `value`.
bool member_number(const Json& record, std::string_view key, double& value);

// Every member of the object as a setting, in its order; width and height become "Size" where the
// first of them stands. Members that are null or empty lists and objects are left out.
GenerationInfo read_record(const Json& record, const RecordKeys& keys);

// Sets the key to the value, at its place where it has one. An empty value changes nothing.
void set_setting(Settings& settings, std::string_view key, std::string value);

std::string find_setting(const Settings& settings, std::string_view key);  // empty = none
void erase_setting(Settings& settings, std::string_view key);

// Appends "name: weight" (or "name: hash") to a list as the WebUI writes one, "a: 1, b: 0.5".
void append_pair(std::string& list, std::string_view name, std::string_view value);

// "Clip skip" of a layer counted from the end (-1 is the last, and 1); empty where there is none.
std::string clip_skip_of_layer(const Json& record, std::string_view key);

// "Version" with the generator's name before it: the WebUI would take a number alone for its own,
// and turn on what old versions of it did.
void set_version(Settings& settings, std::string_view generator, std::string_view version);

// "(1152, 896)" or "832 x 1216" as a size, "1152x896"; anything else as it is.
std::string size_of_resolution(std::string_view resolution);

// The name of a file without its folders, whichever system's.
std::string file_name(std::string_view path);

// What every record ends with: white space off the ends of the prompts, the samplers' names, and
// the infotext.
GenerationInfo finish_record(GenerationInfo info);

// The record as an infotext. What that format cannot hold is dropped from it (a key with a '.'), or
// joined to the line before, or set behind a comma (a line that begins with "Negative prompt:").
std::string convert_to_infotext(const GenerationInfo& info);

}  // namespace img2prompt
