#include "metadata/dialects/comfyui/picture_size.h"

#include <algorithm>

#include "metadata/dialects/comfyui/models.h"
#include "metadata/dialects/comfyui/samplers.h"
#include "metadata/dialects/comfyui/values.h"

namespace img2prompt::comfyui {
namespace {

bool has_word(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return contains_word(text, word); });
}

const Names kFactors = {"scale_by", "upscale_by", "rescale_factor", "upscale_factor",
                        "scale_factor"};

// Width and height that the node itself states.
std::optional<PictureSize> own_size(Walk& walk, NodeIndex index) {
  const Node& node = walk.graph()[index];
  int width = 0, height = 0;
  for (std::string_view name : {"dimensions", "resolution", "aspect_ratio"}) {
    const Input* preset = find_input(node, name);
    if (preset && preset->is_literal() && find_size(preset->value.text(), width, height))
      return PictureSize{static_cast<double>(width), static_cast<double>(height)};
  }
  struct Pair {
    std::string_view width, height;
  };
  constexpr Pair kPairs[] = {{"width", "height"}, {"empty_latent_width", "empty_latent_height"}};
  for (const Pair& pair : kPairs) {
    const Input *width = find_input(node, pair.width), *height = find_input(node, pair.height);
    if (!width || !height) continue;
    std::optional<double> w = parse_number(value_of(walk, *width, {pair.width, "width"}));
    std::optional<double> h = parse_number(value_of(walk, *height, {pair.height, "height"}));
    if (w && h && *w > 0 && *h > 0) return PictureSize{*w, *h};
  }
  return std::nullopt;
}

std::optional<PictureSize> upstream_size(Walk& walk, const Node& node, double factor) {
  for (const Input* input : picture_links(walk, node)) {
    std::optional<PictureSize> size = find_picture_size(walk, input->link.node);
    if (size) return PictureSize{size->width * factor, size->height * factor};
  }
  return std::nullopt;
}

}  // namespace

bool resizes(const Node& node) {
  return has_word(node.type, {"upscale", "scale", "resize", "crop", "pad", "outpaint", "stitch",
                              "concat", "grid", "downscale", "hiresfix"});
}

std::optional<PictureSize> find_picture_size(Walk& walk, NodeIndex index) {
  Visit visit(walk, index);
  if (!visit) return std::nullopt;
  const Node& node = visit.node();
  if (!is_detailer(node))
    if (std::optional<PictureSize> own = own_size(walk, index)) return own;
  double factor = 1;
  bool is_scaled = false;
  for (std::string_view name : kFactors) {
    const Input* input = find_input(node, name);
    std::optional<double> stated =
        input ? parse_number(value_of(walk, *input, {name})) : std::nullopt;
    if (!stated) continue;
    factor = *stated;
    is_scaled = true;
    break;
  }
  const Input* model = find_input(node, "upscale_model");
  if (!is_scaled && model && model->is_link()) {
    std::optional<double> stated =
        factor_of_model(find_value(walk, model->link.node, {"model_name"}));
    if (!stated) return std::nullopt;
    factor = *stated;
    is_scaled = true;
  }
  if (!is_scaled && resizes(node)) return std::nullopt;
  return upstream_size(walk, node, factor);
}

std::string find_upscaler(Walk& walk, NodeIndex index) {
  const Node& node = walk.graph()[index];
  const Input* model = find_input(node, "upscale_model");
  if (model && model->is_link())
    return model_stem(find_value(walk, model->link.node, {"model_name"}));
  std::string method = find_value(walk, index, {"upscale_method", "scale_method"});
  if (method.empty()) return {};
  if (contains_word(node.type, "latent")) {
    if (method == "nearest-exact" || method == "bicubic") return "Latent (" + method + ")";
    return "Latent";
  }
  return method == "nearest-exact" ? "Nearest" : "Lanczos";
}

std::optional<double> factor_of_model(std::string_view name) {
  auto is_digit = [&](size_t i) { return i < name.size() && name[i] >= '1' && name[i] <= '9'; };
  auto is_x = [&](size_t i) { return i < name.size() && (name[i] == 'x' || name[i] == 'X'); };
  for (size_t i = 0; i < name.size(); ++i) {
    bool is_free = i == 0 || !((name[i - 1] >= '0' && name[i - 1] <= '9') ||
                               (name[i - 1] >= 'a' && name[i - 1] <= 'z'));
    if (is_free && is_digit(i) && is_x(i + 1)) return name[i] - '0';
    if (is_free && is_x(i) && is_digit(i + 1)) return name[i + 1] - '0';
  }
  return std::nullopt;
}

}  // namespace img2prompt::comfyui
