#include "nn/deepdanbooru_config.h"

#include "base/error.h"
#include "nn/config_section.h"

namespace img2prompt {
namespace {

// Far above the published model; they keep sizes computed from an untrusted file sane.
constexpr int64_t kMaxImageSize = 1 << 12;
constexpr int64_t kMaxWidth = 1 << 14;
constexpr int64_t kMaxBlocks = 256;
constexpr int64_t kMaxStride = 4;
constexpr int64_t kMaxTags = 1 << 20;
constexpr int64_t kStemStride = 4;  // the first convolution's 2 and the max pool's 2

}  // namespace

int64_t DeepDanbooruConfig::total_stride() const {
  int64_t total = kStemStride;
  for (int64_t stride : strides) total = total > kMaxImageSize ? total : total * stride;
  return total;
}

DeepDanbooruConfig parse_deepdanbooru_config(const Json& card, const std::string& source) {
  if (!card.is_object()) throw_error<ModelError>("{}: not an object", source);
  if (card.contains("arch") && card["arch"] != "deepdanbooru")
    throw_error<ModelError>("{}: arch is {}, \"deepdanbooru\" is accepted", source,
                            ConfigSection::shown(card["arch"]));
  const ConfigSection section(card, "config", source);
  DeepDanbooruConfig config;
  section.read("image_size", config.image_size, 1, kMaxImageSize);
  section.read("stem_width", config.stem_width, 1, kMaxWidth);
  section.read("blocks", config.blocks, 1, kMaxBlocks);
  const size_t groups = config.blocks.size();
  section.read("widths", config.widths, 1, kMaxWidth, groups);
  section.read("strides", config.strides, 1, kMaxStride, groups);
  section.read("shortcut_places", config.shortcut_places, 0, 3, groups);
  section.read("expansion", config.expansion, 1, 16);
  section.read("tags", config.tags, 1, kMaxTags);
  for (const auto* list : {&config.widths, &config.strides, &config.shortcut_places})
    if (list->size() != groups)
      throw_error<ModelError>(
          "{}.blocks has {} groups; widths, strides and shortcut_places need as many entries",
          section.place(), groups);
  if (config.image_size % config.total_stride() != 0)
    throw_error<ModelError>("{}.image_size is {}, a multiple of {} is accepted with these strides",
                            section.place(), config.image_size, config.total_stride());
  return config;
}

}  // namespace img2prompt
