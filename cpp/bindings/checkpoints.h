// Weights files as tables of names, for tests and for whoever wants to see what a file holds.
#pragma once

#include <pybind11/pybind11.h>

namespace img2prompt {

void register_checkpoints(pybind11::module_& m);

}  // namespace img2prompt
