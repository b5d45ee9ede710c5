#include "base/byte_reader.h"

namespace img2prompt {

ByteSpan ByteReader::take(size_t count) {
  if (count > remaining()) {
    failed_ = true;
    position_ = bytes_.size();
    return {};
  }
  ByteSpan taken = bytes_.sub(position_, count);
  position_ += count;
  return taken;
}

bool ByteReader::skip(size_t count) {
  take(count);
  return !failed_;
}

bool ByteReader::seek(size_t position) {
  if (position > bytes_.size()) {
    failed_ = true;
    position_ = bytes_.size();
    return false;
  }
  position_ = position;
  return true;
}

uint64_t ByteReader::unsigned_be(size_t width) {
  uint64_t value = 0;
  for (uint8_t byte : take(width)) value = value << 8 | byte;
  return value;
}

uint64_t ByteReader::unsigned_le(size_t width) {
  ByteSpan bytes = take(width);
  uint64_t value = 0;
  for (size_t i = bytes.size(); i-- > 0;) value = value << 8 | bytes[i];
  return value;
}

}  // namespace img2prompt
