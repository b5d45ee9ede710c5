#include "preprocess/blip.h"

#include <ATen/ops/empty.h>

#include "base/error.h"

namespace img2prompt {
namespace {

constexpr int64_t kMaxSize = 1 << 14;  // pixels a side

std::string shown(const Json& value) { return first_line(value.dump(), 40); }

int parse_side(const Json& value, const std::string& source, const char* key) {
  if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > kMaxSize)
    throw_error<ModelError>("{}: {} is {}, a whole number from 1 to {} is accepted", source, key,
                            shown(value), kMaxSize);
  return value.get<int>();
}

void parse_size(const Json& size, const std::string& source, BlipPreprocess& options) {
  if (size.is_object() && size.contains("height") && size.contains("width")) {
    options.height = parse_side(size["height"], source, "size.height");
    options.width = parse_side(size["width"], source, "size.width");
  } else if (size.is_number()) {
    options.height = options.width = parse_side(size, source, "size");
  } else {
    throw_error<ModelError>("{}: size is {}, {{\"height\", \"width\"}} or a number is accepted",
                            source, shown(size));
  }
}

ResampleFilter parse_filter(const Json& value, const std::string& source) {
  // Pillow's numbers.
  if (value == 1) return ResampleFilter::kLanczos;
  if (value == 2) return ResampleFilter::kBilinear;
  if (value == 3) return ResampleFilter::kBicubic;
  if (value == 4) return ResampleFilter::kBox;
  throw_error<ModelError>(
      "{}: resample is {}, 1 (Lanczos), 2 (bilinear), 3 (bicubic) or 4 (box) is accepted", source,
      shown(value));
}

std::array<double, 3> parse_channels(const Json& value, const std::string& source, const char* key,
                                     bool may_be_zero) {
  std::array<double, 3> channels{};
  for (size_t i = 0; i < 3; ++i) {
    const bool list = value.is_array() && value.size() == 3;
    const Json& entry = list ? value[i] : value;
    if (!entry.is_number() || !(may_be_zero || entry.get<double>() > 0))
      throw_error<ModelError>("{}: {} is {}, three {}numbers are accepted", source, key,
                              shown(value), may_be_zero ? "" : "positive ");
    channels[i] = entry.get<double>();
  }
  return channels;
}

bool parse_flag(const Json& json, const char* key, const std::string& source) {
  if (!json.contains(key) || json[key].is_null()) return true;
  if (!json[key].is_boolean())
    throw_error<ModelError>("{}: {} is {}, true or false is accepted", source, key,
                            shown(json[key]));
  return json[key].get<bool>();
}

// What each of the 256 values of one channel becomes, rounded where BlipImageProcessor rounds.
std::array<float, 256> channel_table(const BlipPreprocess& options, size_t channel) {
  std::array<float, 256> table{};
  for (int value = 0; value < 256; ++value) {
    auto x = static_cast<float>(options.scale ? value * *options.scale : value);
    if (options.normalize)
      x = (x - static_cast<float>(options.mean[channel])) /
          static_cast<float>(options.std[channel]);
    table[static_cast<size_t>(value)] = x;
  }
  return table;
}

}  // namespace

BlipPreprocess parse_blip_preprocess(const Json& json, const std::string& source) {
  if (!json.is_object()) throw_error<ModelError>("{}: not an object", source);
  BlipPreprocess options;
  auto given = [&](const char* key) { return json.contains(key) && !json[key].is_null(); };
  if (!parse_flag(json, "do_resize", source))
    throw_error<ModelError>("{}: do_resize is false, the encoder takes one size only", source);
  if (given("size")) parse_size(json["size"], source, options);
  if (given("resample")) options.filter = parse_filter(json["resample"], source);
  if (given("rescale_factor")) {
    if (!json["rescale_factor"].is_number())
      throw_error<ModelError>("{}: rescale_factor is {}, a number is accepted", source,
                              shown(json["rescale_factor"]));
    options.scale = json["rescale_factor"].get<double>();
  }
  if (!parse_flag(json, "do_rescale", source)) options.scale.reset();
  options.normalize = parse_flag(json, "do_normalize", source);
  if (given("image_mean"))
    options.mean = parse_channels(json["image_mean"], source, "image_mean", true);
  if (given("image_std"))
    options.std = parse_channels(json["image_std"], source, "image_std", false);
  return options;
}

at::Tensor preprocess_blip(ImageView image, const BlipPreprocess& options) {
  const Image small = resize(image, options.width, options.height, options.filter);
  const int64_t area = int64_t{options.width} * options.height;
  at::Tensor out = at::empty({3, options.height, options.width}, at::kFloat);
  auto* planes = out.mutable_data_ptr<float>();
  for (size_t channel = 0; channel < 3; ++channel) {
    const std::array<float, 256> table = channel_table(options, channel);
    float* plane = planes + static_cast<int64_t>(channel) * area;
    for (int64_t i = 0; i < area; ++i)
      plane[i] = table[small.pixels[static_cast<size_t>(i) * 3 + channel]];
  }
  return out;
}

}  // namespace img2prompt
