#include "engine/captioner.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <random>

#include "base/error.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "caption/decoding.h"
#include "checkpoints/open.h"
#include "nn/blip_decoder.h"
#include "nn/blip_vision.h"
#include "nn/blip_weight_map.h"
#include "preprocess/blip.h"
#include "tokenizers/wordpiece.h"

namespace img2prompt {
namespace {

constexpr size_t kMaxConfigBytes = 4 << 20;
// Pictures that are captioned together: the images' keys and values take 43 MB each in blip-large.
constexpr size_t kMaxPictures = 8;
constexpr int64_t kMaxRows = 32;  // texts that are written together, beams included
// Pictures that are encoded together. On the CPU one picture fills the cores, and a layer of one is
// short enough to be cancelled between.
constexpr size_t kEncodedTogether = 8;

Json read_json(const std::string& path) {
  const std::vector<uint8_t> bytes = read_file(path, kMaxConfigBytes);
  return parse_json({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path);
}

BlipConfig read_config(const CaptionerFiles& files) {
  const Json json = read_json(files.config);
  const bool card = json.is_object() && json.contains("config");
  return parse_blip_config(card ? json["config"] : json, files.config);
}

BlipPreprocess read_preprocess(const CaptionerFiles& files, const BlipConfig& config) {
  const std::string& path = files.preprocess.empty() ? files.config : files.preprocess;
  const Json json = read_json(path);
  const bool card = json.is_object() && json.contains("preprocess");
  BlipPreprocess options;
  options.width = options.height = static_cast<int>(config.vision.image_size);
  if (card || !files.preprocess.empty())
    options = parse_blip_preprocess(card ? json["preprocess"] : json, path);
  if (options.width != config.vision.image_size || options.height != config.vision.image_size)
    throw_error<ModelError>("{}: size is {} x {}, {} has image_size {}", path, options.width,
                            options.height, files.config, config.vision.image_size);
  return options;
}

// One for each picture; empty when nothing is sampled.
std::vector<uint64_t> draw_seeds(const CaptionOptions& options, size_t pictures) {
  if (!options.top_p) return {};
  if (options.seed) return std::vector<uint64_t>(pictures, *options.seed);
  std::random_device entropy;
  std::vector<uint64_t> seeds(pictures);
  for (uint64_t& seed : seeds) seed = (uint64_t{entropy()} << 32) | entropy();
  return seeds;
}

EarlyStopping early_stopping(const BlipGenerationConfig& config) {
  switch (config.early_stopping) {
    case BlipGenerationConfig::EarlyStopping::kTrue:
      return EarlyStopping::kTrue;
    case BlipGenerationConfig::EarlyStopping::kNever:
      return EarlyStopping::kNever;
    case BlipGenerationConfig::EarlyStopping::kFalse:
      break;
  }
  return EarlyStopping::kFalse;
}

// Progress of one stage out of one part of the work: `before` units are done, each step of the part
// is `weight` units, and `total` are to be done in all.
Progress part_of(const Progress& whole, std::string stage, int64_t before, int64_t weight,
                 int64_t total) {
  Progress part;
  part.is_cancelled = whole.is_cancelled;
  part.on_progress = [&whole, stage = std::move(stage), before, weight, total](
                         const std::string&, int64_t done, int64_t) {
    whole.report(stage, before + done * weight, total);
  };
  return part;
}

}  // namespace

struct Captioner::Model {
  BlipConfig config;
  BlipPreprocess preprocess;
  std::shared_ptr<const WordPiece> tokenizer;
  BlipVision vision;
  BlipDecoder decoder;

  static std::unique_ptr<const Model> load(const CaptionerFiles& files, at::Device device,
                                           at::ScalarType dtype) {
    const BlipConfig config = read_config(files);
    const BlipPreprocess preprocess = read_preprocess(files, config);
    auto tokenizer = WordPiece::load(files.vocabulary);
    Weights weights(with_transformers_blip_names(open_checkpoint(files.weights)), device, dtype);
    weights.ignore("vision_model.embeddings.position_ids");
    auto model = std::unique_ptr<const Model>(
        new Model{config, preprocess, std::move(tokenizer), BlipVision(config.vision, weights),
                  BlipDecoder(config.text, config.vision.width, weights)});
    weights.finish();
    return model;
  }

  TokenIds encode_prompt(const std::string& prompt) const;
  DecodingOptions decoding_options(const CaptionOptions& options, const TokenIds& prompt) const;
  at::Tensor look(const PictureSource& pictures, size_t first, size_t count, size_t of,
                  const Progress& progress) const;
  std::string text(const TokenIds& ids) const;
};

TokenIds Captioner::Model::encode_prompt(const std::string& prompt) const {
  TokenIds ids = {config.text.bos_id};
  for (int32_t id : tokenizer->encode(prompt)) {
    if (id >= config.text.vocab_size)
      throw_error<ModelError>("the vocabulary has a token {}, the model's vocab_size is {}", id,
                              config.text.vocab_size);
    ids.push_back(id);
  }
  return ids;
}

DecodingOptions Captioner::Model::decoding_options(const CaptionOptions& options,
                                                   const TokenIds& prompt) const {
  const auto start = static_cast<int64_t>(prompt.size());
  const int64_t room = config.text.max_positions - start;
  if (!options.max_length && (options.max_new_tokens < 1 || options.max_new_tokens > room))
    throw_error<InvalidArgument>("max_new_tokens is {}, 1 to {} is accepted",
                                 options.max_new_tokens, room);
  if (options.max_length && *options.max_length > config.text.max_positions)
    throw_error<InvalidArgument>("max_length is {}, {} to {} is accepted", *options.max_length,
                                 start + 1, config.text.max_positions);
  DecodingOptions decoding;
  decoding.max_length = options.max_length.value_or(start + options.max_new_tokens);
  decoding.min_length = options.min_length;
  decoding.num_beams = options.num_beams;
  decoding.top_p = options.top_p;
  decoding.repetition_penalty = options.repetition_penalty;
  decoding.end_id = config.text.sep_id;
  decoding.pad_id = config.text.pad_id;
  decoding.length_penalty = config.generation.length_penalty;
  decoding.early_stopping = early_stopping(config.generation);
  decoding.top_k = config.generation.top_k;
  decoding.temperature = config.generation.temperature;
  return decoding;
}

// Image tokens [count, tokens, width] of pictures first to first + count - 1 out of `of`.
at::Tensor Captioner::Model::look(const PictureSource& pictures, size_t first, size_t count,
                                  size_t of, const Progress& progress) const {
  const size_t together = decoder.device().is_cpu() ? 1 : kEncodedTogether;
  std::vector<at::Tensor> parts;
  for (size_t i = 0; i < count; i += together) {
    std::vector<at::Tensor> pixels;
    for (size_t j = i; j < std::min(count, i + together); ++j) {
      progress.check();
      pixels.push_back(preprocess_blip(pictures(first + j), preprocess));
    }
    parts.push_back(vision.encode(at::stack(pixels), progress));
    progress.report("caption: looking", static_cast<int64_t>(first + i + pixels.size()),
                    static_cast<int64_t>(of));
  }
  return at::cat(parts);
}

std::string Captioner::Model::text(const TokenIds& ids) const {
  std::string text = tokenizer->decode(std::vector<int32_t>(ids.begin(), ids.end()));
  const char* spaces = " \t\n\r\f\v";
  text.erase(0, std::min(text.find_first_not_of(spaces), text.size()));
  text.erase(text.find_last_not_of(spaces) + 1);
  return text;
}

Captioner::Captioner(CaptionerFiles files, at::Device device, at::ScalarType dtype)
    : files_(std::move(files)), device_(device), dtype_(dtype) {
  c10::InferenceMode no_gradients;
  load();
}

Captioner::~Captioner() = default;

const Captioner::Model& Captioner::load() {
  if (!model_) model_ = Model::load(files_, device_, dtype_);
  return *model_;
}

at::Tensor Captioner::preprocess(ImageView image) {
  std::lock_guard<std::mutex> lock(mutex_);
  return preprocess_blip(image, load().preprocess);
}

void Captioner::unload() {
  std::lock_guard<std::mutex> lock(mutex_);
  model_.reset();
}

std::vector<std::string> Captioner::caption(const PictureSource& pictures, size_t count,
                                            const CaptionOptions& options,
                                            const Progress& progress) {
  std::lock_guard<std::mutex> lock(mutex_);
  c10::InferenceMode no_gradients;
  const Model& model = load();
  const TokenIds prompt = model.encode_prompt(options.prompt);
  DecodingOptions decoding = model.decoding_options(options, prompt);
  const std::vector<uint64_t> seeds = draw_seeds(options, count);
  decoding.seeds = seeds;
  check_options(decoding, static_cast<int64_t>(count), static_cast<int64_t>(prompt.size()));

  const auto steps = decoding.max_length - static_cast<int64_t>(prompt.size());
  const auto together =
      std::clamp<size_t>(static_cast<size_t>(kMaxRows / decoding.num_beams), 1, kMaxPictures);
  std::vector<std::string> captions;
  for (size_t first = 0; first < count; first += together) {
    const size_t now = std::min(together, count - first);
    const at::Tensor image_tokens = model.look(pictures, first, now, count, progress);
    BlipDecoder::Run run = model.decoder.start(image_tokens, decoding.max_length, progress);
    const Progress writing =
        part_of(progress, "caption: writing", static_cast<int64_t>(first) * steps,
                static_cast<int64_t>(now), static_cast<int64_t>(count) * steps);
    if (!seeds.empty())
      decoding.seeds.assign(seeds.begin() + static_cast<int64_t>(first),
                            seeds.begin() + static_cast<int64_t>(first + now));
    auto next = [&](const at::Tensor& tokens, const at::Tensor& parents) {
      return model.decoder.step(run, tokens, parents, progress);
    };
    for (const TokenIds& ids : decode(next, static_cast<int64_t>(now), prompt, decoding, writing))
      captions.push_back(model.text(ids));
    writing.report("", steps, steps);
  }
  return captions;
}

at::Tensor Captioner::encode_image(const PictureSource& pictures, size_t count,
                                   const Progress& progress) {
  std::lock_guard<std::mutex> lock(mutex_);
  c10::InferenceMode no_gradients;
  const Model& model = load();
  if (count == 0) return at::empty({0, model.config.vision.tokens(), model.config.vision.width});
  std::vector<at::Tensor> parts;
  for (size_t first = 0; first < count; first += kEncodedTogether)
    parts.push_back(
        model.look(pictures, first, std::min(kEncodedTogether, count - first), count, progress)
            .to(at::kCPU, at::kFloat));
  return at::cat(parts);
}

}  // namespace img2prompt
