#include "bindings/text.h"

#include "base/utf8.h"

namespace img2prompt {

namespace py = pybind11;

std::string utf8_from_python(py::handle text) {
  if (!PyUnicode_Check(text.ptr()))
    throw py::type_error("expected str, got " +
                         py::cast<std::string>(py::type::handle_of(text).attr("__name__")));
  Py_ssize_t size = 0;
  if (const char* utf8 = PyUnicode_AsUTF8AndSize(text.ptr(), &size))
    return std::string(utf8, static_cast<size_t>(size));
  PyErr_Clear();  // surrogates: by way of UTF-16, where pairs of them are characters
  py::bytes utf16 = text.attr("encode")("utf-16-le", "surrogatepass");
  return utf16_to_utf8(std::string(utf16), /*big_endian=*/false);
}

}  // namespace img2prompt
