// PNG: chunks, EXIF and C2PA in them, and records hidden in pixels.
#include "png_mutator.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  img2prompt::fuzz::check_picture({data, size});
  return 0;
}
