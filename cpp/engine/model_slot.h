// A network whose weights come and go: a Resident and the network that it brings.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "engine/out_of_memory.h"
#include "engine/residency.h"
#include "nn/weights.h"

namespace img2prompt {

template <typename Network>
class ModelSlot {
 public:
  // Builds the network out of its checkpoint, opened anew; `weights` tells what it took.
  using Build = std::function<std::unique_ptr<const Network>(Weights& weights)>;
  using Open = std::function<Weights(const Progress&)>;

  ModelSlot(std::string name, at::Device device, Resident::Needs needs, Open open, Build build)
      : open_(std::move(open)),
        build_(std::move(build)),
        resident_(std::move(name), device.str(), needs,
                  {[this](const Progress& progress) { return load(progress); }, [this] { drop(); },
                   [this] { return mapped_ && !mapped_->is_unchanged(); }}) {}

  Resident& resident() { return resident_; }
  const Resident& resident() const { return resident_; }

  // During a visit.
  const Network& network() const { return *network_; }
  // Before an answer is believed: throws CheckpointError where the file under the weights changed
  // while they were used. The next visit loads them again.
  void check_file() const {
    if (mapped_) check_unchanged(*mapped_);
  }

 private:
  Resident::Held load(const Progress& progress) {
    try {
      Weights weights = open_(progress);
      auto network = build_(weights);
      check_unchanged(*weights.checkpoint());
      network_ = std::move(network);
      if (weights.mapped_bytes() > 0) mapped_ = weights.checkpoint();
      return {weights.taken_bytes(), weights.mapped_bytes()};
    } catch (const std::exception& error) {
      if (!is_out_of_memory(error)) throw;
      throw_out_of_memory(resident_.device(), error);
    }
  }

  void drop() {
    network_.reset();
    mapped_.reset();
  }

  Open open_;
  Build build_;
  std::unique_ptr<const Network> network_;
  std::shared_ptr<const Checkpoint> mapped_;  // null where nothing of the network lies in its files
  Resident resident_;  // last, so that it leaves its residency before the network goes
};

}  // namespace img2prompt
