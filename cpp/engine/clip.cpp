#include "engine/clip.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <c10/util/Exception.h>

#include <algorithm>

#include "base/error.h"
#include "checkpoints/open.h"

namespace img2prompt {
namespace {

constexpr int64_t kCpuTokens = 1024;  // of images at a time: keeps a layer well below a second
constexpr int64_t kGpuTokens = 16384;

at::Tensor normalised(const at::Tensor& features) {
  at::Tensor wide = features.to(at::kFloat);
  return wide.div(wide.norm(2, {-1}, /*keepdim=*/true).clamp_min(1e-12)).to(at::kCPU);
}

// Calls encode(limit); where the device's memory does not suffice, again with a quarter, down to
// `least`.
template <typename Encode>
at::Tensor with_less_when_full(int64_t limit, int64_t least, const Encode& encode) {
  for (;; limit = std::max(least, limit / 4)) {
    try {
      return encode(limit);
    } catch (const c10::OutOfMemoryError& error) {
      if (limit > least) continue;
      throw_error<OutOfDeviceMemory>("{}; free device memory or use device \"cpu\"",
                                     first_line(error.what_without_backtrace()));
    }
  }
}

ClipPreprocess preprocess_of(const ClipCard& card) {
  ClipPreprocess options;
  options.size = card.vision.image_size;
  options.filter = card.preprocess.interpolation == Interpolation::kBilinear
                       ? ResampleFilter::kBilinear
                       : ResampleFilter::kBicubic;
  options.squash = card.preprocess.resize_mode == ResizeMode::kSquash;
  options.mean = card.preprocess.mean;
  options.std = card.preprocess.std;
  return options;
}

}  // namespace

Clip::Clip(ClipFiles files, ClipCard card, std::shared_ptr<const ClipBpe> tokenizer,
           at::Device device, at::ScalarType dtype)
    : files_(std::move(files)),
      card_(std::move(card)),
      tokenizer_(std::move(tokenizer)),
      device_(device),
      dtype_(dtype) {}

std::shared_ptr<Clip> Clip::load(const ClipFiles& files, at::Device device, at::ScalarType dtype) {
  ClipCard card = read_clip_card(files.card, files.pretrained);
  std::shared_ptr<const ClipBpe> tokenizer = ClipBpe::load(files.merges);
  if (card.text.vocab_size < tokenizer->vocab_size())
    throw_error<ModelError>("{}: 'text_cfg.vocab_size' is {}, {} has {} tokens", files.card,
                            card.text.vocab_size, files.merges, tokenizer->vocab_size());
  std::shared_ptr<Clip> clip(new Clip(files, std::move(card), std::move(tokenizer), device, dtype));
  clip->towers();
  return clip;
}

const Clip::Towers& Clip::towers() const {
  if (!towers_) {
    at::NoGradGuard no_grad;
    Weights weights(open_checkpoint(files_.weights), device_, dtype_);
    ClipParts parts = take_clip(weights, card_);
    towers_.reset(new Towers{ClipText(card_.text, std::move(parts.text)), std::move(parts.vision)});
  }
  return *towers_;
}

void Clip::unload() {
  std::lock_guard<std::mutex> lock(mutex_);
  towers_.reset();
}

std::vector<int32_t> Clip::tokenize(std::string_view text) const {
  return tokenizer_->tokenize(text, static_cast<int>(card_.text.context_length));
}

at::Tensor Clip::encode_text(const std::vector<std::string>& texts, const Progress& progress,
                             TextEncodingOptions options) const {
  std::vector<TokenList> tokens;
  tokens.reserve(texts.size());
  for (const std::string& text : texts) {
    tokens.push_back(tokenize(text));
    if (tokens.size() % 1024 == 0) progress.check();
  }
  return encode_tokens(std::move(tokens), progress, std::move(options));
}

at::Tensor Clip::encode_tokens(std::vector<TokenList> texts, const Progress& progress,
                               TextEncodingOptions options) const {
  // The tower answers with the position of the largest id, the first one if there are several: that
  // is end-of-text, and what follows it changes nothing.
  for (TokenList& text : texts)
    if (!text.empty()) text.erase(std::max_element(text.begin(), text.end()) + 1, text.end());
  at::NoGradGuard no_grad;
  std::lock_guard<std::mutex> lock(mutex_);
  const ClipText& tower = towers().text;
  int64_t limit = options.max_nodes > 0 ? options.max_nodes : tower.default_max_nodes();
  return with_less_when_full(limit, std::min(limit, card_.text.context_length), [&](int64_t nodes) {
    options.max_nodes = nodes;
    return normalised(tower.encode(texts, progress, options));
  });
}

at::Tensor Clip::preprocess(ImageView image) const {
  return preprocess_clip(image, preprocess_of(card_));
}

size_t Clip::image_batch() const {
  int64_t tokens = device_.is_cpu() ? kCpuTokens : kGpuTokens;
  return static_cast<size_t>(std::max<int64_t>(1, tokens / towers().vision->tokens()));
}

at::Tensor Clip::encode_pixels(const std::vector<Image>& images, size_t batch,
                               const Progress& progress) const {
  std::vector<at::Tensor> parts;
  int64_t total = static_cast<int64_t>(images.size());
  progress.report("images", 0, total);
  for (size_t first = 0; first < images.size(); first += batch) {
    std::vector<at::Tensor> pixels;
    size_t end = std::min(images.size(), first + batch);
    for (size_t i = first; i < end; ++i) {
      progress.check();
      pixels.push_back(preprocess(images[i]));
    }
    at::Tensor input = at::stack(pixels).to(at::TensorOptions().device(device_).dtype(dtype_));
    parts.push_back(normalised(towers().vision->encode(input, progress)));
    progress.report("images", static_cast<int64_t>(end), total);
  }
  return at::cat(parts);
}

at::Tensor Clip::encode_images(const std::vector<Image>& images, const Progress& progress) const {
  if (images.empty()) return at::empty({0, card_.embed_dim}, at::kFloat);
  at::NoGradGuard no_grad;
  std::lock_guard<std::mutex> lock(mutex_);
  return with_less_when_full(static_cast<int64_t>(image_batch()), 1, [&](int64_t batch) {
    return encode_pixels(images, static_cast<size_t>(batch), progress);
  });
}

}  // namespace img2prompt
