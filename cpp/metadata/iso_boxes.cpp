#include "metadata/iso_boxes.h"

#include <algorithm>

#include "base/byte_reader.h"

namespace img2prompt {

bool IsoBoxes::next(IsoBox& box) {
  constexpr uint32_t kToTheEnd = 0, kLongSize = 1;
  ByteReader reader(bytes_.sub(position_));
  uint64_t size = reader.u32_be();
  box.type = reader.take(4).text();
  if (size == kLongSize) size = reader.u64_be();
  if (reader.failed()) return false;
  if (size == kToTheEnd) size = remaining();
  if (size < reader.position()) return false;
  box.offset = position_;
  box.whole = size <= remaining();
  size_t there = static_cast<size_t>(std::min<uint64_t>(size, remaining()));
  box.data = bytes_.sub(position_, there).sub(reader.position());
  position_ += there;
  return true;
}

ByteSpan find_box(ByteSpan bytes, std::string_view type) {
  IsoBoxes boxes(bytes);
  for (IsoBox box; boxes.next(box);)
    if (box.type == type) return box.data;
  return {};
}

ByteSpan full_box(ByteSpan data, int& version) {
  version = data.empty() ? 0 : data[0];
  return data.sub(4);
}

}  // namespace img2prompt
