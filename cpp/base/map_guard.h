// Keeps the process alive when mapped bytes cannot be read: the file was cut short by another
// program, or its disk is gone. The system then sends SIGBUS, which ends a process. Here the rest
// of the mapping becomes zeros instead, and whoever used the bytes asks is_broken() before
// believing what came of them.
//
// The handler is installed with the first guard and minds guarded bytes alone; other faults go to
// the handler that was there before. On Windows a mapped file cannot be cut short, and nothing is
// done.
#pragma once

#include <cstddef>

namespace img2prompt {

class MapGuard {
 public:
  // Guards `size` mapped bytes from `begin`, the start of a page. At most 1024 guards are kept at a
  // time; those beyond guard nothing.
  MapGuard(const void* begin, size_t size);
  ~MapGuard();  // before the bytes are unmapped
  MapGuard(const MapGuard&) = delete;
  MapGuard& operator=(const MapGuard&) = delete;

  bool is_broken() const;

 private:
  struct Slot;
  friend struct Slots;
  Slot* slot_ = nullptr;
};

}  // namespace img2prompt
