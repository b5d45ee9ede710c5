// Pictures with real pixels, and records hidden in them, made by hand.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "build_files.h"

namespace img2prompt::testing {

// RGBA, 8 bits a sample, rows from the top.
struct Pixels {
  uint32_t width, height;
  std::vector<uint8_t> rgba;

  uint8_t* at(uint32_t x, uint32_t y) { return &rgba[(size_t{y} * width + x) * 4]; }
};

inline Pixels noise(uint32_t width, uint32_t height) {
  Pixels out{width, height, std::vector<uint8_t>(size_t{width} * height * 4)};
  std::mt19937 random(width * 31 + height);
  for (uint8_t& sample : out.rgba) sample = static_cast<uint8_t>(random());
  return out;
}

// Writes the bits from the top of the first column on: into alpha, or red, green and blue.
inline void hide_bits(std::string_view bytes, bool in_alpha, Pixels& pixels) {
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    size_t pixel = in_alpha ? bit : bit / 3, channel = in_alpha ? 3 : bit % 3;
    if (pixel >= size_t{pixels.width} * pixels.height) return;
    uint8_t* sample = pixels.at(static_cast<uint32_t>(pixel / pixels.height),
                                static_cast<uint32_t>(pixel % pixels.height)) +
                      channel;
    int value = static_cast<unsigned char>(bytes[bit / 8]) >> (7 - bit % 8) & 1;
    *sample = static_cast<uint8_t>((*sample & ~1) | value);
  }
}

inline std::string gzipped(std::string_view text) {
  z_stream zlib{};
  deflateInit2(&zlib, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&zlib, text.size()), '\0');
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(&out[0]);
  zlib.avail_out = static_cast<uInt>(out.size());
  deflate(&zlib, Z_FINISH);
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  return out;
}

inline std::string hidden_record(std::string_view signature, std::string_view payload) {
  return std::string(signature) + be(payload.size() * 8, 4) + std::string(payload);
}

// The rows of one pass, each filtered by `filter` (0 to 4), or by all in turn where it is 5.
inline std::string filtered_rows(const std::vector<std::string>& rows, size_t pixel_bytes,
                                 int filter) {
  std::string out, above(rows.empty() ? 0 : rows[0].size(), '\0');
  int line = 0;
  for (const std::string& row : rows) {
    int kind = filter < 5 ? filter : line++ % 5;
    out += static_cast<char>(kind);
    for (size_t i = 0; i < row.size(); ++i) {
      auto byte = [](char c) { return static_cast<int>(static_cast<unsigned char>(c)); };
      int left = i >= pixel_bytes ? byte(row[i - pixel_bytes]) : 0, up = byte(above[i]),
          corner = i >= pixel_bytes ? byte(above[i - pixel_bytes]) : 0;
      int guess = left + up - corner, nearest = left;
      if (std::abs(guess - up) < std::abs(guess - nearest)) nearest = up;
      if (std::abs(guess - corner) < std::abs(guess - nearest)) nearest = corner;
      const int predicted[] = {0, left, up, (left + up) / 2, nearest};
      out += static_cast<char>(byte(row[i]) - predicted[kind]);
    }
    above = row;
  }
  return out;
}

struct PngLayout {
  int colour_type = 6;  // 0 grey, 2 RGB, 4 grey and alpha, 6 RGBA
  bool is_interlaced = false;
  int filter = 5;
  size_t idat_bytes = 1000;  // of each chunk of pixels
};

inline std::string png_of(Pixels pixels, const PngLayout& layout, std::string_view before = {}) {
  struct Pass {
    uint32_t x, y, dx, dy;
  };
  const std::vector<Pass> whole = {{0, 0, 1, 1}},
                          adam7 = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                                   {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  bool has_alpha = layout.colour_type >= 4, is_grey = layout.colour_type % 4 == 0;
  size_t pixel_bytes = (is_grey ? 1 : 3) + (has_alpha ? 1 : 0);
  std::string raw;
  for (const Pass& pass : layout.is_interlaced ? adam7 : whole) {
    std::vector<std::string> rows;
    for (uint32_t y = pass.y; y < pixels.height && pass.x < pixels.width; y += pass.dy) {
      rows.emplace_back();
      for (uint32_t x = pass.x; x < pixels.width; x += pass.dx) {
        const char* stored = reinterpret_cast<const char*>(pixels.at(x, y));
        rows.back().append(stored, is_grey ? 1 : 3);
        if (has_alpha) rows.back() += stored[3];
      }
    }
    raw += filtered_rows(rows, pixel_bytes, layout.filter);
  }
  std::string stream = deflated(raw), chunks;
  for (size_t i = 0; i < stream.size(); i += layout.idat_bytes)
    chunks += chunk("IDAT", stream.substr(i, layout.idat_bytes));
  std::string header = be(pixels.width, 4) + be(pixels.height, 4) + '\x08' +
                       static_cast<char>(layout.colour_type) + std::string(2, '\0') +
                       (layout.is_interlaced ? '\1' : '\0');
  return kPngSignature + chunk("IHDR", header) + std::string(before) + chunks + chunk("IEND", "");
}

}  // namespace img2prompt::testing
