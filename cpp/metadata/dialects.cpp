#include "metadata/dialects.h"

namespace img2prompt {
namespace {

// The first that matches decides: those with marks of their own stand before those that would take
// any text.
constexpr Dialect kDialects[] = {
    {"novelai", is_novelai, parse_novelai},
    {"civitai", is_civitai, parse_civitai},
    {"invokeai", is_invokeai, parse_invokeai},
    {"invokeai", is_invokeai_legacy, parse_invokeai_legacy},
    {"stabilitymatrix", is_stability_matrix, parse_stability_matrix},
    {"tensorart", is_tensorart, parse_tensorart},
    {"swarmui", is_swarmui, parse_swarmui},
    {"ruinedfooocus", is_ruinedfooocus, parse_ruinedfooocus},
    {"fooocusmre", is_fooocus_mre, parse_fooocus_mre},
    {"fooocus", is_fooocus, parse_fooocus},
    {"drawthings", is_drawthings, parse_drawthings},
    {"easydiffusion", is_easydiffusion, parse_easydiffusion},
    {"huggingface", is_huggingface, parse_huggingface},
    {"sd-scripts", is_sd_scripts, parse_sd_scripts},
    {"midjourney", is_midjourney, parse_midjourney},
    {"comfyui", is_comfyui, parse_comfyui},
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
