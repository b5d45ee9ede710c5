// ComfyUI's graphs: a prompt, and behind a NUL the editor's workflow.
#include "base/utf8.h"
#include "metadata/dialects.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace img2prompt;
  std::string_view text = ByteSpan(data, size).text();
  size_t end = std::min(text.find('\0'), text.size());
  RawFields fields;
  if (end > 0) fields.add("tEXt", "prompt", repair_utf8(text.substr(0, end)));
  if (end < text.size()) fields.add("tEXt", "workflow", repair_utf8(text.substr(end + 1)));
  if (!is_comfyui(fields)) return 0;
  GenerationInfo info = parse_comfyui(fields);
  info.generator = "comfyui";
  fuzz::check_info(info);
  return 0;
}
