#include <zlib.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file_window.h"
#include "metadata/edit/hidden.h"
#include "metadata/edit/png_chunks.h"
#include "metadata/inflate.h"
#include "metadata/limits.h"
#include "metadata/pixel_columns.h"
#include "metadata/png_rows.h"
#include "metadata/stealth.h"

namespace img2prompt::edit {
namespace {

constexpr size_t kSignatureBytes = 8;

// Clears the record's bits in one pixel as it is stored.
void clear_pixel(const PngRowLayout& layout, const HiddenBits& hidden, uint64_t pixel,
                 uint8_t* stored) {
  if (hidden.in_alpha) {
    if (pixel < hidden.count) stored[layout.pixel_bytes - 1] |= 1;
    return;
  }
  constexpr unsigned kColours = 3;
  for (unsigned i = 0; i < kColours && pixel * kColours + i < hidden.count; ++i)
    stored[layout.is_grey ? 0 : i] &= 0xFE;
}

// The inflated rows of the whole picture with the bits cleared; each row keeps its filter.
bool clear_rows(const PngRowLayout& layout, const HiddenBits& hidden, std::string& rows) {
  auto* position = reinterpret_cast<uint8_t*>(&rows[0]);
  for (const PngPass& pass : layout.passes()) {
    uint32_t pixels = PngPass::count(layout.width, pass.x, pass.x_step);
    uint32_t lines = PngPass::count(layout.height, pass.y, pass.y_step);
    size_t bytes = pixels * layout.pixel_bytes;
    std::vector<uint8_t> row(bytes), old_above(bytes), new_above(bytes);
    for (uint32_t line = 0; line < lines; ++line) {
      uint8_t filter = *position++;
      std::copy(position, position + bytes, row.begin());
      if (!unfilter_row(filter, layout.pixel_bytes, old_above.data(), row.data(), bytes))
        return false;
      old_above = row;
      for (uint32_t i = 0; i < pixels; ++i) {
        uint64_t x = pass.x + uint64_t{i} * pass.x_step, y = pass.y + uint64_t{line} * pass.y_step;
        clear_pixel(layout, hidden, x * layout.height + y, &row[i * layout.pixel_bytes]);
      }
      std::copy(row.begin(), row.end(), position);
      filter_row(filter, layout.pixel_bytes, new_above.data(), position, bytes);
      new_above = row;
      position += bytes;
    }
  }
  return true;
}

std::string deflate_rows(const std::string& rows) {
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  std::string out(size, '\0');
  int status = compress2(reinterpret_cast<Bytef*>(&out[0]), &size,
                         reinterpret_cast<const Bytef*>(rows.data()),
                         static_cast<uLong>(rows.size()), Z_DEFAULT_COMPRESSION);
  if (status != Z_OK) throw_error<Error>("pixels could not be compressed: zlib says {}", status);
  out.resize(size);
  return out;
}

std::string clear_once(const std::string& file, const PngRowLayout& layout,
                       const HiddenBits& hidden, const std::string& name) {
  uint64_t expected = layout.inflated_bytes();
  if (expected > kMaxHiddenPixelBytes)
    throw_error<MetadataError>(
        "{}: a record is hidden in its pixels, which take {} bytes; up to {} are rewritten", name,
        expected, kMaxHiddenPixelBytes);
  std::string stream;
  for_each_png_chunk(ByteSpan(std::string_view(file)), name, [&](const PngChunk& found) {
    if (found.type == "IDAT") stream += found.data.text();
  });
  constexpr size_t kSlack = 65536;  // some writers pad their rows
  Inflated rows =
      inflate_bounded(ByteSpan(std::string_view(stream)), static_cast<size_t>(expected) + kSlack);
  if (rows.bytes.size() < expected || !clear_rows(layout, hidden, rows.bytes))
    throw_error<MetadataError>(
        "{}: a record is hidden in its pixels, which are damaged; it cannot be taken out", name);
  rows.bytes.resize(static_cast<size_t>(expected));
  std::string pixels = png_chunk("IDAT", deflate_rows(rows.bytes));
  std::string out = file.substr(0, kSignatureBytes);
  for_each_png_chunk(ByteSpan(std::string_view(file)), name, [&](const PngChunk& found) {
    if (found.type == "IDAT")
      out += std::exchange(pixels, std::string());
    else
      out += found.bytes;
  });
  return out;
}

}  // namespace

std::string clear_hidden_png(std::string file, const std::string& name) {
  for (int i = 0; i < kMaxHiddenRecords; ++i) {
    FileWindow window{ByteSpan(std::string_view(file))};
    std::unique_ptr<PixelColumns> columns = open_png_columns(window);
    std::optional<HiddenBits> hidden = columns ? find_hidden_bits(*columns) : std::nullopt;
    if (!hidden) break;
    std::optional<PngRowLayout> layout =
        PngRowLayout::of(ByteSpan(std::string_view(file)).sub(kSignatureBytes));
    if (!layout) break;
    file = clear_once(file, *layout, *hidden, name);
  }
  return file;
}

}  // namespace img2prompt::edit
