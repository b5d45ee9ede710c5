// Picture files of any kind: chunks, segments and boxes, what stands in them, hidden records.
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  img2prompt::fuzz::check_picture({data, size});
  return 0;
}
