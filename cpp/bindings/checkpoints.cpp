#include "bindings/checkpoints.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "base/error.h"
#include "checkpoints/open.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

std::shared_ptr<const Checkpoint> open_released(const std::string& path) {
  py::gil_scoped_release release;
  return open_checkpoint(path);
}

py::dict checkpoint_tensors(const std::string& path) {
  std::shared_ptr<const Checkpoint> checkpoint = open_released(path);
  py::dict out;
  for (const auto& [name, view] : checkpoint->tensors)
    out[py::str(name)] = py::make_tuple(dtype_name(view.dtype), py::tuple(py::cast(view.shape)));
  return out;
}

// numpy has no bfloat16: its bits.
const char* numpy_name(DType dtype) { return dtype == DType::kBF16 ? "uint16" : dtype_name(dtype); }

py::array checkpoint_tensor(const std::string& path, const std::string& name) {
  std::shared_ptr<const Checkpoint> checkpoint = open_released(path);
  auto found = checkpoint->tensors.find(name);
  if (found == checkpoint->tensors.end())
    throw_error<InvalidArgument>("{}: no tensor {}", path, name_text(name));
  const TensorView& view = found->second;
  std::vector<py::ssize_t> strides;
  for (int64_t stride : view.strides)
    strides.push_back(static_cast<py::ssize_t>(stride * dtype_size(view.dtype)));
  py::capsule owner(new std::shared_ptr<const Checkpoint>(checkpoint), [](void* held) {
    delete static_cast<std::shared_ptr<const Checkpoint>*>(held);
  });
  const void* data = view.bytes.empty() ? static_cast<const void*>(&view) : view.bytes.data();
  py::array array(py::dtype(numpy_name(view.dtype)), view.shape, strides, data, owner);
  array.attr("flags").attr("writeable") = false;
  return array;
}

}  // namespace

void register_checkpoints(py::module_& m) {
  m.def("checkpoint_tensors", &checkpoint_tensors, py::arg("path"));
  m.def("checkpoint_tensor", &checkpoint_tensor, py::arg("path"), py::arg("name"));
  m.def(
      "checkpoint_text_lists",
      [](const std::string& path) { return open_released(path)->text_lists; }, py::arg("path"));
}

}  // namespace img2prompt
