#include "engine/clip.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>

#include <algorithm>

#include "base/error.h"
#include "checkpoints/open.h"
#include "engine/out_of_memory.h"

namespace img2prompt {
namespace {

constexpr int64_t kCpuTokens = 1024;  // of images at a time: keeps a layer well below a second
constexpr int64_t kGpuTokens = 16384;

at::Tensor normalised(const at::Tensor& features) {
  at::Tensor wide = features.to(at::kFloat);
  return wide.div(wide.norm(2, {-1}, /*keepdim=*/true).clamp_min(1e-12)).to(at::kCPU);
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
           at::Device device, at::ScalarType dtype, Needs needs)
    : files_(std::move(files)),
      card_(std::move(card)),
      tokenizer_(std::move(tokenizer)),
      device_(device),
      dtype_(dtype),
      text_(
          "clip text", device, needs.text,
          [this](const Progress& progress) { return open_weights(progress); },
          [this](Weights& weights) {
            return std::make_unique<const ClipText>(card_.text,
                                                    take_clip_text_weights(weights, card_));
          }),
      vision_(
          "clip image", device, needs.vision,
          [this](const Progress& progress) { return open_weights(progress); },
          [this](Weights& weights) { return take_clip_vision_tower(weights, card_); }) {}

Clip::Needs Clip::check_weights(const ClipFiles& files, const ClipCard& card,
                                at::ScalarType dtype) {
  at::NoGradGuard no_grad;
  Weights weights(open_checkpoint(files.weights), at::kMeta, dtype);
  const ClipText text(card.text, take_clip_text_weights(weights, card));
  const int64_t text_bytes = weights.taken_bytes();
  const auto vision = take_clip_vision_tower(weights, card);
  finish_clip_weights(weights);
  return {{text_bytes, text.bytes_per_node() * card.text.context_length},
          {weights.taken_bytes() - text_bytes, vision->bytes_per_image()}};
}

std::shared_ptr<Clip> Clip::load(const ClipFiles& files, at::Device device, at::ScalarType dtype,
                                 const Progress& progress) {
  ClipCard card = read_clip_card(files.card, files.pretrained);
  std::shared_ptr<const ClipBpe> tokenizer = ClipBpe::load(files.merges);
  progress.check();
  if (card.text.vocab_size < tokenizer->vocab_size())
    throw_error<ModelError>("{}: 'text_cfg.vocab_size' is {}, {} has {} tokens", files.card,
                            card.text.vocab_size, files.merges, tokenizer->vocab_size());
  const Needs needs = check_weights(files, card, dtype);
  return std::shared_ptr<Clip>(
      new Clip(files, std::move(card), std::move(tokenizer), device, dtype, needs));
}

std::shared_ptr<Clip> Clip::in_dtype(at::ScalarType dtype) const {
  return std::shared_ptr<Clip>(
      new Clip(files_, card_, tokenizer_, device_, dtype, check_weights(files_, card_, dtype)));
}

Weights Clip::open_weights(const Progress& progress) const {
  return Weights(open_checkpoint(files_.weights), device_, dtype_, progress);
}

void Clip::unload(const Progress& progress) {
  text_.resident().unload(progress);
  vision_.resident().unload(progress);
}

void Clip::join(const std::shared_ptr<Residency>& residency, const Progress& progress) {
  text_.resident().join(residency, progress);
  vision_.resident().join(residency, progress);
}

std::vector<HeldMemory> Clip::memory() const {
  return {text_.resident().memory(), vision_.resident().memory()};
}

std::vector<int32_t> Clip::tokenize(std::string_view text) const {
  return tokenizer_->tokenize(text, static_cast<int>(card_.text.context_length));
}

at::Tensor Clip::encode_text(const std::vector<std::string>& texts, const Progress& progress,
                             TextEncodingOptions options) {
  std::vector<TokenList> tokens;
  tokens.reserve(texts.size());
  for (const std::string& text : texts) {
    tokens.push_back(tokenize(text));
    if (tokens.size() % 1024 == 0) progress.check();
  }
  return encode_tokens(std::move(tokens), progress, std::move(options));
}

at::Tensor Clip::encode_tokens(std::vector<TokenList> texts, const Progress& progress,
                               TextEncodingOptions options) {
  // The tower answers with the position of the largest id, the first one if there are several: that
  // is end-of-text, and what follows it changes nothing.
  for (TokenList& text : texts)
    if (!text.empty()) text.erase(std::max_element(text.begin(), text.end()) + 1, text.end());
  at::NoGradGuard no_grad;
  Resident::Visit visit = text_.resident().visit(progress);
  const ClipText& tower = text_.network();
  const int64_t usual =
      options.max_nodes > 0 ? options.max_nodes : tower.default_max_nodes(options.padded);
  const int64_t least = std::min(usual, card_.text.context_length);
  at::Tensor features;
  with_second_try(visit, chunk_for(visit.room(), tower.bytes_per_node(), least, usual), least,
                  [&](int64_t nodes) {
                    options.max_nodes = nodes;
                    features = normalised(tower.encode(texts, progress, options));
                  });
  text_.check_file();
  return features;
}

at::Tensor Clip::preprocess(ImageView image) const {
  return preprocess_clip(image, preprocess_of(card_));
}

at::Tensor Clip::encode_pixels(const ClipVisionTower& tower, const std::vector<Image>& images,
                               int64_t at_once, const Progress& progress) const {
  std::vector<at::Tensor> parts;
  const auto total = static_cast<int64_t>(images.size());
  progress.report("images", 0, total);
  for (int64_t first = 0; first < total; first += at_once) {
    std::vector<at::Tensor> pixels;
    const int64_t end = std::min(total, first + at_once);
    for (int64_t i = first; i < end; ++i) {
      progress.check();
      pixels.push_back(preprocess(images[static_cast<size_t>(i)]));
    }
    at::Tensor input = at::stack(pixels).to(at::TensorOptions().device(device_).dtype(dtype_));
    parts.push_back(normalised(tower.encode(input, progress)));
    progress.report("images", end, total);
  }
  return at::cat(parts);
}

at::Tensor Clip::encode_images(const std::vector<Image>& images, const Progress& progress) {
  if (images.empty()) return at::empty({0, card_.embed_dim}, at::kFloat);
  at::NoGradGuard no_grad;
  Resident::Visit visit = vision_.resident().visit(progress);
  const ClipVisionTower& tower = vision_.network();
  const int64_t tokens = device_.is_cpu() ? kCpuTokens : kGpuTokens;
  const int64_t usual = std::max<int64_t>(1, tokens / tower.tokens());
  at::Tensor features;
  with_second_try(
      visit, chunk_for(visit.room(), tower.bytes_per_image(), 1, usual), 1,
      [&](int64_t at_once) { features = encode_pixels(tower, images, at_once, progress); });
  vision_.check_file();
  return features;
}

}  // namespace img2prompt
