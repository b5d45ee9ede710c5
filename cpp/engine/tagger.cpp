#include "engine/tagger.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>

#include "base/error.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "checkpoints/open.h"
#include "preprocess/deepdanbooru.h"
#include "tagging/labels.h"

namespace img2prompt {
namespace {

constexpr size_t kMaxCardBytes = 1 << 20;
constexpr size_t kMaxTagsBytes = 64 << 20;
// Pictures computed together. On the CPU one fills the cores and is soon done.
constexpr size_t kTogetherOnGpu = 8;

DeepDanbooruConfig read_config(const std::string& card) {
  Json json;
  try {
    const std::vector<uint8_t> bytes = read_file(card, kMaxCardBytes);
    json = parse_json(ByteSpan(bytes).text(), card, JsonLimits{kMaxCardBytes, 16});
  } catch (const Error& error) {
    throw ModelError(error.what());
  }
  return parse_deepdanbooru_config(json, card);
}

std::vector<std::string> read_labels(const Checkpoint& checkpoint, const TaggerFiles& files,
                                     int64_t count) {
  const auto list = checkpoint.text_lists.find("tags");
  const bool inside = list != checkpoint.text_lists.end();
  if (!inside && files.tags.empty())
    throw_error<ModelError>(
        "{}: it holds no list 'tags' of texts; put the model's tags beside it as tags.txt, one a "
        "line",
        files.weights);
  std::vector<std::string> labels =
      inside ? list->second : parse_labels(ByteSpan(read_file(files.tags, kMaxTagsBytes)).text());
  check_labels(labels, static_cast<size_t>(count), inside ? files.weights : files.tags);
  return labels;
}

}  // namespace

Tagger::Tagger(TaggerFiles files, at::Device device, at::ScalarType dtype)
    : files_(std::move(files)), device_(device), dtype_(dtype), config_(read_config(files_.card)) {
  load();
}

const DeepDanbooru& Tagger::load() {
  if (model_) return *model_;
  c10::InferenceMode no_gradients;
  const std::shared_ptr<const Checkpoint> checkpoint = open_checkpoint(files_.weights);
  if (labels_.empty()) labels_ = read_labels(*checkpoint, files_, config_.tags);
  Weights weights(checkpoint, device_, dtype_);
  auto model = std::make_unique<const DeepDanbooru>(config_, weights);
  weights.finish();
  model_ = std::move(model);
  return *model_;
}

at::Tensor Tagger::preprocess(ImageView image) const {
  return preprocess_deepdanbooru(image, static_cast<int>(config_.image_size));
}

void Tagger::unload() {
  std::lock_guard<std::mutex> lock(mutex_);
  model_.reset();
}

at::Tensor Tagger::probabilities(const PictureSource& pictures, size_t count,
                                 const Progress& progress) {
  if (count == 0) return at::empty({0, config_.tags}, at::kFloat);
  std::lock_guard<std::mutex> lock(mutex_);
  c10::InferenceMode no_gradients;
  const DeepDanbooru& model = load();
  const size_t together = device_.is_cpu() ? 1 : kTogetherOnGpu;
  std::vector<at::Tensor> rows;
  progress.report("tags", 0, static_cast<int64_t>(count));
  for (size_t first = 0; first < count; first += together) {
    const size_t end = std::min(count, first + together);
    std::vector<at::Tensor> pixels;
    for (size_t i = first; i < end; ++i) {
      progress.check();
      pixels.push_back(preprocess(pictures(i)));
    }
    rows.push_back(model.probabilities(at::stack(pixels), progress).to(at::kCPU));
    progress.report("tags", static_cast<int64_t>(end), static_cast<int64_t>(count));
  }
  at::Tensor all = at::cat(rows);
  if (!all.eq(all).all().item<bool>())
    throw_error<ModelError>(
        "{}: its probabilities are no numbers; with dtype \"float16\" try \"float32\", else "
        "download it again",
        files_.weights);
  return all;
}

}  // namespace img2prompt
