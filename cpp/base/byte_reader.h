// A cursor over bytes that cannot leave them. Every read is checked; a failed read sets failed(),
// yields zero (or an empty span), and leaves the cursor at the end, so that a parser may read a
// whole header and check once.
#pragma once

#include "base/byte_span.h"

namespace img2prompt {

class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : bytes_(bytes) {}

  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }
  bool failed() const { return failed_; }

  uint8_t u8() { return static_cast<uint8_t>(unsigned_be(1)); }
  uint16_t u16_be() { return static_cast<uint16_t>(unsigned_be(2)); }
  uint32_t u32_be() { return static_cast<uint32_t>(unsigned_be(4)); }
  uint64_t u64_be() { return unsigned_be(8); }
  uint16_t u16_le() { return static_cast<uint16_t>(unsigned_le(2)); }
  uint32_t u32_le() { return static_cast<uint32_t>(unsigned_le(4)); }
  uint64_t u64_le() { return unsigned_le(8); }

  ByteSpan take(size_t count);  // the next `count` bytes
  bool skip(size_t count);      // false (and failed) where fewer remain
  bool seek(size_t position);   // absolute; false (and failed) beyond the end

 private:
  uint64_t unsigned_be(size_t width);
  uint64_t unsigned_le(size_t width);

  ByteSpan bytes_;
  size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace img2prompt
