// Pixels of every format that has no mutations of its own: JPEG, WebP, GIF, BMP, PNM, PSD.
#include "decoding.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  img2prompt::fuzz::check_decoding({data, size});
  return 0;
}
