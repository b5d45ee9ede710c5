// The core's log lines as records of Python's logging, logger "img2prompt.core".
#pragma once

#include <pybind11/pybind11.h>

namespace img2prompt {

void register_logging(pybind11::module_& m);

}  // namespace img2prompt
