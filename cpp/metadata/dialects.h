// The table of dialects. To add one: write dialects/<name>.cpp with its two functions, declare them
// here, and add a line to the table in dialects.cpp.
#pragma once

#include "metadata/dialect.h"

namespace img2prompt {

bool is_novelai(const RawFields& fields);
GenerationInfo parse_novelai(const RawFields& fields);
bool is_swarmui(const RawFields& fields);
GenerationInfo parse_swarmui(const RawFields& fields);
bool is_ruinedfooocus(const RawFields& fields);
GenerationInfo parse_ruinedfooocus(const RawFields& fields);
bool is_fooocus(const RawFields& fields);
GenerationInfo parse_fooocus(const RawFields& fields);
bool is_a1111(const RawFields& fields);
GenerationInfo parse_a1111(const RawFields& fields);

// The record of the first dialect in the table that matches; an empty one when none does.
GenerationInfo recognise(const RawFields& fields);

}  // namespace img2prompt
