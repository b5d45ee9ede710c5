// The text that the Stable Diffusion WebUI (AUTOMATIC1111, Forge, reForge, SD.Next) writes:
//
//   prompt, over any number of lines
//   Negative prompt: negative prompt, over any number of lines
//   Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768, Hires prompt: "a, b"
//
// The rules are those of WebUI 1.10's paste. Everything here takes time linear in the text.
#pragma once

#include <string>
#include <string_view>

#include "metadata/generation_info.h"

namespace img2prompt {

enum class InfotextRules {
  // The WebUI's, to the letter: an unquoted value ends at its first comma, and a value like
  // "512x768" of the key K becomes K-1 and K-2.
  kExact,
  // The same, but what those lose is kept, and sizes are not taken apart:
  // - an unquoted value that is balanced [...] or {...}, as Civitai and stable-diffusion.cpp write
  //   JSON;
  // - keys of one character, and a key alone between commas, which the WebUI writes for a key whose
  //   value is the same;
  // - settings with line breaks inside quotes or brackets, where they begin at a line that begins
  //   with "Steps:", and Dynamic Prompts' "Template:" and "Negative Template:" below them;
  // - what Civitai states wrong of FLUX pictures is put right (civitai_flux.h).
  kBalanced,
};

struct Infotext {
  std::string prompt, negative_prompt;
  Settings settings;  // unquoted; where a key comes twice its last value, at its first place
};

// `text` is UTF-8. The last line holds settings where at least three are found in it by the exact
// rules; otherwise it belongs to the prompt. A key whose value is empty is dropped, unless it is
// "".
Infotext parse_infotext(std::string_view text, InfotextRules rules);

// The inverse: parse_infotext(format_infotext(p, n, s)) gives p, n and s again, by the balanced
// rules but for what they put right, and by the exact rules but for sizes. What the WebUI's format
// cannot hold:
// - white space at the ends of a prompt's lines, blank lines at its beginning, and those at the end
//   of the text, are not kept;
// - InvalidArgument for a later line that begins with "Negative prompt:", and for a key that is not
//   a word character followed by word characters, spaces, '-' or '/' (one at least, which a key
//   that the balanced rules read may lack), or is "Prompt" or "Negative prompt", or comes twice.
// Fewer than three settings are written with the last one repeated, so that they are recognised.
std::string format_infotext(std::string_view prompt, std::string_view negative_prompt,
                            const Settings& settings);

}  // namespace img2prompt
