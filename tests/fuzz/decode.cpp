// Pixels of every format that its beginning makes known.
#include "decoding.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  img2prompt::fuzz::check_decoding({data, size});
  return 0;
}
