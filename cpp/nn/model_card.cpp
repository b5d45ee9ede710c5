#include "nn/model_card.h"

#include <initializer_list>
#include <numeric>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/mapped_file.h"
#include "checkpoints/tensor_table.h"

namespace img2prompt {
namespace {

constexpr size_t kMaxCardBytes = size_t{1} << 20;
constexpr int64_t kMaxWidth = 16384;  // several times the widest CLIP (1664)
constexpr int64_t kMaxLayers = 256;   // several times the deepest (48)
constexpr int64_t kMaxImageSize = 4096;
constexpr int64_t kMaxContext = 4096;
constexpr int64_t kMaxVocabulary = int64_t{1} << 20;
constexpr double kMaxMlpRatio = 32.0;
constexpr int64_t kHeadWidth = 64;        // where a card does not say
constexpr int64_t kResNetReduction = 32;  // pixels a side that a place of the last map stands for
constexpr int64_t kResNetGrowth = 32;     // its channels for each of the first stage's

// An object of the card, which knows its place for messages and which keys were read.
class Section {
 public:
  Section(const std::string& source, std::string name, const Json& object)
      : source_(source), name_(std::move(name)), object_(object) {
    if (!object.is_object())
      throw_error<ModelError>("{}: {} is not a JSON object", source_,
                              name_.empty() ? "the card" : name_);
  }

  const Json* find(const char* key) {
    read_.insert(key);
    auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  Section section(const char* key) {
    const Json* value = find(key);
    if (!value)
      throw_error<ModelError>("{}: '{}' is missing; a card has open_clip's model_config keys",
                              source_, place(key));
    return Section(source_, place(key), *value);
  }

  int64_t integer(const char* key, int64_t least, int64_t most, int64_t fallback = -1) {
    const Json* value = find(key);
    if (!value && fallback >= 0) return fallback;
    if (!value || !value->is_number_integer() || *value < least || *value > most)
      throw_error<ModelError>("{}: '{}' is {}, a whole number from {} to {} is needed", source_,
                              place(key), text_of(value), least, most);
    return value->get<int64_t>();
  }

  int64_t multiple(const char* key, int64_t of, int64_t most, int64_t fallback) {
    int64_t value = integer(key, of, most, fallback);
    if (value % of != 0)
      throw_error<ModelError>("{}: '{}' is {}, a multiple of {} is needed", source_, place(key),
                              value, of);
    return value;
  }

  // The blocks of four stages.
  std::array<int64_t, 4> stages(const char* key, int64_t most) {
    const Json* value = find(key);
    std::array<int64_t, 4> out{};
    bool good = value && value->is_array() && value->size() == out.size();
    for (size_t i = 0; good && i < out.size(); ++i) {
      const Json& count = (*value)[i];
      good = count.is_number_integer() && count >= 1 && count <= most;
      if (good) out[i] = count.get<int64_t>();
    }
    if (!good)
      throw_error<ModelError>("{}: '{}' is {}, four whole numbers from 1 to {} are needed", source_,
                              place(key), text_of(value), most);
    return out;
  }

  double number(const char* key, double least, double most, double fallback) {
    const Json* value = find(key);
    if (!value) return fallback;
    if (!value->is_number() || !(*value >= least && *value <= most))
      throw_error<ModelError>("{}: '{}' is {}, a number from {} to {} is needed", source_,
                              place(key), text_of(value), least, most);
    return value->get<double>();
  }

  bool boolean(const char* key, bool fallback) {
    const Json* value = find(key);
    if (!value) return fallback;
    if (!value->is_boolean())
      throw_error<ModelError>("{}: '{}' is {}, true or false is needed", source_, place(key),
                              text_of(value));
    return value->get<bool>();
  }

  // The index of the value among `accepted`.
  size_t choice(const char* key, std::initializer_list<const char*> accepted, size_t fallback) {
    const Json* value = find(key);
    if (!value) return fallback;
    size_t index = 0;
    std::string all;
    for (const char* name : accepted) {
      if (value->is_string() && value->get_ref<const std::string&>() == name) return index;
      all += (index++ ? " or " : "") + std::string(name);
    }
    throw_error<ModelError>("{}: '{}' is {}, which is not supported: {} is", source_, place(key),
                            text_of(value), all);
  }

  void three(const char* key, float least, std::array<float, 3>& out) {
    const Json* value = find(key);
    if (!value) return;
    bool good = value->is_array() && value->size() == 3;
    for (size_t i = 0; good && i < 3; ++i) {
      good = (*value)[i].is_number() && (*value)[i] >= least && (*value)[i] <= 10.0;
      if (good) out[i] = static_cast<float>((*value)[i].get<double>());
    }
    if (!good)
      throw_error<ModelError>("{}: '{}' is {}, three numbers from {} to 10 are needed", source_,
                              place(key), text_of(value), least);
  }

  // Keys that change nothing here, whatever they hold.
  void ignore(std::initializer_list<const char*> keys) { read_.insert(keys.begin(), keys.end()); }

  // Every key must have been read, or hold a value that switches its feature off.
  void finish() const {
    for (const auto& [key, value] : object_.items()) {
      bool off = value.is_null() || value == false || value == 0;
      if (off || read_.count(key)) continue;
      throw_error<ModelError>(
          "{}: '{}' = {} is not supported: only CLIP's own vision transformers and ResNets with "
          "its "
          "causal text transformer are",
          source_, place(name_text(key).substr(1, name_text(key).size() - 2)), text_of(&value));
    }
  }

 private:
  std::string place(const std::string& key) const {
    return name_.empty() ? key : name_ + "." + key;
  }

  static std::string text_of(const Json* value) {
    if (!value) return "missing";
    std::string text = value->dump(-1, ' ', /*ensure_ascii=*/true);
    return text.size() > 60 ? text.substr(0, 60) + "..." : text;
  }

  const std::string& source_;
  std::string name_;
  const Json& object_;
  std::set<std::string> read_;
};

ClipVisionConfig resnet_config(Section& section) {
  ClipVisionConfig config;
  config.stages = section.stages("layers", kMaxLayers);
  config.layers = std::accumulate(config.stages.begin(), config.stages.end(), int64_t{0});
  config.image_size =
      section.multiple("image_size", kResNetReduction, kMaxImageSize, config.image_size);
  config.patch_size = kResNetReduction;
  config.width = section.integer("width", 2, kMaxWidth / kResNetGrowth);
  int64_t channels = config.width * kResNetGrowth;
  config.heads = channels / section.integer("head_width", 1, channels, kHeadWidth);
  config.mlp_width = 0;
  section.ignore({"patch_size", "mlp_ratio"});
  section.finish();
  return config;
}

ClipVisionConfig vision_config(Section section) {
  const Json* layers = section.find("layers");
  if (layers && layers->is_array()) return resnet_config(section);
  ClipVisionConfig config;
  config.image_size = section.integer("image_size", 1, kMaxImageSize, config.image_size);
  config.patch_size = section.integer("patch_size", 1, config.image_size, config.patch_size);
  config.width = section.integer("width", 1, kMaxWidth, config.width);
  config.layers = section.integer("layers", 1, kMaxLayers, config.layers);
  int64_t head_width = section.integer("head_width", 1, config.width, kHeadWidth);
  config.heads = config.width / head_width;
  config.mlp_width = static_cast<int64_t>(static_cast<double>(config.width) *
                                          section.number("mlp_ratio", 0.01, kMaxMlpRatio, 4.0));
  section.choice("pool_type", {"tok"}, 0);
  section.choice("pos_embed_type", {"learnable"}, 0);
  section.ignore({"patch_dropout", "attn_pooler_queries", "attn_pooler_heads", "output_tokens"});
  section.finish();
  return config;
}

ClipTextConfig text_config(Section section) {
  ClipTextConfig config;
  config.context_length = section.integer("context_length", 2, kMaxContext, config.context_length);
  config.vocab_size = section.integer("vocab_size", 3, kMaxVocabulary, config.vocab_size);
  config.width = section.integer("width", 1, kMaxWidth, config.width);
  config.layers = section.integer("layers", 1, kMaxLayers, config.layers);
  config.heads = section.integer("heads", 1, config.width, config.heads);
  config.mlp_width = static_cast<int64_t>(static_cast<double>(config.width) *
                                          section.number("mlp_ratio", 0.01, kMaxMlpRatio, 4.0));
  section.choice("pool_type", {"argmax"}, 0);
  section.choice("proj_type", {"linear"}, 0);
  section.ignore({"pad_id", "eos_id", "output_tokens", "hf_model_pretrained", "hf_proj_type",
                  "hf_pooler_type"});
  section.finish();
  return config;
}

void read_preprocess(Section& section, ImagePreprocess& out) {
  section.three("mean", -10.0f, out.mean);
  section.three("std", 1e-6f, out.std);
  out.interpolation = static_cast<Interpolation>(section.choice(
      "interpolation", {"bicubic", "bilinear"}, static_cast<size_t>(out.interpolation)));
  out.resize_mode = static_cast<ResizeMode>(
      section.choice("resize_mode", {"shortest", "squash"}, static_cast<size_t>(out.resize_mode)));
}

void require_whole_heads(const std::string& source, const char* tower, int64_t width,
                         int64_t heads) {
  if (width % heads != 0)
    throw_error<ModelError>("{}: {} has width {}, which {} heads do not divide", source, tower,
                            width, heads);
}

// The overrides of one set of weights.
void apply_pretrained(Section table, const std::string& source, const std::string& name,
                      const Json& all, ClipCard& card) {
  if (!table.find(name.c_str())) {
    std::string known;
    for (const auto& entry : all.items()) known += (known.empty() ? "" : ", ") + entry.key();
    throw_error<ModelError>("{}: no weights called '{}'; there are: {}", source, name,
                            known.empty() ? "none" : known);
  }
  Section entry = table.section(name.c_str());
  bool quick = card.activation == Activation::kQuickGelu;
  card.activation = entry.boolean("quick_gelu", quick) ? Activation::kQuickGelu : Activation::kGelu;
  read_preprocess(entry, card.preprocess);
}

}  // namespace

ClipCard parse_clip_card(std::string_view json, const std::string& source,
                         const std::string& pretrained) {
  Json root;
  try {
    root = parse_json(json, source, JsonLimits{kMaxCardBytes, 16});
  } catch (const Error& error) {
    throw ModelError(error.what());
  }
  bool repository = root.is_object() && root.contains("model_cfg");
  Section top(source, repository ? "model_cfg" : "", repository ? root["model_cfg"] : root);

  ClipCard card;
  card.source = source;
  card.embed_dim = top.integer("embed_dim", 1, kMaxWidth);
  card.vision = vision_config(top.section("vision_cfg"));
  card.text = text_config(top.section("text_cfg"));
  int64_t vision_width = card.vision.width * (card.vision.is_resnet() ? kResNetGrowth : 1);
  require_whole_heads(source, "vision_cfg", vision_width, card.vision.heads);
  require_whole_heads(source, "text_cfg", card.text.width, card.text.heads);
  if (top.boolean("quick_gelu", false)) card.activation = Activation::kQuickGelu;
  top.choice("arch", {"clip"}, 0);
  if (top.find("preprocess")) {
    Section preprocess = top.section("preprocess");
    read_preprocess(preprocess, card.preprocess);
    preprocess.finish();
  }
  const Json* table = top.find("pretrained");
  if (!pretrained.empty()) {
    Json none = Json::object();
    const Json& all = table ? *table : none;
    apply_pretrained(Section(source, "pretrained", all), source, pretrained, all, card);
  }
  if (repository && root.contains("preprocess_cfg")) {
    Section preprocess(source, "preprocess_cfg", root["preprocess_cfg"]);
    read_preprocess(preprocess, card.preprocess);
  }
  top.ignore({"name", "description", "source", "license", "custom_text", "init_logit_scale",
              "init_logit_bias", "nonscalar_logit_scale"});
  top.finish();
  return card;
}

ClipCard read_clip_card(const std::string& path, const std::string& pretrained) {
  std::vector<uint8_t> bytes;
  try {
    bytes = read_file(path, kMaxCardBytes);
  } catch (const Error& error) {
    throw ModelError(error.what());
  }
  return parse_clip_card(ByteSpan(bytes).text(), path, pretrained);
}

}  // namespace img2prompt
