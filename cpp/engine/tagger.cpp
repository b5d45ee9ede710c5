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
#include "engine/out_of_memory.h"
#include "preprocess/deepdanbooru.h"
#include "tagging/labels.h"

namespace img2prompt {
namespace {

constexpr size_t kMaxCardBytes = 1 << 20;
constexpr size_t kMaxTagsBytes = 64 << 20;
// Pictures computed together. On the CPU one fills the cores and is soon done.
constexpr int64_t kTogetherOnGpu = 8;

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

std::unique_ptr<const DeepDanbooru> build(const DeepDanbooruConfig& config, Weights& weights) {
  auto network = std::make_unique<const DeepDanbooru>(config, weights);
  weights.finish();
  return network;
}

}  // namespace

Tagger::Tagger(TaggerFiles files, at::Device device, at::ScalarType dtype, const Progress& progress)
    : files_(std::move(files)),
      device_(device),
      dtype_(dtype),
      config_(read_config(files_.card)),
      slot_(
          "tagger", device, check_weights(progress),
          [this](const Progress& loading) {
            return Weights(open_checkpoint(files_.weights), device_, dtype_, loading);
          },
          [this](Weights& weights) { return build(config_, weights); }) {}

Resident::Needs Tagger::check_weights(const Progress& progress) {
  c10::InferenceMode no_gradients;
  const std::shared_ptr<const Checkpoint> checkpoint = open_checkpoint(files_.weights);
  labels_ = read_labels(*checkpoint, files_, config_.tags);
  Weights weights(checkpoint, at::kMeta, dtype_, progress);
  const auto network = build(config_, weights);
  return {weights.taken_bytes(), network->bytes_per_picture()};
}

at::Tensor Tagger::preprocess(ImageView image) const {
  return preprocess_deepdanbooru(image, static_cast<int>(config_.image_size));
}

void Tagger::unload(const Progress& progress) { slot_.resident().unload(progress); }

void Tagger::join(const std::shared_ptr<Residency>& residency, const Progress& progress) {
  slot_.resident().join(residency, progress);
}

std::vector<HeldMemory> Tagger::memory() const { return {slot_.resident().memory()}; }

// [count, size, size, 3]
at::Tensor Tagger::stacked(const PictureSource& pictures, int64_t first, int64_t count,
                           const Progress& progress) const {
  std::vector<at::Tensor> pixels;
  for (int64_t i = first; i < first + count; ++i) {
    progress.check();
    pixels.push_back(preprocess(pictures(static_cast<size_t>(i))));
  }
  return at::stack(pixels);
}

at::Tensor Tagger::probabilities(const PictureSource& pictures, size_t count,
                                 const Progress& progress) {
  if (count == 0) return at::empty({0, config_.tags}, at::kFloat);
  c10::InferenceMode no_gradients;
  Resident::Visit visit = slot_.resident().visit(progress);
  const DeepDanbooru& network = slot_.network();
  const auto total = static_cast<int64_t>(count);
  int64_t together = chunk_for(visit.room(), network.bytes_per_picture(), 1,
                               device_.is_cpu() ? 1 : kTogetherOnGpu);
  SecondTry second_try(visit);
  std::vector<at::Tensor> rows;
  progress.report("tags", 0, total);
  for (int64_t first = 0; first < total;) {
    second_try.run(together, 1, [&](int64_t at_once) {
      const int64_t now = std::min(at_once, total - first);
      const at::Tensor pixels = stacked(pictures, first, now, progress);
      rows.push_back(network.probabilities(pixels, progress).to(at::kCPU));
      first += now;
    });
    progress.report("tags", first, total);
  }
  slot_.check_file();
  at::Tensor all = at::cat(rows);
  if (!all.eq(all).all().item<bool>())
    throw_error<ModelError>(
        "{}: its probabilities are no numbers; with dtype \"float16\" try \"float32\", else "
        "download it again",
        files_.weights);
  return all;
}

}  // namespace img2prompt
