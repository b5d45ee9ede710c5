// The caption model as a whole: files, pictures in, sentences out.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "engine/model_slot.h"
#include "engine/picture_source.h"
#include "image/image.h"
#include "nn/blip_config.h"
#include "preprocess/blip.h"
#include "tokenizers/wordpiece.h"

namespace img2prompt {

struct CaptionerFiles {
  std::string config;      // config.json, or a card holding one as "config"
  std::string preprocess;  // preprocessor_config.json; empty = the card's "preprocess", or defaults
  std::string weights;     // a checkpoint with transformers' or Salesforce's names
  std::string vocabulary;  // vocab.txt, or the directory that holds it
};

struct CaptionOptions {
  int64_t max_new_tokens = 32;  // tokens after the prompt
  int64_t min_length = 0;       // fewest tokens, the start token and the prompt counted
  std::optional<int64_t>
      max_length;               // most tokens, counted likewise; set = max_new_tokens is unused
  int64_t num_beams = 1;        // 1 = greedy
  std::string prompt;           // how the caption begins; it stays in the caption
  std::optional<double> top_p;  // set = sample from the best tokens that add up to top_p
  std::optional<uint64_t>
      seed;  // of the sampling, for each picture anew; unset = another each time
  double repetition_penalty = 1;  // 1 = none
};

// Calls may come from several threads; they take turns.
class Captioner {
 public:
  // Reads and checks all files; the weights are read when they are first used. Throws ModelError,
  // CheckpointError, Error: which file, what is wrong; and Cancelled.
  Captioner(CaptionerFiles files, at::Device device, at::ScalarType dtype,
            const Progress& progress = {});
  ~Captioner();

  // One caption a picture, the same whatever other pictures come along. Throws InvalidArgument for
  // options out of range before any work and when called from its own progress or cancel callback
  // or from `pictures`, Cancelled, OutOfDeviceMemory when memory runs out twice, and what
  // `pictures` throws. Progress stages: "caption: looking" in pictures, "caption: writing" in
  // tokens.
  std::vector<std::string> caption(const PictureSource& pictures, size_t count,
                                   const CaptionOptions& options, const Progress& progress);

  // [count, tokens, width] float32 on the CPU: the image encoder's output after its last norm.
  at::Tensor encode_image(const PictureSource& pictures, size_t count, const Progress& progress);

  // What the image encoder is given for a picture: [3, size, size] float32 on the CPU.
  at::Tensor preprocess(ImageView image) const;

  // Frees the weights once no one uses them; the next call loads them again.
  void unload(const Progress& progress = {});

  // Shares a device budget with other models.
  void join(const std::shared_ptr<Residency>& residency, const Progress& progress = {});
  std::vector<HeldMemory> memory() const;  // a list of one

  at::Device device() const { return device_; }
  at::ScalarType dtype() const { return dtype_; }

 private:
  struct Network;
  struct Group;

  Resident::Needs check_weights(const Progress& progress) const;
  Weights open_weights(at::Device device, const Progress& progress) const;
  std::unique_ptr<const Network> build(Weights& weights) const;
  std::vector<std::string> caption_group(const Network& network, const PictureSource& pictures,
                                         const Group& group, const Progress& progress) const;

  const CaptionerFiles files_;
  const at::Device device_;
  const at::ScalarType dtype_;
  const BlipConfig config_;
  const BlipPreprocess preprocess_;
  const std::shared_ptr<const WordPiece> tokenizer_;
  std::unique_ptr<ModelSlot<Network>> slot_;
};

}  // namespace img2prompt
