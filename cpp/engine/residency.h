// Models that take turns in the memory of their devices. No torch here.
//
// A model (Resident) brings its weights to its device when it is called, and leaves when it is
// unloaded or when another one needs the room. What leaves is dropped and later read again from its
// file, which costs no host memory beside what the system caches of the file.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/turn.h"
#include "engine/device_memory.h"

namespace img2prompt {

// How many bytes models and their work may take, on each device of theirs.
struct DeviceBudget {
  enum class Kind {
    kUnlimited,
    kBytes,  // `bytes`
    kFree,   // what is free when a model is called, as measured then
    kLeast   // one model at a time, working on small pieces
  };
  Kind kind = Kind::kUnlimited;
  int64_t bytes = 0;
};

// What a model's weights take.
struct HeldMemory {
  std::string name;  // "clip text"
  std::string device;
  int64_t needed_bytes = 0;  // when they are there
  int64_t held_bytes = 0;    // now; 0 = they are not there
  int64_t mapped_bytes = 0;  // of these, pages of the file that the system may take back
};

class Resident;

// The models that share a budget. Must be held by std::shared_ptr.
class Residency : public std::enable_shared_from_this<Residency> {
 public:
  explicit Residency(DeviceBudget budget = {},
                     DeviceMemory memory = {&free_device_bytes, &empty_device_cache});

  std::vector<HeldMemory> memory() const;  // of each model, in the order in which they joined
  const DeviceBudget& budget() const { return budget_; }

 private:
  friend class Resident;

  bool is_limited() const { return budget_.kind != DeviceBudget::Kind::kUnlimited; }
  Turn& turn_of(const std::string& device);
  void add(Resident& resident);
  void remove(Resident& resident);
  void make_room(Resident& resident);
  std::optional<int64_t> missing_bytes(const Resident& resident) const;
  bool drop_idlest_beside(const Resident& resident);
  std::optional<int64_t> room(const Resident& resident) const;
  int64_t held_on(const std::string& device) const;  // with mutex_ held

  const DeviceBudget budget_;
  const DeviceMemory memory_;
  mutable std::mutex mutex_;  // guards what follows and the state of every resident
  std::vector<Resident*> residents_;
  std::map<std::string, std::unique_ptr<Turn>> turns_;  // by device; used where there is a limit
  int64_t calls_ = 0;
};

class Resident {
 public:
  struct Held {
    int64_t bytes = 0;
    int64_t mapped_bytes = 0;  // of these
  };
  struct Needs {
    int64_t weights_bytes = 0;  // on the device
    int64_t work_bytes = 0;     // beside them, at the least
  };
  struct Moves {
    // To the device; throws what loading throws. After OutOfDeviceMemory it is called once more.
    std::function<Held(const Progress&)> load;
    std::function<void()> drop;  // never throws
    // Whether what was loaded must be loaded again before it is used; none = never.
    std::function<bool()> is_stale = {};
  };

  // name and device: as HeldMemory shows them.
  Resident(std::string name, std::string device, Needs needs, Moves moves);
  ~Resident();
  Resident(const Resident&) = delete;
  Resident& operator=(const Resident&) = delete;

  // The model at work: its weights are there until this is destroyed, and other callers wait.
  class Visit {
   public:
    Visit(Visit&&) = default;
    // Bytes that the work itself may take; nullopt = as many as it likes.
    std::optional<int64_t> room() const { return room_; }
    const std::string& device() const { return resident_->device_; }
    // After an allocation failed: drops the other models that share the budget, and gives back
    // what the allocator keeps.
    void clear_device();

   private:
    friend class Resident;
    Visit(Resident& resident, std::shared_ptr<Residency> residency)
        : resident_(&resident), residency_(std::move(residency)) {}
    Resident* resident_;
    std::shared_ptr<Residency> residency_;
    Turn::Lock device_turn_, turn_;
    std::optional<int64_t> room_;
  };

  // Waits for other callers, makes room, and loads. Under a limit only one model of a device works
  // at a time.
  // Throws InvalidArgument where this thread is in a callback of this model's work (under a limit:
  // of any model's that shares the budget), OutOfDeviceMemory where the budget is too small for
  // this model alone, Cancelled, and what load throws.
  Visit visit(const Progress& progress);

  // Drops the weights once no one uses them; the next visit loads them again.
  void unload(const Progress& progress);

  // Shares that budget from now on. Waits as visit does.
  void join(std::shared_ptr<Residency> residency, const Progress& progress);

  HeldMemory memory() const;
  const std::string& device() const { return device_; }

 private:
  friend class Residency;

  std::shared_ptr<Residency> residency() const;
  Held load(Visit& visit, const Progress& progress);
  void drop();  // with the residency's mutex held

  const std::string name_, device_;
  const Needs needs_;
  const Moves moves_;
  Turn turn_;
  mutable std::mutex joined_;  // guards residency_
  std::shared_ptr<Residency> residency_;

  // Guarded by the residency's mutex.
  bool is_loaded_ = false;
  Held held_;
  int64_t last_call_ = 0;
};

// "1.50 GiB", "300 MiB": as messages give sizes.
std::string bytes_text(int64_t bytes);

}  // namespace img2prompt
