#include "bindings/progress.h"

#include "base/error.h"

namespace img2prompt {

namespace py = pybind11;

namespace {

void check_signals() {
  if (PyErr_CheckSignals() == 0) return;
  py::error_already_set raised;
  if (raised.matches(PyExc_KeyboardInterrupt)) throw Cancelled("interrupted");
  throw raised;
}

}  // namespace

Progress progress_from_python(py::object progress, py::object cancel, py::object found) {
  Progress result;
  if (!progress.is_none()) {
    // Handles, not objects: copies of the std::function must not touch reference counts without
    // the GIL. The caller's arguments outlive the call.
    result.on_progress = [callable = py::handle(progress)](const std::string& stage, int64_t done,
                                                           int64_t total) {
      py::gil_scoped_acquire gil;
      callable(stage, done, total);
    };
  }
  if (!found.is_none()) {
    result.on_found = [callable = py::handle(found)](const std::string& prompt, float similarity) {
      py::gil_scoped_acquire gil;
      callable(prompt, similarity);
    };
  }
  result.is_cancelled = [callable = py::handle(cancel)] {
    py::gil_scoped_acquire gil;
    check_signals();
    return !callable.is_none() && callable().cast<bool>();
  };
  return result;
}

Progress signals_only() { return progress_from_python(py::none(), py::none()); }

}  // namespace img2prompt
