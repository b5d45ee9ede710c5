// TIFF's directories of tagged values, which EXIF is made of as well. Reference: TIFF 6.0 section
// 2; BigTIFF as Aware Systems describes it (version 43, 8-byte offsets and counts).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_reader.h"
#include "base/byte_span.h"

namespace img2prompt {

struct TiffEntry {
  uint16_t tag = 0, type = 0;
  uint64_t count = 0;  // of elements
  ByteSpan value;      // as much of it as is there
  bool whole = true;   // false: the file ends inside the value

  bool is_text() const;  // of type ASCII, or Exif 3.0's UTF-8
};

class TiffBlock {
 public:
  // None where the bytes do not begin a TIFF, in either byte order.
  static std::optional<TiffBlock> open(ByteSpan bytes);
  static bool begins(ByteSpan bytes);

  uint64_t first_directory() const { return first_; }  // an offset; may lie anywhere

  // The entries of the directory at `offset`, at most `limit`; `damage` tells what was wrong with
  // it, empty when nothing was. Entries of an unknown type have an empty value.
  std::vector<TiffEntry> entries(uint64_t offset, size_t limit, std::string& damage) const;

  // Element `index` as an integer (types BYTE, SHORT, LONG, LONG8, IFD, and the signed ones), and
  // as a number (those, RATIONAL, SRATIONAL, FLOAT, DOUBLE); none where it is not there, or divides
  // by zero.
  std::optional<int64_t> integer(const TiffEntry& entry, size_t index = 0) const;
  std::optional<double> number(const TiffEntry& entry, size_t index = 0) const;

 private:
  TiffBlock(ByteSpan bytes, bool little_endian, bool is_big)
      : bytes_(bytes), little_endian_(little_endian), is_big_(is_big) {}
  uint64_t unsigned_at(ByteSpan bytes, size_t offset, size_t width) const;
  uint64_t take(ByteReader& reader, size_t width) const;

  ByteSpan bytes_;
  bool little_endian_, is_big_;
  uint64_t first_ = 0;
};

}  // namespace img2prompt
