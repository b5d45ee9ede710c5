#include "metadata/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace img2prompt {

Inflated inflate_bounded(ByteSpan stream, size_t limit, Wrapper wrapper) {
  constexpr size_t kFirstBuffer = 4096;
  const int window_bits = MAX_WBITS + (wrapper == Wrapper::kGzip ? 16 : 0);  // zlib.h's encoding
  Inflated out;
  z_stream zlib{};
  if (stream.size() > std::numeric_limits<uInt>::max() || inflateInit2(&zlib, window_bits) != Z_OK)
    return out;
  zlib.next_in = const_cast<Bytef*>(stream.data());
  zlib.avail_in = static_cast<uInt>(stream.size());

  int status = Z_OK;
  while (status == Z_OK) {
    if (out.produced == out.bytes.size()) {
      if (out.produced > limit) break;
      // One byte beyond the limit tells "too large" from "just fits".
      out.bytes.resize(std::min(limit + 1, std::max(kFirstBuffer, out.bytes.size() * 2)));
    }
    size_t room = out.bytes.size() - out.produced;
    room = std::min(room, size_t{1} << 30);
    zlib.next_out = reinterpret_cast<Bytef*>(&out.bytes[out.produced]);
    zlib.avail_out = static_cast<uInt>(room);
    status = inflate(&zlib, Z_NO_FLUSH);
    out.produced += room - zlib.avail_out;
  }
  inflateEnd(&zlib);

  if (out.produced > limit) {
    out.end = Inflated::End::kTooLarge;
    out.bytes.clear();
    out.bytes.shrink_to_fit();
    return out;
  }
  out.end = status == Z_STREAM_END ? Inflated::End::kWhole : Inflated::End::kDamaged;
  out.bytes.resize(out.produced);
  return out;
}

}  // namespace img2prompt
