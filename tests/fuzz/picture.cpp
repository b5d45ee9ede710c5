// Picture files of every kind that has no mutations of its own: JPEG, WebP, GIF, AVIF, HEIF, JXL.
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  img2prompt::fuzz::check_picture({data, size});
  return 0;
}
