// zlib and gzip streams with a bound on what comes out.
#pragma once

#include <string>

#include "base/byte_span.h"

namespace img2prompt {

struct Inflated {
  enum class End {
    kWhole,     // the stream ended and its checksum agreed
    kDamaged,   // cut or corrupt; `bytes` holds what came out before
    kTooLarge,  // more than the limit; `bytes` is empty
  };
  std::string bytes;
  size_t produced = 0;  // bytes inflated, also where they were thrown away
  End end = End::kDamaged;
};

enum class Wrapper { kZlib, kGzip };

// Never holds more than `limit` bytes of output (rounded up to its last buffer).
Inflated inflate_bounded(ByteSpan stream, size_t limit, Wrapper wrapper = Wrapper::kZlib);

}  // namespace img2prompt
