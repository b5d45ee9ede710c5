#include "image/resample.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <system_error>
#include <thread>

#include "base/error.h"
#include "image/limits.h"
#include "image/resample_kernels.h"
#include "image/resample_weights.h"

namespace img2prompt {
namespace {

// Below this many multiplications a thread takes longer to start than it saves.
constexpr int64_t kWorkPerThread = 8000000;
constexpr int kMaxThreads = 16;

int threads_for(int64_t work, int requested) {
  if (requested > 0) return std::min(requested, kMaxThreads);
  int cores = std::max(int(std::thread::hardware_concurrency()), 1);
  return int(std::clamp<int64_t>(work / kWorkPerThread, 1, std::min(cores, kMaxThreads)));
}

// run(i, begin, end) for `threads` even parts of [0, rows), each begin a multiple of `step`.
void over_rows(int rows, int step, int threads, const std::function<void(int, int, int)>& run) {
  const int64_t steps = (int64_t{rows} + step - 1) / step;
  auto bound = [&](int i) { return int(std::min<int64_t>(steps * i / threads * step, rows)); };
  std::vector<std::thread> workers;
  workers.reserve(size_t(threads));
  int i = 0;
  try {
    for (; i + 1 < threads; ++i) workers.emplace_back(run, i, bound(i), bound(i + 1));
  } catch (const std::system_error&) {
    // No more threads to be had: this one does the rest.
  }
  for (; i < threads; ++i) run(i, bound(i), bound(i + 1));
  for (std::thread& worker : workers) worker.join();
}

int64_t work_of(const ResampleWeights& weights, int lines) {
  int64_t sum = 0;
  for (int count : weights.count) sum += count;
  return sum * lines * 3;
}

using Pixels = std::unique_ptr<uint8_t[]>;  // not zeroed, unlike a vector

Pixels new_pixels(int width, int height) {
  return Pixels(new uint8_t[size_t(width) * size_t(height) * 3]);
}

// Rows [begin, end) of `image` to a block; an incomplete one repeats its last row.
void gather_block(ImageView image, int begin, int end, uint8_t* block) {
  for (int r = 0; r < kBlockRows; ++r) {
    const uint8_t* from = image.row(std::min(begin + r, end - 1));
    uint8_t* to = block + r * 3;
    for (int x = 0; x < image.width; ++x, from += 3, to += kBlockColumn) std::memcpy(to, from, 3);
  }
}

// The horizontal pass: out is [image.height, weights.size(), 3].
void scale_width(ImageView image, const ResampleWeights& weights, int requested, uint8_t* out) {
  const int threads = threads_for(work_of(weights, image.height), requested);
  const size_t block_size = size_t(image.width) * kBlockColumn;
  const Pixels blocks(new uint8_t[block_size * size_t(threads)]);
  over_rows(image.height, kBlockRows, threads, [&](int i, int begin, int end) {
    uint8_t* block = blocks.get() + size_t(i) * block_size;
    for (int y = begin; y < end; y += kBlockRows) {
      const int rows = std::min(kBlockRows, end - y);
      gather_block(image, y, y + rows, block);
      resample_kernels().scale_block(block, weights, rows,
                                     out + size_t(y) * size_t(weights.size()) * 3);
    }
  });
}

// The vertical pass: out is [weights.size(), image.width, 3]. Row 0 of `image` is what the weights
// know as row `first_row`.
void scale_height(ImageView image, int first_row, const ResampleWeights& weights, int requested,
                  uint8_t* out) {
  const int threads = threads_for(work_of(weights, image.width), requested);
  const size_t row_bytes = size_t(image.width) * 3;
  over_rows(weights.size(), 1, threads, [&](int, int begin, int end) {
    for (int y = begin; y < end; ++y)
      resample_kernels().sum_rows(image.row(weights.first[size_t(y)] - first_row), row_bytes,
                                  weights, y, out + size_t(y) * row_bytes);
  });
}

// Rounding between the passes makes their order visible. This is Pillow 13's rule; up to Pillow 12
// the horizontal pass always came first.
bool is_vertical_first(ImageView image, int width, int height) {
  const int64_t fewer_rows = int64_t{image.height} - height;
  const int64_t fewer_columns = int64_t{image.width} - width;
  return fewer_rows > 0 && fewer_rows > fewer_columns * 2;
}

}  // namespace

void check_resize_size(int64_t width, int64_t height) {
  const int64_t max_pixels = DecodeLimits().max_pixels;
  const bool sides =
      width >= 1 && height >= 1 && width <= kMaxResizeSide && height <= kMaxResizeSide;
  if (!sides || width * height > max_pixels)
    throw_error<InvalidArgument>(
        "resize to {}x{}: each side must be from 1 to {}, and the picture at most {} pixels", width,
        height, kMaxResizeSide, max_pixels);
}

Image resize(ImageView image, int width, int height, ResampleFilter filter, int threads) {
  if (image.width < 1 || image.height < 1)
    throw_error<InvalidArgument>("resize of an empty picture ({}x{})", image.width, image.height);
  check_resize_size(width, height);
  Image result(width, height);
  uint8_t* out = result.pixels.data();
  if (width == image.width && height == image.height) {
    std::copy_n(image.pixels, result.pixels.size(), out);
    return result;
  }
  if (height == image.height) {
    scale_width(image, compute_weights(image.width, width, filter), threads, out);
    return result;
  }
  const ResampleWeights rows = compute_weights(image.height, height, filter);
  if (width == image.width) {
    scale_height(image, 0, rows, threads, out);
    return result;
  }
  const ResampleWeights columns = compute_weights(image.width, width, filter);
  if (is_vertical_first(image, width, height)) {
    const Pixels between = new_pixels(image.width, height);
    scale_height(image, 0, rows, threads, between.get());
    scale_width({image.width, height, between.get()}, columns, threads, out);
  } else {
    // Only the rows that the vertical pass reads.
    const int begin = rows.first.front(), end = rows.first.back() + rows.count.back();
    const Pixels between = new_pixels(width, end - begin);
    scale_width({image.width, end - begin, image.row(begin)}, columns, threads, between.get());
    scale_height({width, end - begin, between.get()}, begin, rows, threads, out);
  }
  return result;
}

}  // namespace img2prompt
