// The entropy-coded data of a JPEG scan: Huffman codes to the 64 coefficients of a block (ITU-T
// T.81, annexes F and G).
#pragma once

#include <array>
#include <cstdint>

#include "image/formats.h"

namespace img2prompt {

using JpegBlock = std::array<int16_t, 64>;  // coefficients, row by row

// The place in a block of the coefficient that is stored as number k.
extern const std::array<uint8_t, 64> kJpegZigzag;

class HuffmanTable {
 public:
  static constexpr int kLookupBits = 9;

  // counts: how many codes of 1 to 16 bits; symbols: theirs, in the order of the codes. False where
  // the codes do not fit their lengths.
  bool build(ByteSpan counts, ByteSpan symbols);
  bool empty() const { return empty_; }

 private:
  friend class JpegBits;
  bool empty_ = true;
  std::array<uint16_t, 1 << kLookupBits> lookup_{};  // bits << 8 | symbol; 0: a longer code
  std::array<int32_t, 18> end_{};                    // [bits] one past the last code of that length
  std::array<int32_t, 17> offset_{};                 // [bits] a code's symbol is at code + offset
  std::array<uint8_t, 256> symbols_{};
};

// The bits of a scan. Past a marker or the end of the file they are zeros, which overran() tells.
class JpegBits {
 public:
  JpegBits(const Encoded& encoded, size_t position) : encoded_(encoded), position_(position) {}

  int symbol(const HuffmanTable& table);  // throws DecodeError for a code that is not in the table
  int bits(int count);                    // the next 0 to 16 bits as a number
  int signed_bits(int count);             // the same, of which the lower half stand for negatives
  bool bit() { return bits(1) != 0; }

  // Whether zeros that are not in the file have been read.
  bool overran() const { return made_up_ > count_; }
  // Where reading stopped: at a marker, or before bytes that belong to no code.
  size_t position() const { return position_; }
  // Goes on behind the next marker, which must be a restart.
  void restart();

 private:
  void fill();

  const Encoded& encoded_;
  size_t position_;
  uint64_t buffer_ = 0;  // the lowest count_ bits are to be read next
  int count_ = 0;
  int made_up_ = 0;  // zeros among them and among those already read
};

// A scan's part of a block, from coefficient `start` to `end`; `low` bits are left to later scans.
struct JpegScanBand {
  int start = 0, end = 63, high = 0, low = 0;
};

// What a component carries from block to block.
struct JpegDecoderState {
  const HuffmanTable* dc = nullptr;
  const HuffmanTable* ac = nullptr;
  int16_t previous_dc = 0;
};

// A whole block of a sequential picture; `block` is zero before.
void decode_sequential_block(JpegBits& bits, JpegDecoderState& state, JpegBlock& block);

// One scan's share in a block of a progressive picture. end_of_band: how many more blocks of this
// band hold nothing new; 0 before the first.
void decode_progressive_block(JpegBits& bits, JpegDecoderState& state, const JpegScanBand& band,
                              int& end_of_band, JpegBlock& block);

}  // namespace img2prompt
