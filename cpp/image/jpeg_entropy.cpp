#include "image/jpeg_entropy.h"

#include <algorithm>

namespace img2prompt {
namespace {

constexpr std::array<uint8_t, 64> make_zigzag() {
  std::array<uint8_t, 64> order{};
  int x = 0, y = 0;
  for (int k = 0; k < 64; ++k) {
    order[size_t(k)] = uint8_t(y * 8 + x);
    const bool upwards = (x + y) % 2 == 0;
    if (upwards) {
      if (x == 7) {
        ++y;
      } else {
        ++x;
        if (y > 0) --y;
      }
    } else {
      if (y == 7) {
        ++x;
      } else {
        ++y;
        if (x > 0) --x;
      }
    }
  }
  return order;
}

// Multiplying, since shifting a negative number is undefined before C++20.
int16_t scaled(int value, int low) { return int16_t(value * (1 << low)); }

}  // namespace

const std::array<uint8_t, 64> kJpegZigzag = make_zigzag();

bool HuffmanTable::build(ByteSpan counts, ByteSpan symbols) {
  lookup_.fill(0);
  symbols_.fill(0);
  std::copy_n(symbols.begin(), std::min(symbols.size(), symbols_.size()), symbols_.begin());
  int32_t code = 0, index = 0;
  for (int bits = 1; bits <= 16; ++bits, code <<= 1) {
    const int32_t count = counts[size_t(bits - 1)];
    offset_[size_t(bits)] = index - code;
    end_[size_t(bits)] = code + count;
    if (code + count > 1 << bits || index + count > 256) return false;
    for (int32_t i = 0; i < count; ++i, ++code, ++index) {
      if (bits > kLookupBits) continue;
      const int spare = kLookupBits - bits;
      const auto entry = uint16_t(bits << 8 | symbols_[size_t(index)]);
      std::fill_n(lookup_.begin() + (code << spare), 1 << spare, entry);
    }
  }
  empty_ = index == 0;
  return true;
}

void JpegBits::fill() {
  const ByteSpan bytes = encoded_.bytes;
  while (count_ <= 56) {
    uint8_t byte = 0;
    if (position_ < bytes.size() && bytes[position_] != 0xff) {
      byte = bytes[position_++];
    } else if (position_ + 1 < bytes.size() && bytes[position_ + 1] == 0) {
      byte = 0xff;  // stored with a zero behind it
      position_ += 2;
    } else {
      made_up_ += 8;
    }
    buffer_ = buffer_ << 8 | byte;
    count_ += 8;
  }
}

int JpegBits::bits(int count) {
  if (count_ < count) fill();
  count_ -= count;
  return int(buffer_ >> count_ & ((1u << count) - 1));
}

int JpegBits::signed_bits(int count) {
  if (count == 0) return 0;
  const int value = bits(count);
  return value < 1 << (count - 1) ? value - (1 << count) + 1 : value;
}

int JpegBits::symbol(const HuffmanTable& table) {
  if (count_ < 16) fill();
  constexpr int kLookupBits = HuffmanTable::kLookupBits;
  const size_t head = buffer_ >> (count_ - kLookupBits) & ((1 << kLookupBits) - 1);
  if (const uint16_t entry = table.lookup_[head]) {
    count_ -= entry >> 8;
    return entry & 0xff;
  }
  for (int length = kLookupBits + 1; length <= 16; ++length) {
    const int32_t code = int32_t(buffer_ >> (count_ - length) & ((1u << length) - 1));
    if (code >= table.end_[size_t(length)]) continue;
    count_ -= length;
    return table.symbols_[size_t(code + table.offset_[size_t(length)]) & 0xff];
  }
  if (made_up_ > 0 && position_ >= encoded_.bytes.size()) throw_cut_short(encoded_, "JPEG");
  throw_damaged(encoded_, "JPEG", "a code without a meaning");
}

void JpegBits::restart() {
  const ByteSpan bytes = encoded_.bytes;
  buffer_ = 0;
  count_ = made_up_ = 0;
  while (position_ + 1 < bytes.size() &&
         (bytes[position_] != 0xff || bytes[position_ + 1] == 0 || bytes[position_ + 1] == 0xff))
    ++position_;
  if (position_ + 1 >= bytes.size()) throw_cut_short(encoded_, "JPEG");
  if ((bytes[position_ + 1] & 0xf8) != 0xd0)
    throw_damaged(encoded_, "JPEG", "a restart marker is missing");
  position_ += 2;
}

namespace {

// The difference of a block's mean from that of the block before.
void add_dc(JpegBits& bits, JpegDecoderState& state) {
  const int difference = bits.signed_bits(bits.symbol(*state.dc) & 15);
  state.previous_dc = int16_t(state.previous_dc + difference);
}

// Gives each coefficient in [k, band.end] that is not zero one more bit, and passes over `zeros`
// that are; returns where it stopped: at the zero after those, or past the band.
int refine(JpegBits& bits, const JpegScanBand& band, JpegBlock& block, int k, int zeros) {
  for (; k <= band.end; ++k) {
    int16_t& coefficient = block[kJpegZigzag[size_t(k)]];
    if (coefficient == 0) {
      if (zeros-- == 0) break;
    } else if (bits.bit() && !(std::abs(coefficient) >> band.low & 1)) {
      coefficient = int16_t(coefficient + scaled(coefficient > 0 ? 1 : -1, band.low));
    }
  }
  return k;
}

void decode_band(JpegBits& bits, const HuffmanTable& table, const JpegScanBand& band,
                 int& end_of_band, JpegBlock& block) {
  const bool refining = band.high > 0;
  int k = band.start;
  while (k <= band.end && end_of_band == 0) {
    const int symbol = bits.symbol(table);
    const int zeros = symbol >> 4, size = symbol & 15;
    if (size == 0 && zeros < 15) {
      end_of_band = (1 << zeros) + bits.bits(zeros);
      break;
    }
    // A refining scan tells the sign alone.
    const int value = refining && size > 0 ? (bits.bit() ? 1 : -1) : bits.signed_bits(size);
    k = refining ? refine(bits, band, block, k, zeros) : k + zeros;
    if (size > 0 && k <= band.end) block[kJpegZigzag[size_t(k)]] = scaled(value, band.low);
    ++k;
  }
  if (end_of_band > 0) {
    if (refining) refine(bits, band, block, k, 64);
    --end_of_band;
  }
}

}  // namespace

void decode_sequential_block(JpegBits& bits, JpegDecoderState& state, JpegBlock& block) {
  add_dc(bits, state);
  block[0] = state.previous_dc;
  for (int k = 1; k < 64; ++k) {
    const int symbol = bits.symbol(*state.ac);
    const int zeros = symbol >> 4, size = symbol & 15;
    if (size == 0 && zeros < 15) break;
    k += zeros;
    const int value = bits.signed_bits(size);
    if (size > 0 && k < 64) block[kJpegZigzag[size_t(k)]] = int16_t(value);
  }
}

void decode_progressive_block(JpegBits& bits, JpegDecoderState& state, const JpegScanBand& band,
                              int& end_of_band, JpegBlock& block) {
  if (band.start > 0) {
    decode_band(bits, *state.ac, band, end_of_band, block);
  } else if (band.high == 0) {
    add_dc(bits, state);
    block[0] = scaled(state.previous_dc, band.low);
  } else if (bits.bit()) {
    block[0] = int16_t(block[0] | 1 << band.low);
  }
}

}  // namespace img2prompt
