#include "bindings/logging.h"

#include "base/log.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

void log_to_python(LogLevel level, const std::string& line) {
  static constexpr int kPythonLevels[] = {5, 10, 20, 30, 40, 50};
  py::gil_scoped_acquire gil;
  py::module_::import("logging")
      .attr("getLogger")("img2prompt.core")
      .attr("log")(kPythonLevels[static_cast<int>(level)], "%s", line);
}

}  // namespace

void register_logging(py::module_& m) {
  set_log_sink(&log_to_python);
  py::module_::import("atexit").attr("register")(py::cpp_function([] { set_log_sink({}); }));
  m.def(
      "set_log_level", [](const std::string& name) { set_log_level(parse_log_level(name)); },
      py::arg("name"),
      "trace, debug, info, warning, error or off; IMG2PROMPT_LOG sets it at start.");
  m.def("_log", [](const std::string& name, const std::string& line) {
    log(parse_log_level(name), "{}", line);
  });
}

}  // namespace img2prompt
