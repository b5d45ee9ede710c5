#include "metadata/bmp.h"

#include "base/byte_reader.h"

namespace img2prompt {
namespace {

constexpr size_t kFileHeaderBytes = 14;
constexpr uint32_t kCoreHeaderBytes = 12;  // the oldest, with 16-bit sizes
constexpr uint32_t kLongestHeaderBytes = 124;

}  // namespace

bool is_bmp(ByteSpan bytes) {
  ByteReader reader(bytes.sub(kFileHeaderBytes));
  uint32_t header = reader.u32_le();
  return !reader.failed() && (header == kCoreHeaderBytes || header == 16 ||
                              (header >= 40 && header <= kLongestHeaderBytes));
}

void walk_bmp(ByteSpan file, RawFields& out) {
  ByteReader reader(file.sub(kFileHeaderBytes));
  bool is_core = reader.u32_le() == kCoreHeaderBytes;
  uint32_t width = is_core ? reader.u16_le() : reader.u32_le();
  uint32_t height = is_core ? reader.u16_le() : reader.u32_le();
  if (reader.failed()) return;
  out.width = width;
  out.height = height & 0x80000000u ? 0u - height : height;  // negative: rows from the top
}

}  // namespace img2prompt
