// Text between Python and the core.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace img2prompt {

// UTF-8 of a str. Surrogate pairs become the character that they stand for, lone surrogates U+FFFD:
// pybind11's own conversion refuses both. Throws TypeError for anything but a str.
std::string utf8_from_python(pybind11::handle text);

}  // namespace img2prompt
