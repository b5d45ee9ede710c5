// A tagger as a whole: files, pictures in, the probability of every tag out.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "engine/model_slot.h"
#include "engine/picture_source.h"
#include "image/image.h"
#include "nn/deepdanbooru.h"

namespace img2prompt {

struct TaggerFiles {
  std::string card;     // JSON, see nn/deepdanbooru_config.h
  std::string weights;  // a checkpoint, see checkpoints/open.h
  std::string tags;     // one tag a line; read where the checkpoint has no list "tags"; "" = none
};

// Calls may come from several threads; they take turns.
class Tagger {
 public:
  // Reads and checks all files; the weights are read when they are first used. Throws ModelError,
  // CheckpointError, Error: which file, what is wrong; and Cancelled.
  Tagger(TaggerFiles files, at::Device device, at::ScalarType dtype, const Progress& progress = {});

  // What the columns of probabilities() stand for.
  const std::vector<std::string>& labels() const { return labels_; }

  // [count, labels] float32 on the CPU, each row the same whatever other pictures come along.
  // Throws InvalidArgument when called from its own progress or cancel callback or from `pictures`,
  // Cancelled, OutOfDeviceMemory when memory runs out twice, and what `pictures` throws. Progress
  // stage: "tags", in pictures.
  at::Tensor probabilities(const PictureSource& pictures, size_t count, const Progress& progress);

  // What the model is given for a picture: [size, size, 3] float32 on the CPU.
  at::Tensor preprocess(ImageView image) const;

  // Frees the weights once no one uses them; the next call loads them again.
  void unload(const Progress& progress = {});

  // Shares a device budget with other models.
  void join(const std::shared_ptr<Residency>& residency, const Progress& progress = {});
  std::vector<HeldMemory> memory() const;  // a list of one

  at::Device device() const { return device_; }
  at::ScalarType dtype() const { return dtype_; }

 private:
  Resident::Needs check_weights(const Progress& progress);
  at::Tensor stacked(const PictureSource& pictures, int64_t first, int64_t count,
                     const Progress& progress) const;

  const TaggerFiles files_;
  const at::Device device_;
  const at::ScalarType dtype_;
  const DeepDanbooruConfig config_;
  std::vector<std::string> labels_;
  ModelSlot<DeepDanbooru> slot_;
};

}  // namespace img2prompt
