#include "bindings/clip.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>

#include "base/error.h"
#include "bindings/image_source.h"
#include "bindings/progress.h"
#include "bindings/residency.h"
#include "bindings/text.h"
#include "engine/clip.h"
#include "engine/device.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

py::array_t<float> to_array(const at::Tensor& tensor) {
  at::Tensor plain = tensor.contiguous();
  return py::array_t<float>(plain.sizes().vec(), plain.data_ptr<float>());
}

std::shared_ptr<Clip> load(const std::string& card, const std::string& pretrained,
                           const std::string& weights, const std::string& merges,
                           const std::string& device, const std::string& dtype) {
  const Progress watch = signals_only();
  py::gil_scoped_release release;
  at::Device place = parse_device(device);
  return Clip::load({card, pretrained, weights, merges}, place, parse_dtype(dtype, place), watch);
}

py::array_t<int64_t> tokenize(const Clip& clip, const py::sequence& texts) {
  std::vector<std::string> utf8;
  for (py::handle text : texts) utf8.push_back(utf8_from_python(text));
  int64_t length = clip.card().text.context_length;
  py::array_t<int64_t> out({static_cast<int64_t>(utf8.size()), length});
  int64_t* ids = out.mutable_data();
  py::gil_scoped_release release;
  for (const std::string& text : utf8) {
    std::vector<int32_t> row = clip.tokenize(text);
    ids = std::copy(row.begin(), row.end(), ids);
  }
  return out;
}

TrieAttention parse_attention(const std::string& name) {
  if (name == "auto") return TrieAttention::kAuto;
  if (name == "kernel") return TrieAttention::kKernel;
  if (name == "mask") return TrieAttention::kMask;
  throw_error<InvalidArgument>("attention '{}'; accepted are auto, kernel and mask", name);
}

py::array_t<float> encode_text(Clip& clip, const py::sequence& texts, const py::object& progress,
                               const py::object& cancel, const std::string& stage,
                               int64_t max_nodes, const std::string& attention) {
  std::vector<std::string> utf8;
  for (py::handle text : texts) utf8.push_back(utf8_from_python(text));
  TextEncodingOptions options{max_nodes, parse_attention(attention), stage};
  Progress watch = progress_from_python(progress, cancel);
  at::Tensor features;
  {
    py::gil_scoped_release release;
    features = clip.encode_text(utf8, watch, options);
  }
  return to_array(features);
}

py::array_t<float> encode_images(Clip& clip, const py::sequence& sources,
                                 const py::object& progress, const py::object& cancel) {
  Progress watch = progress_from_python(progress, cancel);
  std::vector<Image> images;
  for (py::handle source : sources) {
    watch.check();
    images.push_back(image_from_python(source));
  }
  at::Tensor features;
  {
    py::gil_scoped_release release;
    features = clip.encode_images(images, watch);
  }
  return to_array(features);
}

// What a card says, as the towers take it.
py::dict clip_card(const std::string& path, const std::string& pretrained) {
  using namespace py::literals;
  ClipCard card = read_clip_card(path, pretrained);
  const ClipVisionConfig& vision = card.vision;
  const ClipTextConfig& text = card.text;
  const ImagePreprocess& pixels = card.preprocess;
  return py::dict(
      "embed_dim"_a = card.embed_dim,
      "vision"_a =
          py::dict("image_size"_a = vision.image_size, "patch_size"_a = vision.patch_size,
                   "width"_a = vision.width, "layers"_a = vision.layers, "heads"_a = vision.heads,
                   "mlp_width"_a = vision.mlp_width, "stages"_a = vision.stages),
      "text"_a =
          py::dict("context_length"_a = text.context_length, "vocab_size"_a = text.vocab_size,
                   "width"_a = text.width, "layers"_a = text.layers, "heads"_a = text.heads,
                   "mlp_width"_a = text.mlp_width),
      "quick_gelu"_a = card.activation == Activation::kQuickGelu,
      "preprocess"_a = py::dict(
          "mean"_a = pixels.mean, "std"_a = pixels.std,
          "interpolation"_a =
              pixels.interpolation == Interpolation::kBilinear ? "bilinear" : "bicubic",
          "resize_mode"_a = pixels.resize_mode == ResizeMode::kSquash ? "squash" : "shortest"));
}

}  // namespace

void register_clip(py::module_& m) {
  // For tests: with true the CPU takes the ways of attention that CUDA and MPS take.
  m.def("_force_portable_attention", &force_portable_attention, py::arg("forced"));
  m.def("clip_card", &clip_card, py::arg("path"), py::arg("pretrained") = "");
  py::class_<Clip, std::shared_ptr<Clip>> type(m, "Clip");
  add_memory_methods(type);
  type.def(py::init(&load), py::arg("card"), py::arg("pretrained"), py::arg("weights"),
           py::arg("merges"), py::arg("device"), py::arg("dtype"))
      .def("tokenize", &tokenize, py::arg("texts"))
      .def("encode_text", &encode_text, py::arg("texts"), py::arg("progress") = py::none(),
           py::arg("cancel") = py::none(), py::arg("stage") = "texts", py::arg("max_nodes") = 0,
           py::arg("attention") = "auto")
      .def("encode_images", &encode_images, py::arg("images"), py::arg("progress") = py::none(),
           py::arg("cancel") = py::none())
      .def("preprocess",
           [](const Clip& clip, py::handle source) {
             const Image image = image_from_python(source);
             at::Tensor pixels;
             {
               py::gil_scoped_release release;
               pixels = clip.preprocess(image);
             }
             return to_array(pixels);
           })
      .def_property_readonly("embed_dim", [](const Clip& clip) { return clip.card().embed_dim; })
      .def_property_readonly("context_length",
                             [](const Clip& clip) { return clip.card().text.context_length; })
      .def_property_readonly("image_size",
                             [](const Clip& clip) { return clip.card().vision.image_size; })
      .def_property_readonly("device", [](const Clip& clip) { return clip.device().str(); })
      .def_property_readonly("dtype",
                             [](const Clip& clip) { return std::string(toString(clip.dtype())); });
}

}  // namespace img2prompt
