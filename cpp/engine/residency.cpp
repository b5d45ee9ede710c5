#include "engine/residency.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace img2prompt {
namespace {

// Under DeviceBudget::kLeast, and at least, for pieces of work that still keep a device busy.
constexpr int64_t kLeastWorkBytes = int64_t{32} << 20;
// Of what is free: a part that the work may plan with. The rest is for what an allocator loses to
// rounding and for the workspaces of libraries, which no one can ask for beforehand.
constexpr int64_t kUsableParts = 3, kParts = 4;

}  // namespace

std::string bytes_text(int64_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / (1 << 20);
  return mebibytes < 1024 ? fmt::format("{:.0f} MiB", std::ceil(mebibytes))
                          : fmt::format("{:.2f} GiB", mebibytes / 1024);
}

Residency::Residency(DeviceBudget budget, DeviceMemory memory)
    : budget_(budget), memory_(std::move(memory)) {}

std::vector<HeldMemory> Residency::memory() const {
  std::lock_guard<std::mutex> lock(mutex_);
  std::vector<HeldMemory> all;
  for (const Resident* r : residents_)
    all.push_back(
        {r->name_, r->device_, r->needs_.weights_bytes, r->held_.bytes, r->held_.mapped_bytes});
  return all;
}

Turn& Residency::turn_of(const std::string& device) {
  std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<Turn>& turn = turns_[device];
  if (!turn) turn = std::make_unique<Turn>();
  return *turn;
}

void Residency::add(Resident& resident) {
  std::lock_guard<std::mutex> lock(mutex_);
  residents_.push_back(&resident);
}

void Residency::remove(Resident& resident) {
  std::lock_guard<std::mutex> lock(mutex_);
  residents_.erase(std::find(residents_.begin(), residents_.end(), &resident));
}

int64_t Residency::held_on(const std::string& device) const {
  int64_t bytes = 0;
  for (const Resident* r : residents_)
    if (r->device_ == device) bytes += r->held_.bytes;
  return bytes;
}

// How many bytes are missing until the resident fits beside what is there; nullopt = unknown.
std::optional<int64_t> Residency::missing_bytes(const Resident& resident) const {
  // Asked without the mutex: the answer may come from Python.
  std::optional<int64_t> free;
  if (budget_.kind == DeviceBudget::Kind::kFree) free = memory_.free_bytes(resident.device_);
  std::lock_guard<std::mutex> lock(mutex_);
  const int64_t wanted =
      (resident.is_loaded_ ? 0 : resident.needs_.weights_bytes) + resident.needs_.work_bytes;
  const int64_t held = held_on(resident.device_);
  switch (budget_.kind) {
    case DeviceBudget::Kind::kUnlimited:
      return 0;
    case DeviceBudget::Kind::kBytes:
      return held + wanted - budget_.bytes;
    case DeviceBudget::Kind::kFree:
      if (!free) return std::nullopt;
      return wanted - *free;
    case DeviceBudget::Kind::kLeast:
      break;
  }
  return held - resident.held_.bytes;
}

bool Residency::drop_idlest_beside(const Resident& resident) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    Resident* idlest = nullptr;
    for (Resident* r : residents_)
      if (r != &resident && r->device_ == resident.device_ && r->is_loaded_ &&
          (!idlest || r->last_call_ < idlest->last_call_))
        idlest = r;
    if (!idlest) return false;
    idlest->drop();
  }
  memory_.empty_cache(resident.device_);
  return true;
}

void Residency::make_room(Resident& resident) {
  for (;;) {
    const std::optional<int64_t> missing = missing_bytes(resident);
    if (!missing || *missing <= 0) return;
    if (drop_idlest_beside(resident)) continue;
    // What is measured as free may be less than what an allocator finds, so it decides.
    if (budget_.kind != DeviceBudget::Kind::kBytes) return;
    throw_error<OutOfDeviceMemory>(
        "{} takes {} on {} and {} more to work, the budget is {}: raise it, or take a smaller "
        "model or device \"cpu\"",
        resident.name_, bytes_text(resident.needs_.weights_bytes), resident.device_,
        bytes_text(resident.needs_.work_bytes), bytes_text(budget_.bytes));
  }
}

std::optional<int64_t> Residency::room(const Resident& resident) const {
  const int64_t work_bytes = resident.needs_.work_bytes;
  if (budget_.kind == DeviceBudget::Kind::kLeast) return std::max(work_bytes, kLeastWorkBytes);
  if (budget_.kind == DeviceBudget::Kind::kFree) {
    const std::optional<int64_t> free = memory_.free_bytes(resident.device_);
    if (!free) return std::nullopt;
    return std::max(work_bytes, *free / kParts * kUsableParts);
  }
  if (budget_.kind == DeviceBudget::Kind::kUnlimited) return std::nullopt;
  std::lock_guard<std::mutex> lock(mutex_);
  return std::max(work_bytes, budget_.bytes - held_on(resident.device_));
}

Resident::Resident(std::string name, std::string device, Needs needs, Moves moves)
    : name_(std::move(name)),
      device_(std::move(device)),
      needs_(needs),
      moves_(std::move(moves)),
      residency_(std::make_shared<Residency>()) {
  residency_->add(*this);
}

Resident::~Resident() { residency_->remove(*this); }

std::shared_ptr<Residency> Resident::residency() const {
  std::lock_guard<std::mutex> lock(joined_);
  return residency_;
}

void Resident::drop() {
  moves_.drop();
  is_loaded_ = false;
  held_ = {};
}

Resident::Held Resident::load(Visit& visit, const Progress& progress) {
  try {
    return moves_.load(progress);
  } catch (const OutOfDeviceMemory&) {
  }
  visit.clear_device();
  return moves_.load(progress);
}

Resident::Visit Resident::visit(const Progress& progress) {
  for (;;) {
    Visit visit(*this, residency());
    Residency& shared = *visit.residency_;
    // The device's turn comes first: whoever waits for it holds nothing that others wait for.
    if (shared.is_limited())
      visit.device_turn_ = shared.turn_of(device_).take(
          progress, (name_ + ", or a model that shares its device budget,").c_str());
    visit.turn_ = turn_.take(progress, name_.c_str());
    if (residency() != visit.residency_) continue;  // it joined another while this one waited
    if (is_loaded_ && moves_.is_stale && moves_.is_stale()) {
      std::lock_guard<std::mutex> lock(shared.mutex_);
      drop();
    }
    shared.make_room(*this);
    if (!is_loaded_) {
      const Held held = load(visit, progress);
      std::lock_guard<std::mutex> lock(shared.mutex_);
      is_loaded_ = true;
      held_ = held;
    }
    {
      std::lock_guard<std::mutex> lock(shared.mutex_);
      last_call_ = ++shared.calls_;
    }
    visit.room_ = shared.room(*this);
    return visit;
  }
}

void Resident::Visit::clear_device() {
  if (residency_->is_limited())
    while (residency_->drop_idlest_beside(*resident_)) {
    }
  residency_->memory_.empty_cache(resident_->device_);
}

void Resident::unload(const Progress& progress) {
  const Turn::Lock turn = turn_.take(progress, name_.c_str());
  const std::shared_ptr<Residency> shared = residency();
  {
    std::lock_guard<std::mutex> lock(shared->mutex_);
    if (!is_loaded_) return;
    drop();
  }
  shared->memory_.empty_cache(device_);
}

void Resident::join(std::shared_ptr<Residency> other, const Progress& progress) {
  const Turn::Lock turn = turn_.take(progress, name_.c_str());
  const std::shared_ptr<Residency> before = residency();
  if (before == other) return;
  before->remove(*this);
  other->add(*this);
  std::lock_guard<std::mutex> lock(joined_);
  residency_ = std::move(other);
}

HeldMemory Resident::memory() const {
  const std::shared_ptr<Residency> shared = residency();
  std::lock_guard<std::mutex> lock(shared->mutex_);
  return {name_, device_, needs_.weights_bytes, held_.bytes, held_.mapped_bytes};
}

}  // namespace img2prompt
