// Pixels of TGA, which the bytes at its end make known.
#include <string_view>
#include <vector>

#include "decoding.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::string_view kFooter("\0\0\0\0\0\0\0\0TRUEVISION-XFILE.\0", 26);
  std::vector<uint8_t> bytes(data, data + size);
  bytes.insert(bytes.end(), kFooter.begin(), kFooter.end());
  img2prompt::fuzz::check_decoding({bytes.data(), bytes.size()});
  return 0;
}
