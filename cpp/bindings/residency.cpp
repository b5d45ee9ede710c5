#include "bindings/residency.h"

#include "base/error.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

DeviceBudget parse_budget(const std::string& kind, int64_t bytes) {
  if (kind == "unlimited") return {DeviceBudget::Kind::kUnlimited, 0};
  if (kind == "bytes") return {DeviceBudget::Kind::kBytes, bytes};
  if (kind == "free") return {DeviceBudget::Kind::kFree, 0};
  if (kind == "least") return {DeviceBudget::Kind::kLeast, 0};
  throw_error<InvalidArgument>("budget '{}'; accepted are unlimited, bytes, free and least", kind);
}

// The callables live as long as the process: models may ask them until the very end.
void set_memory_functions(py::object free_bytes, py::object empty_cache) {
  const py::handle free = free_bytes.release(), empty = empty_cache.release();
  set_device_memory({[free](const std::string& device) -> std::optional<int64_t> {
                       py::gil_scoped_acquire gil;
                       py::object bytes = free(device);
                       if (bytes.is_none()) return std::nullopt;
                       return bytes.cast<int64_t>();
                     },
                     [empty](const std::string& device) {
                       py::gil_scoped_acquire gil;
                       empty(device);
                     }});
}

}  // namespace

py::list memory_to_python(const std::vector<HeldMemory>& all) {
  py::list list;
  for (const HeldMemory& one : all)
    list.append(
        py::make_tuple(one.name, one.device, one.needed_bytes, one.held_bytes, one.mapped_bytes));
  return list;
}

void register_residency(py::module_& m) {
  m.def("set_memory_functions", &set_memory_functions, py::arg("free_bytes"),
        py::arg("empty_cache"));
  py::class_<Residency, std::shared_ptr<Residency>>(m, "Residency")
      .def(py::init([](const std::string& kind, int64_t bytes) {
             return std::make_shared<Residency>(parse_budget(kind, bytes));
           }),
           py::arg("kind"), py::arg("bytes"))
      .def("memory", [](const Residency& self) {
        std::vector<HeldMemory> all;
        {
          py::gil_scoped_release release;
          all = self.memory();
        }
        return memory_to_python(all);
      });
}

}  // namespace img2prompt
