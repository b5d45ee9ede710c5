#include "bindings/tagger.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "base/error.h"
#include "bindings/image_source.h"
#include "bindings/progress.h"
#include "bindings/residency.h"
#include "bindings/text.h"
#include "engine/device.h"
#include "engine/tagger.h"
#include "tagging/tags.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

using FloatArray = py::array_t<float, py::array::c_style | py::array::forcecast>;

py::array_t<float> to_array(const at::Tensor& tensor) {
  return py::array_t<float>(tensor.sizes().vec(), tensor.const_data_ptr<float>());
}

std::unique_ptr<Tagger> make_tagger(const std::string& card, const std::string& weights,
                                    const std::string& tags, const std::string& device,
                                    const std::string& dtype) {
  const Progress watch = signals_only();
  py::gil_scoped_release release;
  const at::Device place = parse_device(device);
  return std::make_unique<Tagger>(TaggerFiles{card, weights, tags}, place,
                                  parse_dtype(dtype, place), watch);
}

py::array_t<float> probabilities(Tagger& self, const py::function& picture, size_t count,
                                 const py::object& progress, const py::object& cancel) {
  const PictureSource pictures = pictures_of(picture);
  const Progress native = progress_from_python(progress, cancel);
  at::Tensor rows;
  {
    py::gil_scoped_release release;
    rows = self.probabilities(pictures, count, native).contiguous();
  }
  return to_array(rows);
}

TagOrder parse_order(const std::string& sort) {
  if (sort == "name") return TagOrder::kName;
  if (sort == "score") return TagOrder::kScore;
  throw_error<InvalidArgument>("sort is '{}', \"name\" or \"score\" is accepted", sort);
}

std::vector<Tag> select(const Tagger& self, const FloatArray& row, double threshold,
                        const std::string& sort, const py::sequence& exclude) {
  const auto labels = static_cast<py::ssize_t>(self.labels().size());
  if (row.ndim() != 1 || row.shape(0) != labels)
    throw_error<InvalidArgument>(
        "probabilities of shape {}; a row of {} numbers is accepted, one for each label",
        py::str(row.attr("shape")).cast<std::string>(), labels);
  TagSelection selection{threshold, parse_order(sort), {}};
  for (py::handle names : exclude) selection.exclude.push_back(utf8_from_python(names));
  const float* numbers = row.data();
  py::gil_scoped_release release;
  return select_tags(self.labels(), numbers, selection);
}

}  // namespace

void register_tagger(py::module_& m) {
  py::class_<Tagger, std::shared_ptr<Tagger>> type(m, "Tagger");
  add_memory_methods(type);
  type.def(py::init(&make_tagger), py::arg("card"), py::arg("weights"), py::arg("tags"),
           py::arg("device"), py::arg("dtype"))
      .def("probabilities", &probabilities, py::arg("picture"), py::arg("count"),
           py::arg("progress"), py::arg("cancel"))
      .def("select", &select, py::arg("probabilities"), py::arg("threshold"), py::arg("sort"),
           py::arg("exclude"))
      .def("preprocess",
           [](const Tagger& self, py::handle source) {
             const Image image = image_from_python(source);
             at::Tensor pixels;
             {
               py::gil_scoped_release release;
               pixels = self.preprocess(image);
             }
             return to_array(pixels);
           })
      .def_property_readonly("labels", &Tagger::labels)
      .def_property_readonly("device", [](const Tagger& self) { return self.device().str(); })
      .def_property_readonly(
          "dtype", [](const Tagger& self) { return std::string(c10::toString(self.dtype())); });
  m.def(
      "format_tags",
      [](const std::vector<Tag>& tags, bool use_spaces, bool escape, bool scores) {
        return format_tags(tags, {use_spaces, escape, scores});
      },
      py::arg("tags"), py::arg("use_spaces"), py::arg("escape"), py::arg("scores"));
}

}  // namespace img2prompt
