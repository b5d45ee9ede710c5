// The tokenizers by themselves, as ClipTokenizer and WordPiece.
#pragma once

#include <pybind11/pybind11.h>

namespace img2prompt {

void register_tokenizers(pybind11::module_& m);

}  // namespace img2prompt
