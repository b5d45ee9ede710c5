#include "bindings/image.h"

#include <string>
#include <string_view>

#include "base/error.h"
#include "bindings/image_source.h"
#include "image/limits.h"
#include "image/resample.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

struct FilterName {
  std::string_view name;
  ResampleFilter filter;
};

constexpr FilterName kFilters[] = {{"box", ResampleFilter::kBox},
                                   {"bilinear", ResampleFilter::kBilinear},
                                   {"bicubic", ResampleFilter::kBicubic},
                                   {"lanczos", ResampleFilter::kLanczos}};

ResampleFilter parse_filter(const std::string& name) {
  for (const FilterName& known : kFilters)
    if (known.name == name) return known.filter;
  throw_error<InvalidArgument>("filter '{}'; accepted are bicubic, lanczos, bilinear and box",
                               name);
}

// threads: 0 = as many as pay.
py::array_t<uint8_t> resize_image(py::handle source, int64_t width, int64_t height,
                                  const std::string& filter, int threads) {
  const ResampleFilter kind = parse_filter(filter);
  check_resize_size(width, height);
  Image result;
  if (py::isinstance<py::array_t<uint8_t, py::array::c_style>>(source)) {
    // An array that lies as the core wants it is read in place.
    const auto array = py::reinterpret_borrow<py::array_t<uint8_t, py::array::c_style>>(source);
    if (array.ndim() == 3 && array.shape(2) == 3 && array.size() > 0 &&
        array.shape(0) <= kMaxResizeSide && array.shape(1) <= kMaxResizeSide) {
      const ImageView view(int(array.shape(1)), int(array.shape(0)), array.data());
      py::gil_scoped_release release;
      result = resize(view, int(width), int(height), kind, threads);
    }
  }
  if (result.pixels.empty()) {
    const Image image = image_from_python(source);
    py::gil_scoped_release release;
    result = resize(image, int(width), int(height), kind, threads);
  }
  return image_to_python(std::move(result));
}

}  // namespace

void register_image(py::module_& m) {
  m.def(
      "load_image", [](py::handle source) { return image_to_python(image_from_python(source)); },
      py::arg("source"));
  m.def("resize", &resize_image, py::arg("source"), py::arg("width"), py::arg("height"),
        py::arg("filter"), py::arg("threads") = 0);
}

}  // namespace img2prompt
