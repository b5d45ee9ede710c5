// Translates the core's error kinds, and torch's own exceptions, into img2prompt.errors classes.
#pragma once

#include <pybind11/pybind11.h>

namespace img2prompt {

void register_errors(pybind11::module_& m);

}  // namespace img2prompt
