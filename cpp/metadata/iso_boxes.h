// The boxes of the ISO base media file format, which HEIF, AVIF, JPEG XL and C2PA's JUMBF are made
// of. Reference: ISO/IEC 14496-12, section 4.2.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/byte_span.h"

namespace img2prompt {

struct IsoBox {
  std::string_view type;  // four bytes
  ByteSpan data;          // after the header, as far as it is there
  size_t offset = 0;      // of the header, in what is walked
  bool whole = true;      // false: what is walked ends inside it
};

// Steps through the boxes of a file, or of a box that holds others.
class IsoBoxes {
 public:
  explicit IsoBoxes(ByteSpan bytes) : bytes_(bytes) {}
  // False at the end, and where what follows is no box: then remaining() is not 0.
  bool next(IsoBox& box);
  size_t remaining() const { return bytes_.size() - position_; }

 private:
  ByteSpan bytes_;
  size_t position_ = 0;
};

// The data of the first box of that type, empty where there is none.
ByteSpan find_box(ByteSpan bytes, std::string_view type);

// What follows a full box's version and flags; `version` is set, 0 where it is cut before.
ByteSpan full_box(ByteSpan data, int& version);

}  // namespace img2prompt
