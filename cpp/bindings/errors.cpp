#include "bindings/errors.h"

#include <c10/util/Exception.h>

#include <new>

#include "base/error.h"
#include "base/utf8.h"

namespace img2prompt {
namespace {

namespace py = pybind11;

void raise(const char* kind, const std::string& message) {
  py::object type = py::module_::import("img2prompt.errors").attr(kind);
  // A path need not be UTF-8; Python would put a UnicodeDecodeError in the error's place.
  PyErr_SetString(type.ptr(), repair_utf8(message).c_str());
}

template <typename Kind>
bool raise_if(const Error& error, const char* name) {
  if (!dynamic_cast<const Kind*>(&error)) return false;
  raise(name, error.what());
  return true;
}

void raise_error(const Error& error) {
  bool raised = raise_if<InvalidArgument>(error, "InvalidArgument") ||
                raise_if<DecodeError>(error, "DecodeError") ||
                raise_if<MetadataError>(error, "MetadataError") ||
                raise_if<CheckpointError>(error, "CheckpointError") ||
                raise_if<ModelError>(error, "ModelError") ||
                raise_if<OutOfDeviceMemory>(error, "OutOfDeviceMemory") ||
                raise_if<Cancelled>(error, "Cancelled");
  if (!raised) raise("Error", error.what());
}

void translate(std::exception_ptr pending) {
  try {
    if (pending) std::rethrow_exception(pending);
  } catch (const Error& error) {
    raise_error(error);
  } catch (const c10::OutOfMemoryError& error) {
    raise("OutOfDeviceMemory", first_line(error.what_without_backtrace()));
  } catch (const c10::Error& error) {
    raise("ModelError", "torch: " + first_line(error.what_without_backtrace()));
  } catch (const std::bad_alloc&) {
    raise("OutOfDeviceMemory", "the machine's memory is exhausted");
  }
}

}  // namespace

void register_errors(py::module_& m) {
  py::register_local_exception_translator(&translate);
  // Raises one error of the named kind from C++; for the tests of this translation.
  m.def("_raise", [](const std::string& kind, const std::string& message) {
    if (kind == "InvalidArgument") throw InvalidArgument(message);
    if (kind == "DecodeError") throw DecodeError(message);
    if (kind == "MetadataError") throw MetadataError(message);
    if (kind == "CheckpointError") throw CheckpointError(message);
    if (kind == "ModelError") throw ModelError(message);
    if (kind == "OutOfDeviceMemory") throw OutOfDeviceMemory(message);
    if (kind == "Cancelled") throw Cancelled(message);
    if (kind == "torch") TORCH_CHECK(false, message);
    throw Error(message);
  });
}

}  // namespace img2prompt
