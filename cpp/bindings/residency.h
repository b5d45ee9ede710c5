// Device budgets for Python, and what torch's Python side tells the core of devices' memory.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <vector>

#include "bindings/progress.h"
#include "engine/residency.h"

namespace img2prompt {

// (name, device, needed bytes, held bytes, mapped bytes) of each.
pybind11::list memory_to_python(const std::vector<HeldMemory>& all);

void register_residency(pybind11::module_& m);

// unload(), join(residency) and memory() of a model's class. Ctrl-C ends the wait for others.
template <typename Class>
void add_memory_methods(Class& type) {
  using Model = typename Class::type;
  namespace py = pybind11;
  type.def("unload",
           [](Model& self) {
             const Progress watch = signals_only();
             py::gil_scoped_release release;
             self.unload(watch);
           })
      .def("join",
           [](Model& self, const std::shared_ptr<Residency>& residency) {
             const Progress watch = signals_only();
             py::gil_scoped_release release;
             self.join(residency, watch);
           })
      .def("memory", [](const Model& self) {
        std::vector<HeldMemory> all;
        {
          py::gil_scoped_release release;
          all = self.memory();
        }
        return memory_to_python(all);
      });
}

}  // namespace img2prompt
