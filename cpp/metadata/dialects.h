// The table of dialects. To add one: write dialects/<name>.cpp with its two functions, declare them
// here, and add a line to the table in dialects.cpp.
#pragma once

#include "metadata/dialect.h"

namespace img2prompt {

bool is_novelai(const RawFields& fields);
GenerationInfo parse_novelai(const RawFields& fields);
bool is_civitai(const RawFields& fields);
GenerationInfo parse_civitai(const RawFields& fields);
bool is_invokeai(const RawFields& fields);
GenerationInfo parse_invokeai(const RawFields& fields);
bool is_invokeai_legacy(const RawFields& fields);
GenerationInfo parse_invokeai_legacy(const RawFields& fields);
bool is_stability_matrix(const RawFields& fields);
GenerationInfo parse_stability_matrix(const RawFields& fields);
bool is_tensorart(const RawFields& fields);
GenerationInfo parse_tensorart(const RawFields& fields);
bool is_swarmui(const RawFields& fields);
GenerationInfo parse_swarmui(const RawFields& fields);
bool is_ruinedfooocus(const RawFields& fields);
GenerationInfo parse_ruinedfooocus(const RawFields& fields);
bool is_fooocus(const RawFields& fields);
GenerationInfo parse_fooocus(const RawFields& fields);
bool is_fooocus_mre(const RawFields& fields);
GenerationInfo parse_fooocus_mre(const RawFields& fields);
bool is_drawthings(const RawFields& fields);
GenerationInfo parse_drawthings(const RawFields& fields);
bool is_easydiffusion(const RawFields& fields);
GenerationInfo parse_easydiffusion(const RawFields& fields);
bool is_huggingface(const RawFields& fields);
GenerationInfo parse_huggingface(const RawFields& fields);
bool is_sd_scripts(const RawFields& fields);
GenerationInfo parse_sd_scripts(const RawFields& fields);
bool is_midjourney(const RawFields& fields);
GenerationInfo parse_midjourney(const RawFields& fields);
bool is_comfyui(const RawFields& fields);
GenerationInfo parse_comfyui(const RawFields& fields);
bool is_a1111(const RawFields& fields);
GenerationInfo parse_a1111(const RawFields& fields);

// The record of the first dialect in the table that matches; an empty one when none does.
GenerationInfo recognise(const RawFields& fields);

}  // namespace img2prompt
