// BLIP's text decoder: BERT with a causal mask and, in every layer, attention to the image's
// tokens.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "base/progress.h"
#include "nn/blip_config.h"
#include "nn/kv_cache.h"
#include "nn/layers.h"
#include "nn/weights.h"

namespace img2prompt {

class BlipDecoder {
 public:
  // One run of decoding over a few images: the images' keys and values, and those of the texts.
  class Run {
   public:
    Run(int64_t images, int64_t layers, int64_t max_tokens)
        : images_(images), texts_(layers, max_tokens) {}

   private:
    friend class BlipDecoder;
    struct Cross {
      at::Tensor keys, values;  // [images, heads, image tokens, d]
    };
    int64_t images_;
    std::vector<Cross> cross_;  // by layer
    KvCache texts_;
  };

  // Takes the tensors "text_decoder.*", named as in transformers' BlipForConditionalGeneration.
  // image_width: the width of the image tokens.
  BlipDecoder(const BlipTextConfig& config, int64_t image_width, Weights& weights);

  // image_tokens: [N, tokens, image_width], from BlipVision. max_tokens: how long a text may grow.
  // Throws InvalidArgument for more than the model has positions for. `progress` is asked for
  // cancellation at every layer.
  Run start(const at::Tensor& image_tokens, int64_t max_tokens, const Progress& progress) const;

  // Reads new tokens [rows, T] (int64, any device) of texts, whose rows are grouped by image: as
  // many rows for the first image, then as many for the second, and so on. T > 1 only in the first
  // step. parents [rows]: which row of the step before each row continues; undefined = the same
  // one. The rows may become more or fewer. Returns the scores of each row's next token [rows,
  // vocabulary] float32.
  at::Tensor step(Run& run, const at::Tensor& tokens, const at::Tensor& parents,
                  const Progress& progress) const;

  at::Device device() const { return word_embedding_.device(); }

  // What a run takes beside the weights for each image: `rows` texts of at most `max_tokens`.
  int64_t bytes_per_image(int64_t image_tokens, int64_t rows, int64_t max_tokens) const;

 private:
  struct Attention {
    Linear query, key, value, output;
    LayerNorm norm;
  };
  struct Layer {
    Attention self, cross;
    Linear mlp_in, mlp_out;
    LayerNorm norm;
  };

  Attention take_attention(const std::string& prefix, int64_t source_width, Weights& weights) const;
  void take_head(Weights& weights);
  at::Tensor embed(const at::Tensor& tokens, int64_t start) const;
  at::Tensor layer_forward(size_t index, at::Tensor x, const at::Tensor& mask, Run& run) const;
  at::Tensor head(const at::Tensor& x) const;

  BlipTextConfig config_;
  at::Tensor word_embedding_;      // [vocabulary, width]
  at::Tensor position_embedding_;  // [max_positions, width]
  LayerNorm embedding_norm_;
  std::vector<Layer> layers_;
  Linear transform_;
  LayerNorm transform_norm_;
  Linear vocabulary_;
};

}  // namespace img2prompt
