// How long work tells how far it is, and how it is stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace img2prompt {

struct Progress {
  // stage in plain words ("labels: flavors"), items done, items in all.
  std::function<void(const std::string& stage, int64_t done, int64_t total)> on_progress;
  std::function<bool()> is_cancelled;
  // The best prompt yet of a search that goes on, and its cosine similarity to the picture.
  std::function<void(const std::string& prompt, float similarity)> on_found = nullptr;

  void report(const std::string& stage, int64_t done, int64_t total) const {
    if (on_progress) on_progress(stage, done, total);
  }
  void found(const std::string& prompt, float similarity) const {
    if (on_found) on_found(prompt, similarity);
  }
  // The same cancel, no reports: for work too short to be told of.
  Progress silent() const { return {nullptr, is_cancelled}; }
  // Throws Cancelled once is_cancelled() answers true. Call at least every few hundred
  // milliseconds.
  void check() const;
};

}  // namespace img2prompt
