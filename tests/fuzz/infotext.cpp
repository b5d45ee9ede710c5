// The WebUI's text: what is read, is written and read again as the same; and what is written of any
// prompts and settings is read back.
#include "metadata/infotext.h"

#include "base/error.h"
#include "base/utf8.h"
#include "metadata/civitai_flux.h"
#include "metadata/dialects.h"
#include "metadata/infotext_scanner.h"
#include "target.h"

namespace {

using namespace img2prompt;

// Blank lines at the end of the text may be lost, and so those of a prompt without settings below.
Infotext without_last_lines(Infotext infotext) {
  if (infotext.settings.empty())
    for (std::string* text : {&infotext.negative_prompt, &infotext.prompt}) {
      text->erase(text->find_last_not_of('\n') + 1);
      if (!text->empty()) break;
    }
  return infotext;
}

bool is_same(const Infotext& a, const Infotext& b) {
  return a.prompt == b.prompt && a.negative_prompt == b.negative_prompt && a.settings == b.settings;
}

void check_text(const std::string& text) {
  Infotext read = parse_infotext(text, InfotextRules::kBalanced);
  parse_infotext(text, InfotextRules::kExact);
  RawFields fields;
  fields.add("tEXt", "parameters", text);
  fuzz::check_info(recognise(fields));
  std::string written;
  try {
    written = format_infotext(read.prompt, read.negative_prompt, read.settings);
  } catch (const InvalidArgument&) {
    return;
  }
  FUZZ_REQUIRE(is_valid_utf8(written));
  Infotext again = parse_infotext(written, InfotextRules::kBalanced);
  FUZZ_REQUIRE(is_same(without_last_lines(read), without_last_lines(again)));
}

// The lines' white space and the blank lines that the format does not keep are none of this input.
std::string without_ends(std::string_view text) {
  std::string out;
  for (size_t start = 0; start <= text.size();) {
    size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = strip(text.substr(start, end - start));
    if (!line.empty()) out += (out.empty() ? "" : "\n") + std::string(line);
    start = end + 1;
  }
  return out;
}

void check_parts(fuzz::Parts parts) {
  std::string prompt = without_ends(repair_utf8(parts.part().text()));
  std::string negative = without_ends(repair_utf8(parts.part().text()));
  Settings settings;
  while (!parts.rest().empty() && settings.size() < 8) {
    std::string key = repair_utf8(parts.part().text());
    settings.emplace_back(key, repair_utf8(parts.part().text()));
  }
  try {
    std::string written = format_infotext(prompt, negative, settings);
    Infotext exact = parse_infotext(written, InfotextRules::kExact);
    FUZZ_REQUIRE(exact.prompt == prompt && exact.negative_prompt == negative);
    FUZZ_REQUIRE(exact.settings.size() >= settings.size());
    Infotext balanced = parse_infotext(written, InfotextRules::kBalanced);
    FUZZ_REQUIRE(balanced.prompt == prompt && balanced.negative_prompt == negative);
  } catch (const InvalidArgument&) {
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Parts parts(ByteSpan(data, size));
  if (parts.byte() % 2)
    check_parts(parts);
  else
    check_text(repair_utf8(parts.rest().text()));
  return 0;
}
