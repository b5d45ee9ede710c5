// An index and the two files of weights that it may name, "901" and "902".
#include "checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace img2prompt;
  fuzz::Parts parts(ByteSpan(data, size));
  fuzz::MemoryFile index(parts.part(), 900), first(parts.part(), 901), second(parts.rest(), 902);
  fuzz::check_checkpoint(index.path());
  return 0;
}
