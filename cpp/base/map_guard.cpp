#include "base/map_guard.h"

#include <atomic>
#include <cstdint>

#ifndef _WIN32
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#endif

namespace img2prompt {

#ifdef _WIN32

struct MapGuard::Slot {};
MapGuard::MapGuard(const void*, size_t) {}
MapGuard::~MapGuard() = default;
bool MapGuard::is_broken() const { return false; }

#else

struct MapGuard::Slot {
  std::atomic<bool> taken{false}, broken{false};
  std::atomic<uintptr_t> begin{0}, end{0};  // equal = guards nothing yet
};

// All of this is read in a signal handler: atomics of fixed size, set up before it is installed.
struct Slots {
  static constexpr size_t kCount = 1024;
  static MapGuard::Slot all[kCount];
  static struct sigaction before;
  static uintptr_t page;
  static std::atomic<bool> passed_on;

  static MapGuard::Slot* find(uintptr_t address) {
    for (MapGuard::Slot& slot : all)
      if (slot.begin.load() <= address && address < slot.end.load()) return &slot;
    return nullptr;
  }

  static void handle(int, siginfo_t* info, void*) {
    const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
    // A code above 0 says that the system itself found fault with an address.
    MapGuard::Slot* slot = info->si_code > 0 ? find(address) : nullptr;
    if (slot) {
      // The rest at once: thousands of single pages would exceed the mappings that a process may
      // have. mmap() is a bare system call on every system that this is built for.
      const uintptr_t first = address / page * page, end = slot->end.load();
      slot->broken.store(true);
      if (mmap(reinterpret_cast<void*>(first), end - first, PROT_READ,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED)
        return;
    }
    // Back to who was there before, where the same instruction faults again; to the system where
    // that one has come back here.
    struct sigaction next = before;
    if (passed_on.exchange(true)) {
      next = {};
      next.sa_handler = SIG_DFL;
    }
    sigaction(SIGBUS, &next, nullptr);
  }

  static void install() {
    page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    struct sigaction action = {};
    action.sa_sigaction = &handle;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, &before);
  }
};

MapGuard::Slot Slots::all[kCount];
struct sigaction Slots::before;
uintptr_t Slots::page = 4096;
std::atomic<bool> Slots::passed_on{false};

MapGuard::MapGuard(const void* begin, size_t size) {
  static std::once_flag installed;
  std::call_once(installed, &Slots::install);
  for (Slot& slot : Slots::all) {
    if (slot.taken.exchange(true)) continue;
    slot.broken.store(false);
    slot.begin.store(reinterpret_cast<uintptr_t>(begin));
    slot.end.store(reinterpret_cast<uintptr_t>(begin) +
                   (size + Slots::page - 1) / Slots::page * Slots::page);
    slot_ = &slot;
    return;
  }
}

MapGuard::~MapGuard() {
  if (!slot_) return;
  slot_->end.store(0);
  slot_->begin.store(0);
  slot_->taken.store(false);
}

bool MapGuard::is_broken() const { return slot_ && slot_->broken.load(); }

#endif

}  // namespace img2prompt
