#include "base/turn.h"

#include <chrono>

#include "base/error.h"

namespace img2prompt {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{100};

}  // namespace

Turn::Lock Turn::take(const Progress& progress, const char* what) {
  const std::thread::id me = std::this_thread::get_id();
  if (holder_.load() == me)
    throw_error<InvalidArgument>(
        "{} is called from its own progress or cancel callback; call it after the work is done",
        what);
  while (!mutex_.try_lock_for(kBetweenLooks)) progress.check();
  holder_.store(me);
  Lock lock(this);
  progress.check();
  return lock;
}

void Turn::give_back() {
  holder_.store({});
  mutex_.unlock();
}

}  // namespace img2prompt
