#include "bindings/image_source.h"

#include <limits>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "image/decode.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

constexpr const char* kAccepted =
    "a picture is a path, bytes, a PIL image or a numpy array uint8 [H, W, 3]";

Image decode_bytes(const py::bytes& source) {
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(source.ptr(), &data, &size) != 0) throw py::error_already_set();
  const ByteSpan bytes(reinterpret_cast<const uint8_t*>(data), size_t(size));
  py::gil_scoped_release release;
  return decode_image(bytes, "the picture's bytes");
}

Image read_path(py::handle source) {
  // As the system spells it; names that are not UTF-8 survive.
  const std::string path = py::module_::import("os").attr("fsencode")(source).cast<std::string>();
  if (path.find('\0') != std::string::npos)
    throw_error<InvalidArgument>("a path with a zero byte in it names no file");
  py::gil_scoped_release release;
  return read_image(path);
}

Image copy_array(const py::array& source) {
  const bool is_bytes = source.dtype().kind() == 'u' && source.itemsize() == 1;
  if (!is_bytes || source.ndim() != 3 || source.shape(2) != 3) {
    const std::string dtype = py::str(source.dtype()).cast<std::string>();
    const std::string shape = py::str(source.attr("shape")).cast<std::string>();
    throw_error<InvalidArgument>("a numpy array {} of shape {}; {}", dtype, shape, kAccepted);
  }
  if (source.size() == 0)
    throw_error<InvalidArgument>("a numpy array without pixels; {}", kAccepted);
  if (source.shape(0) > std::numeric_limits<int>::max() ||
      source.shape(1) > std::numeric_limits<int>::max())
    throw_error<InvalidArgument>("a numpy array with a side of more than 2^31 pixels");
  const auto rows = py::array_t<uint8_t, py::array::c_style | py::array::forcecast>(source);
  Image image;
  image.height = int(rows.shape(0));
  image.width = int(rows.shape(1));
  image.pixels.assign(rows.data(), rows.data() + rows.size());
  return image;
}

}  // namespace

Image image_from_python(py::handle source) {
  if (py::isinstance<py::array>(source))
    return copy_array(py::reinterpret_borrow<py::array>(source));
  if (py::isinstance<py::bytes>(source))
    return decode_bytes(py::reinterpret_borrow<py::bytes>(source));
  if (py::isinstance<py::str>(source) || py::hasattr(source, "__fspath__"))
    return read_path(source);
  const std::string type =
      py::str(py::type::handle_of(source).attr("__name__")).cast<std::string>();
  throw_error<InvalidArgument>("{} is not a picture; {}", type, kAccepted);
}

PictureSource pictures_of(const py::function& picture) {
  return [callable = py::handle(picture)](size_t index) {
    py::gil_scoped_acquire gil;
    return image_from_python(callable(index));
  };
}

py::array_t<uint8_t> image_to_python(Image image) {
  auto* owned = new Image(std::move(image));
  py::capsule owner(owned, [](void* pointer) { delete static_cast<Image*>(pointer); });
  return py::array_t<uint8_t>({owned->height, owned->width, 3}, owned->pixels.data(), owner);
}

}  // namespace img2prompt
