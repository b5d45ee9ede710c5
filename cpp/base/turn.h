// One caller at a time, where whoever waits can give up.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "base/progress.h"

namespace img2prompt {

class Turn {
 public:
  // The turn, until it is destroyed.
  class Lock {
   public:
    Lock() = default;
    Lock(Lock&& other) noexcept : turn_(std::exchange(other.turn_, nullptr)) {}
    Lock& operator=(Lock&& other) noexcept {
      std::swap(turn_, other.turn_);
      return *this;
    }
    ~Lock() {
      if (turn_) turn_->give_back();
    }

   private:
    friend class Turn;
    explicit Lock(Turn* turn) : turn_(turn) {}
    Turn* turn_ = nullptr;
  };

  // Waits until no other thread has the turn, asking `progress` for cancellation meanwhile and once
  // afterwards. Throws InvalidArgument, naming `what`, where this thread has it already: the call
  // then comes from its own progress or cancel callback and could only wait for itself.
  Lock take(const Progress& progress, const char* what);

 private:
  void give_back();

  std::timed_mutex mutex_;
  std::atomic<std::thread::id> holder_{};
};

}  // namespace img2prompt
