#include "metadata/dialects.h"

namespace img2prompt {
namespace {

// The first that matches decides: those with marks of their own stand before those that would take
// any text.
constexpr Dialect kDialects[] = {
    {"novelai", is_novelai, parse_novelai},
    {"swarmui", is_swarmui, parse_swarmui},
    {"ruinedfooocus", is_ruinedfooocus, parse_ruinedfooocus},
    {"fooocus", is_fooocus, parse_fooocus},
    {"a1111", is_a1111, parse_a1111},
};

}  // namespace

GenerationInfo recognise(const RawFields& fields) {
  for (const Dialect& dialect : kDialects) {
    if (!dialect.matches(fields)) continue;
    GenerationInfo info = dialect.parse(fields);
    info.generator = dialect.name;
    return info;
  }
  return {};
}

}  // namespace img2prompt
