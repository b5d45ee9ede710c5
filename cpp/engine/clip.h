// A loaded CLIP: texts and pictures to normalised features. One object may be shared by threads.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "engine/model_slot.h"
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
  // Reads and checks all files; the weights are read when they are first used. Throws ModelError or
  // CheckpointError, naming the file and what is wrong with it, and Cancelled.
  static std::shared_ptr<Clip> load(const ClipFiles& files, at::Device device, at::ScalarType dtype,
                                    const Progress& progress = {});

  // The same model in another dtype, with weights of its own.
  std::shared_ptr<Clip> in_dtype(at::ScalarType dtype) const;

  // context_length ids: start, text cut to fit, end-of-text, zeros.
  std::vector<int32_t> tokenize(std::string_view text) const;

  // [N, embed_dim] float32 on the CPU, rows of length 1, in the order of `texts`. Throws Cancelled
  // between layers, OutOfDeviceMemory when memory runs out twice, InvalidArgument when called from
  // its own progress or cancel callback.
  at::Tensor encode_text(const std::vector<std::string>& texts, const Progress& progress = {},
                         TextEncodingOptions options = {});
  // The same for lists of ids as tokenize() makes them; what follows the end-of-text is left out.
  at::Tensor encode_tokens(std::vector<TokenList> texts, const Progress& progress = {},
                           TextEncodingOptions options = {});

  // [N, embed_dim] float32 on the CPU, rows of length 1. Throws as encode_text.
  at::Tensor encode_images(const std::vector<Image>& images, const Progress& progress = {});
  // What the image tower is given for a picture: [3, S, S] float32.
  at::Tensor preprocess(ImageView image) const;

  // Frees the weights once no one uses them; the next call that needs them loads them again.
  void unload(const Progress& progress = {});

  // Shares a device budget with other models.
  void join(const std::shared_ptr<Residency>& residency, const Progress& progress = {});
  std::vector<HeldMemory> memory() const;  // of each tower

  const ClipCard& card() const { return card_; }
  at::Device device() const { return device_; }
  at::ScalarType dtype() const { return dtype_; }

 private:
  struct Needs {
    Resident::Needs text, vision;
  };

  Clip(ClipFiles files, ClipCard card, std::shared_ptr<const ClipBpe> tokenizer, at::Device device,
       at::ScalarType dtype, Needs needs);
  static Needs check_weights(const ClipFiles& files, const ClipCard& card, at::ScalarType dtype);
  Weights open_weights(const Progress& progress) const;
  at::Tensor encode_pixels(const ClipVisionTower& tower, const std::vector<Image>& images,
                           int64_t at_once, const Progress& progress) const;

  const ClipFiles files_;
  const ClipCard card_;
  const std::shared_ptr<const ClipBpe> tokenizer_;
  const at::Device device_;
  const at::ScalarType dtype_;
  ModelSlot<ClipText> text_;
  ModelSlot<ClipVisionTower> vision_;
};

}  // namespace img2prompt
