#include <algorithm>
#include <array>

#include "base/byte_reader.h"
#include "image/formats.h"

namespace img2prompt {
namespace {

struct ColorTable {
  ByteSpan colors;  // [n, 3]; empty: an index is its own grey level

  void read(ByteReader& reader, uint8_t flags) {
    colors = reader.take(size_t{3} << ((flags & 7) + 1));
  }
  std::array<uint8_t, 3> operator[](uint8_t index) const {
    if (colors.empty()) return {index, index, index};
    const size_t at = size_t(index) * 3;
    if (at + 3 > colors.size()) return {0, 0, 0};
    return {colors[at], colors[at + 1], colors[at + 2]};
  }
};

struct Frame {
  int x = 0, y = 0, width = 0, height = 0;
  bool interlaced = false;
  int transparent = -1;  // an index, or -1
  ColorTable table;
};

// The bits of a chain of sub-blocks, lowest first.
class BitReader {
 public:
  explicit BitReader(ByteReader& reader) : reader_(reader) {}

  // The next code, or -1 where the data end.
  int next(int width) {
    while (count_ < width) {
      if (block_.empty()) {
        block_ = reader_.take(std::min<size_t>(reader_.u8(), reader_.remaining()));
        if (block_.empty()) return -1;
      }
      bits_ |= uint32_t(block_[0]) << count_;
      count_ += 8;
      block_ = block_.sub(1);
    }
    const int code = int(bits_ & ((1u << width) - 1));
    bits_ >>= width;
    count_ -= width;
    return code;
  }

 private:
  ByteReader& reader_;
  ByteSpan block_;
  uint32_t bits_ = 0;
  int count_ = 0;
};

// The dictionary of GIF's LZW: each code is an earlier code and one more byte.
class Dictionary {
 public:
  static constexpr int kMaxCodes = 4096;

  explicit Dictionary(int bits) : bits_(bits) { clear(); }

  int clear_code() const { return 1 << bits_; }
  int end_code() const { return clear_code() + 1; }
  int code_width() const { return width_; }

  void clear() {
    size_ = end_code() + 1;
    width_ = bits_ + 1;
    previous_ = -1;
  }

  // Writes what `code` stands for to `out`, at most `room` bytes (at least 1), and learns from it.
  // Returns how many bytes it stands for, 0 for a code that cannot be.
  size_t expand(int code, uint8_t* out, size_t room) {
    const bool is_next =
        code == size_ && previous_ >= 0;  // the previous one and its own first byte
    if (code >= size_ && !is_next) return 0;
    size_t length = write(is_next ? previous_ : code, out, room);
    if (is_next && length++ < room) out[length - 1] = out[0];
    if (previous_ >= 0 && size_ < kMaxCodes) {
      prefix_[size_t(size_)] = uint16_t(previous_);
      suffix_[size_t(size_)] = out[0];
      length_[size_t(size_)] = uint16_t(length_of(previous_) + 1);
      ++size_;
      if (size_ == 1 << width_ && width_ < 12) ++width_;
    }
    previous_ = code;
    return length;
  }

 private:
  size_t length_of(int code) const { return code < clear_code() ? 1 : length_[size_t(code)]; }

  size_t write(int code, uint8_t* out, size_t room) const {
    const size_t length = length_of(code);
    for (size_t i = length; i-- > 0;) {
      const bool is_byte = code < clear_code();
      if (i < room) out[i] = is_byte ? uint8_t(code) : suffix_[size_t(code)];
      if (!is_byte) code = prefix_[size_t(code)];
    }
    return length;
  }

  int bits_;
  int size_ = 0;       // codes known so far
  int width_ = 0;      // bits of the next code
  int previous_ = -1;  // the code before, -1 after a clear
  std::array<uint16_t, kMaxCodes> prefix_{};
  std::array<uint16_t, kMaxCodes> length_{};
  std::array<uint8_t, kMaxCodes> suffix_{};
};

// The colour indices of a frame, in the order they are stored.
std::vector<uint8_t> read_indices(const Encoded& encoded, ByteReader& reader, size_t count) {
  const int bits = reader.u8();
  if (reader.failed()) throw_cut_short(encoded, "GIF");
  if (bits < 1 || bits > 11) throw_damaged(encoded, "GIF", "its code size cannot be");
  std::vector<uint8_t> indices(count);
  Dictionary dictionary(bits);
  BitReader codes(reader);
  for (size_t done = 0; done < count;) {
    const int code = codes.next(dictionary.code_width());
    if (code < 0 || code == dictionary.end_code()) throw_cut_short(encoded, "GIF");
    if (code == dictionary.clear_code()) {
      dictionary.clear();
      continue;
    }
    const size_t length = dictionary.expand(code, indices.data() + done, count - done);
    if (length == 0) throw_damaged(encoded, "GIF", "a code before its meaning");
    done += std::min(length, count - done);
  }
  return indices;
}

// The row that is stored as number i, of `height`.
int interlaced_row(int i, int height) {
  static constexpr int kStart[] = {0, 4, 2, 1}, kStep[] = {8, 8, 4, 2};
  for (int pass = 0; pass < 4; ++pass) {
    const int rows = std::max(0, (height - kStart[pass] + kStep[pass] - 1) / kStep[pass]);
    if (i < rows) return kStart[pass] + i * kStep[pass];
    i -= rows;
  }
  return height - 1;
}

void skip_sub_blocks(ByteReader& reader) {
  while (const size_t size = reader.u8()) reader.skip(size);
}

// Moves the reader to the image data of the first frame.
Frame read_frame(const Encoded& encoded, ByteReader& reader, const ColorTable& global) {
  Frame frame;
  for (;;) {
    const uint8_t kind = reader.u8();
    if (reader.failed()) throw_cut_short(encoded, "GIF");
    if (kind == ';') throw_damaged(encoded, "GIF", "it ends before its first picture");
    if (kind == ',') break;
    if (kind != '!') continue;  // stray bytes between blocks
    const bool is_control = reader.u8() == 0xf9;
    const ByteSpan block = reader.take(reader.u8());
    if (is_control && block.size() >= 4 && (block[0] & 1)) frame.transparent = block[3];
    if (!block.empty()) skip_sub_blocks(reader);
  }
  frame.x = reader.u16_le();
  frame.y = reader.u16_le();
  frame.width = reader.u16_le();
  frame.height = reader.u16_le();
  const uint8_t flags = reader.u8();
  frame.interlaced = flags & 0x40;
  frame.table = global;
  if (flags & 0x80) frame.table.read(reader, flags);
  if (reader.failed()) throw_cut_short(encoded, "GIF");
  return frame;
}

}  // namespace

// Matches Pillow (test_pixels_decode.py): a transparent pixel shows the colour of its index, which
// also fills what the frame does not cover; else that is index 0.
Image decode_gif(const Encoded& encoded) {
  ByteReader reader(encoded.bytes.sub(6));
  const int screen_width = reader.u16_le(), screen_height = reader.u16_le();
  const uint8_t flags = reader.u8();
  reader.skip(2);  // background, aspect ratio
  ColorTable global;
  if (flags & 0x80) global.read(reader, flags);
  const Frame frame = read_frame(encoded, reader, global);
  const int width = std::max(screen_width, frame.x + frame.width);
  const int height = std::max(screen_height, frame.y + frame.height);
  check_picture_size(width, height, encoded.name, encoded.limits);

  const std::vector<uint8_t> indices =
      read_indices(encoded, reader, size_t(frame.width) * size_t(frame.height));
  Image image(width, height);
  if (frame.width < width || frame.height < height) {
    const auto fill = frame.table[uint8_t(std::max(frame.transparent, 0))];
    for (size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = fill[i % 3];
  }
  for (int i = 0; i < frame.height; ++i) {
    const int y = frame.y + (frame.interlaced ? interlaced_row(i, frame.height) : i);
    uint8_t* to = image.row(y) + size_t(frame.x) * 3;
    const uint8_t* from = indices.data() + size_t(i) * size_t(frame.width);
    for (int x = 0; x < frame.width; ++x, to += 3) {
      const auto color = frame.table[from[x]];
      std::copy(color.begin(), color.end(), to);
    }
  }
  return image;
}

}  // namespace img2prompt
