// JSON of unknown origin, parsed with bounds on size and nesting, in time linear in the text. Of a
// member that comes twice the last value stays, at the first one's place. Looking a member up takes
// time linear in the object: once for each known key, never for each of the file's.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace img2prompt {

using Json = nlohmann::ordered_json;  // keys keep the file's order

struct JsonLimits {
  size_t max_bytes = size_t{64} << 20;
  int max_depth = 64;
};

// Throws Error with one line ("<what>: not JSON: ...") on malformed, too large or too deep text.
Json parse_json(std::string_view text, const std::string& what, const JsonLimits& limits = {});

// The same, answering false instead of throwing.
bool try_parse_json(std::string_view text, Json& out, const JsonLimits& limits = {});

}  // namespace img2prompt
