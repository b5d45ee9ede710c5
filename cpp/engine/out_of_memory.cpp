#include "engine/out_of_memory.h"

#include <c10/util/Exception.h>

#include <new>

namespace img2prompt {
namespace {

// As torch's CPU and MPS allocators, the CUDA driver, and cuBLAS and cuDNN word it.
constexpr const char* kWords[] = {"out of memory", "can't allocate memory", "not enough memory",
                                  "ALLOC_FAILED"};

std::string text_of(const std::exception& error) {
  auto* torch = dynamic_cast<const c10::Error*>(&error);
  return torch ? torch->what_without_backtrace() : error.what();
}

}  // namespace

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const Error*>(&error)) return false;
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) ||
      dynamic_cast<const std::bad_alloc*>(&error))
    return true;
  const std::string text = text_of(error);
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](const char* words) { return text.find(words) != std::string::npos; });
}

void throw_out_of_memory(const std::string& device, const std::exception& error) {
  throw_error<OutOfDeviceMemory>(
      "{}: {}; free memory there, set a device budget, or use device \"cpu\"", device,
      first_line(text_of(error)));
}

void SecondTry::note(const std::exception& error) {
  if (failed_) throw_out_of_memory(visit_.device(), error);
  failed_ = true;
}

int64_t chunk_for(std::optional<int64_t> room, int64_t bytes_per_item, int64_t least,
                  int64_t usual) {
  if (!room) return usual;
  return std::max(least, std::min(usual, *room / std::max<int64_t>(1, bytes_per_item)));
}

}  // namespace img2prompt
