// One JSON object of a model's configuration: values by key, each within bounds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "nn/layers.h"

namespace img2prompt {

// Keys that are absent or null leave what read() is given as it is. Refusals are ModelErrors:
// "<source>: <name>.<key> is <value>, <what is accepted>".
class ConfigSection {
 public:
  // The object under `name` of `root`; an absent one is empty. Throws ModelError when it is
  // something else than an object. `root` must outlive this; `source` names the file in messages.
  ConfigSection(const Json& root, const char* name, std::string source);

  void read(const char* key, int64_t& value, int64_t low, int64_t high) const;
  void read(const char* key, double& value, double low, double high) const;
  void read(const char* key, bool& value) const;
  void read(const char* key, Activation& value) const;
  // A list of `count` whole numbers; count 0 = 1 to kMaxItems of them.
  void read(const char* key, std::vector<int64_t>& values, int64_t low, int64_t high,
            size_t count = 0) const;
  void require(const char* key, const char* only) const;

  const Json* find(const char* key) const;  // null when absent or null
  const std::string& place() const { return place_; }
  static std::string shown(const Json& value);

  static constexpr size_t kMaxItems = 64;

 private:
  int64_t whole(const std::string& key, const Json& value, int64_t low, int64_t high) const;

  std::string place_;
  const Json* json_ = nullptr;
};

}  // namespace img2prompt
