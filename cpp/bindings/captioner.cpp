#include "bindings/captioner.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "bindings/image_source.h"
#include "bindings/progress.h"
#include "bindings/residency.h"
#include "bindings/text.h"
#include "engine/captioner.h"
#include "engine/device.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

std::unique_ptr<Captioner> make_captioner(const std::string& config, const std::string& preprocess,
                                          const std::string& weights, const std::string& vocabulary,
                                          const std::string& device, const std::string& dtype) {
  const Progress watch = signals_only();
  py::gil_scoped_release release;
  const at::Device place = parse_device(device);
  return std::make_unique<Captioner>(CaptionerFiles{config, preprocess, weights, vocabulary}, place,
                                     parse_dtype(dtype, place), watch);
}

std::vector<std::string> caption(Captioner& self, const py::function& picture, size_t count,
                                 const CaptionOptions& options, const py::object& progress,
                                 const py::object& cancel) {
  const PictureSource pictures = pictures_of(picture);
  const Progress native = progress_from_python(progress, cancel);
  py::gil_scoped_release release;
  return self.caption(pictures, count, options, native);
}

py::array_t<float> encode_image(Captioner& self, const py::function& picture, size_t count,
                                const py::object& progress, const py::object& cancel) {
  const PictureSource pictures = pictures_of(picture);
  const Progress native = progress_from_python(progress, cancel);
  at::Tensor tokens;
  {
    py::gil_scoped_release release;
    tokens = self.encode_image(pictures, count, native).contiguous();
  }
  return py::array_t<float>(tokens.sizes().vec(), tokens.const_data_ptr<float>());
}

}  // namespace

void register_captioner(py::module_& m) {
  py::class_<CaptionOptions>(m, "CaptionOptions")
      .def(py::init<>())
      .def_readwrite("max_new_tokens", &CaptionOptions::max_new_tokens)
      .def_readwrite("min_length", &CaptionOptions::min_length)
      .def_readwrite("max_length", &CaptionOptions::max_length)
      .def_readwrite("num_beams", &CaptionOptions::num_beams)
      .def_property(
          "prompt", [](const CaptionOptions& self) { return self.prompt; },
          [](CaptionOptions& self, py::handle text) { self.prompt = utf8_from_python(text); })
      .def_readwrite("top_p", &CaptionOptions::top_p)
      .def_readwrite("seed", &CaptionOptions::seed)
      .def_readwrite("repetition_penalty", &CaptionOptions::repetition_penalty);
  py::class_<Captioner, std::shared_ptr<Captioner>> type(m, "Captioner");
  add_memory_methods(type);
  type.def(py::init(&make_captioner), py::arg("config"), py::arg("preprocess"), py::arg("weights"),
           py::arg("vocabulary"), py::arg("device"), py::arg("dtype"))
      .def("caption", &caption, py::arg("picture"), py::arg("count"), py::arg("options"),
           py::arg("progress"), py::arg("cancel"))
      .def("encode_image", &encode_image, py::arg("picture"), py::arg("count"), py::arg("progress"),
           py::arg("cancel"))
      .def("preprocess",
           [](Captioner& self, py::handle source) {
             const Image image = image_from_python(source);
             at::Tensor pixels;
             {
               py::gil_scoped_release release;
               pixels = self.preprocess(image);
             }
             return py::array_t<float>(pixels.sizes().vec(), pixels.const_data_ptr<float>());
           })
      .def_property_readonly("device", [](const Captioner& self) { return self.device().str(); })
      .def_property_readonly(
          "dtype", [](const Captioner& self) { return std::string(c10::toString(self.dtype())); });
}

}  // namespace img2prompt
