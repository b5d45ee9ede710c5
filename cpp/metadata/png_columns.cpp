// Rows are inflated as a stream, and of each only its leftmost bytes are kept and unfiltered: a
// filter refers to bytes at the left and above, never to those at the right. Reference: PNG
// specification, third edition, sections 7.3, 8.1 and 9.
#include <zlib.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/byte_reader.h"
#include "metadata/limits.h"
#include "metadata/pixel_columns.h"
#include "metadata/png_rows.h"

namespace img2prompt {
namespace {

constexpr size_t kSignatureBytes = 8, kChunkHeaderBytes = 8, kChecksumBytes = 4;
constexpr size_t kFirstPieceBytes = 2048, kPieceBytes = 65536;

// The bytes of the IDAT chunks, one after the other.
class PixelStream {
 public:
  PixelStream(FileWindow& file, size_t first_chunk) : file_(file), next_chunk_(first_chunk) {}

  // The next piece, valid until the next call; empty at the end.
  ByteSpan next() {
    while (left_ == 0) {
      ByteSpan header_bytes = file_.view(next_chunk_, kChunkHeaderBytes);
      ByteReader header(header_bytes);
      left_ = header.u32_be();
      if (header.take(4).text() != "IDAT") return {};
      position_ = next_chunk_ + kChunkHeaderBytes;
      next_chunk_ = position_ + left_ + kChecksumBytes;
    }
    ByteSpan piece = file_.view(position_, std::min(left_, piece_bytes_));
    piece_bytes_ = kPieceBytes;
    position_ += piece.size();
    left_ = piece.empty() ? 0 : left_ - piece.size();
    return piece;
  }

 private:
  FileWindow& file_;
  size_t next_chunk_, position_ = 0, left_ = 0;
  size_t piece_bytes_ = kFirstPieceBytes;  // most pictures are refused by their first pixels
};

class Inflater {
 public:
  explicit Inflater(PixelStream stream) : stream_(stream) { inflateInit(&zlib_); }
  ~Inflater() { inflateEnd(&zlib_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  // The next inflated bytes, at most `limit`; empty where the stream ends or is damaged.
  ByteSpan take(size_t limit) {
    while (begin_ == end_) {
      if (is_over_) return {};
      if (zlib_.avail_in == 0 && !may_hold_more_) {
        ByteSpan piece = stream_.next();
        if (piece.empty()) return {};
        zlib_.next_in = const_cast<Bytef*>(piece.data());
        zlib_.avail_in = static_cast<uInt>(piece.size());
      }
      zlib_.next_out = buffer_;
      zlib_.avail_out = static_cast<uInt>(room_);
      int status = inflate(&zlib_, Z_NO_FLUSH);
      begin_ = 0;
      end_ = room_ - zlib_.avail_out;
      room_ = std::min(room_ * 4, sizeof buffer_);
      may_hold_more_ = zlib_.avail_out == 0;
      bool needs_input = status == Z_BUF_ERROR && zlib_.avail_in == 0;
      is_over_ = status != Z_OK && !needs_input;
    }
    ByteSpan taken = ByteSpan(buffer_, end_).sub(begin_, limit);
    begin_ += taken.size();
    return taken;
  }

 private:
  PixelStream stream_;
  z_stream zlib_{};
  uint8_t buffer_[16384];
  size_t begin_ = 0, end_ = 0;
  size_t room_ = 256;           // of the buffer; most pictures are refused by their first pixels
  bool may_hold_more_ = false;  // zlib, of output that had no room
  bool is_over_ = false;
};

class PngColumns : public PixelColumns {
 public:
  explicit PngColumns(FileWindow& file) : file_(file) {}

  // False where it is none that can hold a record.
  bool open() {
    layout_ = PngRowLayout::of(file_.view(kSignatureBytes, kChunkHeaderBytes + 13));
    if (!layout_) return false;
    width_ = layout_->width;
    height_ = layout_->height;
    has_alpha_ = layout_->has_alpha;
    has_exact_colours_ = true;
    return find_pixels();
  }

  End read(uint32_t columns, uint32_t rows, const Visit& visit) override {
    columns = std::min(columns, width_);
    Inflater pixels(PixelStream(file_, first_chunk_));
    inflated_ = 0;
    for (const PngPass& pass : layout_->passes()) {
      End end = read_pass(pass, pixels, columns, layout_->is_interlaced ? height_ : rows, visit);
      if (end != End::kWhole) return end;
    }
    return End::kWhole;
  }

 private:
  bool find_pixels() {
    size_t offset = kSignatureBytes;
    for (size_t chunks = 0; chunks < kMaxChunksBeforePixels; ++chunks) {
      ByteSpan header_bytes = file_.view(offset, kChunkHeaderBytes);
      ByteReader header(header_bytes);
      uint32_t length = header.u32_be();
      std::string_view type = header.take(4).text();
      if (header.failed()) return false;
      first_chunk_ = offset;
      if (type == "IDAT") return true;
      offset += kChunkHeaderBytes + size_t{length} + kChecksumBytes;
    }
    return false;
  }

  End read_pass(const PngPass& pass, Inflater& pixels, uint32_t columns, uint32_t rows,
                const Visit& visit) {
    uint32_t all = PngPass::count(width_, pass.x, pass.x_step),
             wanted = PngPass::count(columns, pass.x, pass.x_step),
             lines = PngPass::count(std::min(rows, height_), pass.y, pass.y_step);
    if (all == 0) return End::kWhole;
    std::vector<uint8_t> row(wanted * layout_->pixel_bytes), above(row.size());
    for (uint32_t line = 0; line < lines; ++line, above.swap(row)) {
      uint8_t filter;
      if (!take(pixels, &filter, 1) || !take(pixels, row.data(), row.size())) return cut();
      if (!unfilter_row(filter, layout_->pixel_bytes, above.data(), row.data(), row.size()))
        return End::kDamaged;
      for (uint32_t i = 0; i < wanted; ++i)
        if (!visit_pixel(pass.x + i * pass.x_step, pass.y + line * pass.y_step,
                         &row[i * layout_->pixel_bytes], visit))
          return End::kStopped;
      if (!take(pixels, nullptr, size_t{all - wanted} * layout_->pixel_bytes)) return cut();
    }
    return End::kWhole;
  }

  bool visit_pixel(uint32_t x, uint32_t y, const uint8_t* stored, const Visit& visit) const {
    bool is_grey = layout_->is_grey;
    uint8_t alpha = has_alpha_ ? stored[layout_->pixel_bytes - 1] : 255;
    const uint8_t rgba[] = {stored[0], stored[is_grey ? 0 : 1], stored[is_grey ? 0 : 2], alpha};
    return visit(x, y, rgba);
  }

  // Takes `count` bytes into `out`, or drops them where that is null.
  bool take(Inflater& pixels, uint8_t* out, size_t count) {
    while (count > 0) {
      ByteSpan part = pixels.take(count);
      inflated_ += part.size();
      if (part.empty() || inflated_ > kMaxHiddenPixelBytes) return false;
      if (out) out = std::copy(part.begin(), part.end(), out);
      count -= part.size();
    }
    return true;
  }

  End cut() const { return inflated_ > kMaxHiddenPixelBytes ? End::kTooLarge : End::kDamaged; }

  FileWindow& file_;
  std::optional<PngRowLayout> layout_;
  size_t first_chunk_ = 0;
  uint64_t inflated_ = 0;
};

}  // namespace

std::unique_ptr<PixelColumns> open_png_columns(FileWindow& file) {
  auto columns = std::make_unique<PngColumns>(file);
  if (!columns->open()) return nullptr;
  return columns;
}

}  // namespace img2prompt
