// The metadata room for Python: plain tuples, from which img2prompt/metadata.py makes its class.
#pragma once

#include <pybind11/pybind11.h>

namespace img2prompt {

void register_metadata(pybind11::module_& m);

}  // namespace img2prompt
