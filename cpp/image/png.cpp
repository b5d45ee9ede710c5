#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <new>

#include "base/byte_reader.h"
#include "image/formats.h"

namespace img2prompt {
namespace {

// Deflate never expands by more.
constexpr uint64_t kMaxExpansion = 1032;

// What libpng's callbacks share. Nothing here has a destructor: libpng leaves by longjmp.
struct Source {
  const uint8_t* data;
  size_t size;
  size_t position;
  bool cut_short;
  char message[128];
};

void on_error(png_structp png, png_const_charp message) {
  Source* source = static_cast<Source*>(png_get_error_ptr(png));
  std::strncpy(source->message, message, sizeof source->message - 1);
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}

void on_read(png_structp png, png_bytep out, size_t count) {
  Source* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->size - source->position) {
    source->cut_short = true;
    png_error(png, "cut short");
  }
  std::memcpy(out, source->data + source->position, count);
  source->position += count;
}

class Reader {
 public:
  explicit Reader(const Encoded& encoded)
      : encoded_(encoded), source_{encoded.bytes.data(), encoded.bytes.size(), 0, false, {}} {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source_, on_error, on_warning);
    if (png_) info_ = png_create_info_struct(png_);
    if (!info_) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw std::bad_alloc();
    }
    png_set_read_fn(png_, &source_, on_read);
  }
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void read_header() {
    if (!try_read_header()) fail();
  }
  // rows: `height` rows of `width` RGB pixels each
  void read_rows(png_bytepp rows) {
    if (!try_read_rows(rows)) fail();
  }
  int64_t width() const { return png_get_image_width(png_, info_); }
  int64_t height() const { return png_get_image_height(png_, info_); }
  int64_t bits_per_pixel() const {
    return int64_t{png_get_bit_depth(png_, info_)} * png_get_channels(png_, info_);
  }

 private:
  // The functions that may be left by longjmp hold nothing that needs a destructor.
  bool try_read_header() {
    if (setjmp(png_jmpbuf(png_))) return false;
    // The size is left for our own check, which says what is accepted.
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_QUIET_USE);
    // Every ancillary chunk is passed over unread, so that none is inflated and a damaged one does
    // no harm. tRNS, too: alpha is dropped.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER,
                                reinterpret_cast<png_const_bytep>("tRNS"), 1);
    png_read_info(png_, info_);
    return true;
  }

  bool try_read_rows(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_))) return false;
    // Samples of 16 bits keep the high byte. For grey, Pillow clips at 255 instead, which turns
    // nearly every such picture white.
    png_set_strip_16(png_);
    png_set_expand_gray_1_2_4_to_8(png_);
    png_set_palette_to_rgb(png_);
    png_set_gray_to_rgb(png_);
    png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_rowbytes(png_, info_) != size_t(width()) * 3) png_error(png_, "unknown layout");
    png_read_image(png_, rows);
    return true;
  }

  [[noreturn]] void fail() {
    if (source_.cut_short) throw_cut_short(encoded_, "PNG");
    throw_damaged(encoded_, "PNG", source_.message);
  }

  const Encoded& encoded_;
  Source source_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

// Calls visit(type, data) for each chunk until it answers false; a chunk cut short ends the walk,
// its data being what is there.
template <typename Visit>
void walk_chunks(ByteSpan bytes, Visit visit) {
  ByteReader reader(bytes.sub(8));
  while (reader.remaining() >= 8) {
    const size_t size = reader.u32_be();
    const ByteSpan type = reader.take(4);
    const ByteSpan data = reader.take(std::min(size, reader.remaining()));
    if (!visit(type.text(), data) || !reader.skip(4)) return;
  }
}

// Refuses a few bytes that declare a large picture before memory is taken for it.
void check_plausible(const Encoded& encoded, const Reader& reader) {
  uint64_t stored = 0;
  walk_chunks(encoded.bytes, [&](std::string_view type, ByteSpan data) {
    if (type == "IDAT") stored += data.size();
    return true;
  });
  const uint64_t needed = uint64_t(reader.height()) *
                          (uint64_t(reader.width()) * uint64_t(reader.bits_per_pixel()) / 8);
  if (needed > stored * kMaxExpansion) throw_cut_short(encoded, "PNG");
}

}  // namespace

Image decode_png(const Encoded& encoded) {
  Reader reader(encoded);
  reader.read_header();
  check_picture_size(reader.width(), reader.height(), encoded.name, encoded.limits);
  check_plausible(encoded, reader);
  Image image(int(reader.width()), int(reader.height()));
  std::vector<png_bytep> rows(size_t(image.height));
  for (int y = 0; y < image.height; ++y) rows[size_t(y)] = image.row(y);
  reader.read_rows(rows.data());
  return image;
}

ByteSpan find_png_exif(ByteSpan bytes) {
  ByteSpan exif;
  walk_chunks(bytes, [&](std::string_view type, ByteSpan data) {
    if (type == "eXIf") exif = data;
    return type != "eXIf" && type != "IEND";
  });
  return exif;
}

}  // namespace img2prompt
