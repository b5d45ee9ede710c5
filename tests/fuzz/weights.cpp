// Weights in one file: safetensors, torch's zip archives, the older format, TorchScript.
#include "checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  img2prompt::fuzz::MemoryFile file({data, size});
  img2prompt::fuzz::check_checkpoint(file.path());
  return 0;
}
