// A tagger as a whole: files, pictures in, the probability of every tag out.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/progress.h"
#include "engine/picture_source.h"
#include "image/image.h"
#include "nn/deepdanbooru.h"

namespace img2prompt {

struct TaggerFiles {
  std::string card;     // JSON, see nn/deepdanbooru_config.h
  std::string weights;  // a checkpoint, see checkpoints/open.h
  std::string tags;     // one tag a line; read where the checkpoint has no list "tags"; "" = none
};

class Tagger {
 public:
  // Reads and checks all files. Throws ModelError, CheckpointError, Error: which file, what is
  // wrong.
  Tagger(TaggerFiles files, at::Device device, at::ScalarType dtype);

  // What the columns of probabilities() stand for.
  const std::vector<std::string>& labels() const { return labels_; }

  // [count, labels] float32 on the CPU, each row the same whatever other pictures come along.
  // Throws Cancelled, and what `pictures` throws. Progress stage: "tags", in pictures.
  at::Tensor probabilities(const PictureSource& pictures, size_t count, const Progress& progress);

  // What the model is given for a picture: [size, size, 3] float32 on the CPU.
  at::Tensor preprocess(ImageView image) const;

  // Frees the weights; the next call loads them again.
  void unload();

  at::Device device() const { return device_; }
  at::ScalarType dtype() const { return dtype_; }

 private:
  const DeepDanbooru& load();  // with mutex_ held

  const TaggerFiles files_;
  const at::Device device_;
  const at::ScalarType dtype_;
  const DeepDanbooruConfig config_;
  std::vector<std::string> labels_;
  std::mutex mutex_;  // one call at a time: the device's memory is sized for one
  std::unique_ptr<const DeepDanbooru> model_;
};

}  // namespace img2prompt
