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
#include "engine/out_of_memory.h"
#include "nn/blip_decoder.h"
#include "nn/blip_vision.h"
#include "nn/blip_weight_map.h"

namespace img2prompt {
namespace {

constexpr size_t kMaxConfigBytes = 4 << 20;
// Pictures that are captioned together: the images' keys and values take 43 MB each in blip-large.
constexpr int64_t kMaxPictures = 8;
constexpr int64_t kMaxRows = 32;  // texts that are written together, beams included
// Length of text that the least memory to work in is reckoned for.
constexpr int64_t kUsualTokens = 64;

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

TokenIds encode_prompt(const WordPiece& tokenizer, const BlipTextConfig& config,
                       const std::string& prompt) {
  TokenIds ids = {config.bos_id};
  for (int32_t id : tokenizer.encode(prompt)) {
    if (id >= config.vocab_size)
      throw_error<ModelError>("the vocabulary has a token {}, the model's vocab_size is {}", id,
                              config.vocab_size);
    ids.push_back(id);
  }
  return ids;
}

DecodingOptions decoding_options(const BlipConfig& config, const CaptionOptions& options,
                                 const TokenIds& prompt) {
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

std::string text_of(const WordPiece& tokenizer, const TokenIds& ids) {
  std::string text = tokenizer.decode(std::vector<int32_t>(ids.begin(), ids.end()));
  const char* spaces = " \t\n\r\f\v";
  text.erase(0, std::min(text.find_first_not_of(spaces), text.size()));
  text.erase(text.find_last_not_of(spaces) + 1);
  return text;
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

struct Captioner::Network {
  BlipVision vision;
  BlipDecoder decoder;

  // Pictures encoded together: on the CPU one picture fills the cores, and a layer of one is short
  // enough to be cancelled between.
  int64_t encoded_together() const { return decoder.device().is_cpu() ? 1 : kMaxPictures; }
  at::Tensor look(const PictureSource& pictures, const BlipPreprocess& preprocess, int64_t first,
                  int64_t count, int64_t total, const Progress& progress) const;
};

// Image tokens [count, tokens, width] of pictures first to first + count - 1 out of `total`.
at::Tensor Captioner::Network::look(const PictureSource& pictures, const BlipPreprocess& preprocess,
                                    int64_t first, int64_t count, int64_t total,
                                    const Progress& progress) const {
  std::vector<at::Tensor> parts;
  for (int64_t i = 0; i < count; i += encoded_together()) {
    std::vector<at::Tensor> pixels;
    for (int64_t j = i; j < std::min(count, i + encoded_together()); ++j) {
      progress.check();
      pixels.push_back(preprocess_blip(pictures(static_cast<size_t>(first + j)), preprocess));
    }
    parts.push_back(vision.encode(at::stack(pixels), progress));
    progress.report("caption: looking", first + i + static_cast<int64_t>(pixels.size()), total);
  }
  return at::cat(parts);
}

Captioner::Captioner(CaptionerFiles files, at::Device device, at::ScalarType dtype,
                     const Progress& progress)
    : files_(std::move(files)),
      device_(device),
      dtype_(dtype),
      config_(read_config(files_)),
      preprocess_(read_preprocess(files_, config_)),
      tokenizer_(WordPiece::load(files_.vocabulary)) {
  slot_ = std::make_unique<ModelSlot<Network>>(
      "captioner", device, check_weights(progress),
      [this](const Progress& loading) { return open_weights(device_, loading); },
      [this](Weights& weights) { return build(weights); });
}

Captioner::~Captioner() = default;

Weights Captioner::open_weights(at::Device device, const Progress& progress) const {
  return Weights(with_transformers_blip_names(open_checkpoint(files_.weights)), device, dtype_,
                 progress);
}

std::unique_ptr<const Captioner::Network> Captioner::build(Weights& weights) const {
  weights.ignore("vision_model.embeddings.position_ids");
  auto network = std::unique_ptr<const Network>(
      new Network{BlipVision(config_.vision, weights),
                  BlipDecoder(config_.text, config_.vision.width, weights)});
  weights.finish();
  return network;
}

Resident::Needs Captioner::check_weights(const Progress& progress) const {
  c10::InferenceMode no_gradients;
  Weights weights = open_weights(at::kMeta, progress);
  const auto network = build(weights);
  return {weights.taken_bytes(),
          network->vision.bytes_per_image() +
              network->decoder.bytes_per_image(config_.vision.tokens(), 1, kUsualTokens)};
}

at::Tensor Captioner::preprocess(ImageView image) const {
  return preprocess_blip(image, preprocess_);
}

void Captioner::unload(const Progress& progress) { slot_->resident().unload(progress); }

void Captioner::join(const std::shared_ptr<Residency>& residency, const Progress& progress) {
  slot_->resident().join(residency, progress);
}

std::vector<HeldMemory> Captioner::memory() const { return {slot_->resident().memory()}; }

// Pictures first to first + count - 1 out of `total`, and how their captions are written.
struct Captioner::Group {
  int64_t first, count, total;
  const TokenIds& prompt;
  DecodingOptions decoding;  // with these pictures' seeds
};

std::vector<std::string> Captioner::caption_group(const Network& network,
                                                  const PictureSource& pictures, const Group& group,
                                                  const Progress& progress) const {
  const int64_t steps = group.decoding.max_length - static_cast<int64_t>(group.prompt.size());
  const at::Tensor image_tokens =
      network.look(pictures, preprocess_, group.first, group.count, group.total, progress);
  BlipDecoder::Run run = network.decoder.start(image_tokens, group.decoding.max_length, progress);
  const Progress writing =
      part_of(progress, "caption: writing", group.first * steps, group.count, group.total * steps);
  auto next = [&](const at::Tensor& tokens, const at::Tensor& parents) {
    return network.decoder.step(run, tokens, parents, progress);
  };
  std::vector<std::string> captions;
  for (const TokenIds& ids : decode(next, group.count, group.prompt, group.decoding, writing))
    captions.push_back(text_of(*tokenizer_, ids));
  writing.report("", steps, steps);
  return captions;
}

std::vector<std::string> Captioner::caption(const PictureSource& pictures, size_t count,
                                            const CaptionOptions& options,
                                            const Progress& progress) {
  c10::InferenceMode no_gradients;
  const TokenIds prompt = encode_prompt(*tokenizer_, config_.text, options.prompt);
  DecodingOptions decoding = decoding_options(config_, options, prompt);
  const auto total = static_cast<int64_t>(count);
  const std::vector<uint64_t> seeds = draw_seeds(options, count);
  decoding.seeds = seeds;
  check_options(decoding, total, static_cast<int64_t>(prompt.size()));

  Resident::Visit visit = slot_->resident().visit(progress);
  const Network& network = slot_->network();
  const int64_t bytes = network.vision.bytes_per_image() +
                        network.decoder.bytes_per_image(config_.vision.tokens(), decoding.num_beams,
                                                        decoding.max_length);
  int64_t together = chunk_for(visit.room(), bytes, 1,
                               std::clamp<int64_t>(kMaxRows / decoding.num_beams, 1, kMaxPictures));
  SecondTry second_try(visit);
  std::vector<std::string> captions;
  for (int64_t first = 0; first < total; first = static_cast<int64_t>(captions.size())) {
    std::vector<std::string> some;
    second_try.run(together, 1, [&](int64_t at_once) {
      Group group{first, std::min(at_once, total - first), total, prompt, decoding};
      if (!seeds.empty())
        group.decoding.seeds.assign(seeds.begin() + first, seeds.begin() + first + group.count);
      some = caption_group(network, pictures, group, progress);
    });
    captions.insert(captions.end(), some.begin(), some.end());
  }
  slot_->check_file();
  return captions;
}

at::Tensor Captioner::encode_image(const PictureSource& pictures, size_t count,
                                   const Progress& progress) {
  c10::InferenceMode no_gradients;
  if (count == 0) return at::empty({0, config_.vision.tokens(), config_.vision.width});
  Resident::Visit visit = slot_->resident().visit(progress);
  const Network& network = slot_->network();
  const auto total = static_cast<int64_t>(count);
  int64_t together =
      chunk_for(visit.room(), network.vision.bytes_per_image(), 1, network.encoded_together());
  SecondTry second_try(visit);
  std::vector<at::Tensor> parts;
  for (int64_t first = 0; first < total;) {
    second_try.run(together, 1, [&](int64_t at_once) {
      const int64_t now = std::min(at_once, total - first);
      parts.push_back(network.look(pictures, preprocess_, first, now, total, progress)
                          .to(at::kCPU, at::kFloat));
      first += now;
    });
  }
  slot_->check_file();
  return at::cat(parts);
}

}  // namespace img2prompt
