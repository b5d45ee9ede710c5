// A loaded CLIP: texts and pictures to normalised features. One object may be shared by threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "image/image.h"
#include "nn/clip_text.h"
#include "nn/clip_vision_tower.h"
#include "nn/model_card.h"
#include "preprocess/clip.h"
#include "tokenizers/clip_bpe.h"

namespace img2prompt {

struct ClipFiles {
  std::string card;        // JSON, see nn/model_card.h
  std::string pretrained;  // entry of the card's table, empty = none
  std::string weights;     // a checkpoint, see checkpoints/open.h
  std::string merges;      // the tokenizer's, see tokenizers/clip_bpe.h
};

class Clip {
 public:
  // Throws ModelError or CheckpointError, naming the file and what is wrong with it.
  static std::shared_ptr<Clip> load(const ClipFiles& files, at::Device device,
                                    at::ScalarType dtype);

  // context_length ids: start, text cut to fit, end-of-text, zeros.
  std::vector<int32_t> tokenize(std::string_view text) const;

  // [N, embed_dim] float32 on the CPU, rows of length 1, in the order of `texts`. Throws Cancelled
  // between layers, OutOfDeviceMemory when even small pieces do not fit.
  at::Tensor encode_text(const std::vector<std::string>& texts, const Progress& progress = {},
                         TextEncodingOptions options = {}) const;
  // The same for lists of ids as tokenize() makes them; what follows the end-of-text is left out.
  at::Tensor encode_tokens(std::vector<TokenList> texts, const Progress& progress = {},
                           TextEncodingOptions options = {}) const;

  // [N, embed_dim] float32 on the CPU, rows of length 1. Throws as encode_text.
  at::Tensor encode_images(const std::vector<Image>& images, const Progress& progress = {}) const;
  // What the image tower is given for a picture: [3, S, S] float32.
  at::Tensor preprocess(ImageView image) const;

  // Frees the weights; the next call that needs them loads them again.
  void unload();

  const ClipCard& card() const { return card_; }
  at::Device device() const { return device_; }
  at::ScalarType dtype() const { return dtype_; }

 private:
  struct Towers {
    ClipText text;
    std::unique_ptr<const ClipVisionTower> vision;
  };

  Clip(ClipFiles files, ClipCard card, std::shared_ptr<const ClipBpe> tokenizer, at::Device device,
       at::ScalarType dtype);
  const Towers& towers() const;  // with mutex_ held
  at::Tensor encode_pixels(const std::vector<Image>& images, size_t batch,
                           const Progress& progress) const;
  size_t image_batch() const;

  ClipFiles files_;
  ClipCard card_;
  std::shared_ptr<const ClipBpe> tokenizer_;
  at::Device device_;
  at::ScalarType dtype_;
  mutable std::mutex mutex_;  // held while a tower computes: one call at a time fills a machine
  mutable std::unique_ptr<const Towers> towers_;  // null = unloaded
};

}  // namespace img2prompt
