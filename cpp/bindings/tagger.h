// img2prompt.Tagger's native half.
#pragma once

#include <pybind11/pybind11.h>

namespace img2prompt {

void register_tagger(pybind11::module_& m);

}  // namespace img2prompt
