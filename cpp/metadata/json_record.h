// Records that are one JSON object of settings, as several generators write them, turned into what
// the WebUI would have written.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
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

// A value as a setting: strings as they are, True and False, numbers, JSON of anything else.
std::string setting_text(const Json& value);

// Every member of the object as a setting, in its order; width and height become "Size" where the
// first of them stands; samplers take the WebUI's names. Members that are null are left out. The
// infotext is not made yet.
GenerationInfo read_record(const Json& record, const RecordKeys& keys);

// The record as an infotext. What that format cannot hold is dropped from it (a key with a '.'), or
// joined to the line before, or set behind a comma (a line that begins with "Negative prompt:").
std::string convert_to_infotext(const GenerationInfo& info);

}  // namespace img2prompt
