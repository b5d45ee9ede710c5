// SHA-256 (FIPS 180-4), fed piece by piece.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/byte_span.h"

namespace img2prompt {

class Sha256 {
 public:
  void update(ByteSpan bytes);
  std::string hex_digest();  // 64 lower-case hex digits; ends the computation

 private:
  void compress(const uint8_t* blocks, size_t count);

  std::array<uint32_t, 8> state_{0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                                 0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
  std::array<uint8_t, 64> pending_{};
  size_t pending_size_ = 0;
  uint64_t length_ = 0;  // bytes so far
};

std::string sha256_hex(ByteSpan bytes);

}  // namespace img2prompt
