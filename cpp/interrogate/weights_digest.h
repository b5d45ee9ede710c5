// The sha256 of a model's weights, computed once for a file and remembered.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"

namespace img2prompt {

class WeightsDigest {
 public:
  // files: the checkpoint, or an index of shards. Digests are remembered in `folder` by path, size
  // and time of change ("" = in this object alone), in a file that may be lost or damaged.
  WeightsDigest(std::vector<std::string> files, std::string folder);

  // One file's sha256 in hex; of several files the sha256 of their digests, joined.
  // Reads the whole files the first time, reporting the stage "weights" in MB; throws Cancelled,
  // and Error when a file cannot be read.
  const std::string& get(const Progress& progress);

 private:
  std::string file_digest(const std::string& path, const Progress& progress);

  std::vector<std::string> files_;
  std::string folder_;
  std::string digest_;
};

}  // namespace img2prompt
