// What happens when memory runs out in the middle of work.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include "base/error.h"
#include "engine/residency.h"

namespace img2prompt {

// Whether torch, a library below it or the C++ library says that memory is exhausted: on CUDA a
// type of its own, on MPS and the CPU a message.
bool is_out_of_memory(const std::exception& error);

// Throws OutOfDeviceMemory: which device, what was said, what to do.
[[noreturn]] void throw_out_of_memory(const std::string& device, const std::exception& error);

// Remembers the first failure of some work, which is tried again once, with half the chunk.
class SecondTry {
 public:
  explicit SecondTry(Resident::Visit& visit) : visit_(visit) {}

  // Runs work(chunk) and returns true; false where memory ran out for the first time: `chunk` is
  // halved then (down to `least`) and the device cleared of what can go. Throws OutOfDeviceMemory
  // the second time, and what else the work throws.
  template <typename Work>
  bool run(int64_t& chunk, int64_t least, const Work& work) {
    try {
      work(chunk);
      return true;
    } catch (const std::exception& error) {
      if (!is_out_of_memory(error)) throw;
      note(error);
    }
    // Not before the exception is gone, which may hold on to what the work had taken.
    visit_.clear_device();
    chunk = std::max(least, chunk / 2);
    return false;
  }

 private:
  void note(const std::exception& error);

  Resident::Visit& visit_;
  bool failed_ = false;
};

// Calls work(chunk), where memory runs out a second time with half of it.
template <typename Work>
void with_second_try(Resident::Visit& visit, int64_t chunk, int64_t least, const Work& work) {
  SecondTry second_try(visit);
  while (!second_try.run(chunk, least, work)) {
  }
}

// Items to work on at a time: as many as fit the room (nullopt = not limited), `least` to `usual`.
int64_t chunk_for(std::optional<int64_t> room, int64_t bytes_per_item, int64_t least,
                  int64_t usual);

}  // namespace img2prompt
