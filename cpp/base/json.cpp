#include "base/json.h"

#include "base/error.h"

namespace img2prompt {
namespace {

// Nesting is counted before parsing: brackets outside strings, in one pass.
bool too_deep(std::string_view text, int max_depth) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > max_depth) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

Json parse_json(std::string_view text, const std::string& what, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes)
    throw_error<Error>("{}: JSON of {} bytes, {} are allowed", what, text.size(), limits.max_bytes);
  if (too_deep(text, limits.max_depth))
    throw_error<Error>("{}: JSON nested deeper than {}", what, limits.max_depth);
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::exception& error) {
    throw_error<Error>("{}: not JSON: {}", what, first_line(error.what(), 120));
  }
}

bool try_parse_json(std::string_view text, Json& out, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes || too_deep(text, limits.max_depth)) return false;
  out = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  return !out.is_discarded();
}

}  // namespace img2prompt
