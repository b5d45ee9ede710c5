// Reads a pickle as plain data. Nothing that it names is looked up, imported or called: a class or
// a function becomes a placeholder, a call becomes a note of what would be called with what.
// Format: the comments of CPython's Lib/pickletools.py, protocols 2 to 5.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_span.h"

namespace img2prompt {

// Far above what weights files hold (one tensor is about 12 values and 25 operations), and few
// enough that the largest table of values takes 200 MB.
constexpr size_t kPickleMaxValues = size_t{1} << 21;
constexpr size_t kPickleMaxOperations = size_t{1} << 23;

using PickleId = uint32_t;  // a value's place in its Pickle

struct PickleValue {
  enum class Kind : uint8_t {
    kNone,
    kBool,
    kInt,
    kLong,  // more than 64 bits
    kFloat,
    kString,
    kBytes,
    kTuple,
    kList,
    kSet,
    kDict,
    kGlobal,      // a class or function
    kObject,      // what a call would have made
    kPersistent,  // a reference out of the pickle
  };
  Kind kind = Kind::kNone;
  int64_t integer = 0;          // kBool, kInt
  std::string_view text;        // kString, kBytes, kLong (little-endian); kGlobal: its module
  std::string_view name;        // kGlobal
  std::vector<PickleId> items;  // kTuple, kList, kSet: the elements; kDict: key, value, key, ...;
                                // kObject: callable, arguments, then its state if it was given one;
                                // kPersistent: the id

  bool is(Kind other) const { return kind == other; }
  bool is_global(std::string_view of_module, std::string_view of_name) const {
    return kind == Kind::kGlobal && text == of_module && name == of_name;
  }
};

// Values refer to one another by place and may form cycles; whoever follows them bounds the depth.
class Pickle {
 public:
  // Reads one pickle from `position`, which moves behind it. Texts point into `bytes`; `what` is
  // for messages. Throws CheckpointError "<what>: ...": cut short, malformed, an operation outside
  // the closed list, more than the limits, or a global that only an attack would name.
  static Pickle read(ByteSpan bytes, size_t& position, const std::string& what);

  const PickleValue& root() const { return values_[root_]; }
  const PickleValue& operator[](PickleId id) const { return values_[id]; }
  const std::vector<PickleValue>& values() const { return values_; }

  // What a kDict holds under a string, the last one if there are several; null when absent or when
  // `dict` is of another kind.
  const PickleValue* find(const PickleValue& dict, std::string_view key) const;

 private:
  friend class PickleReader;
  std::vector<PickleValue> values_;
  PickleId root_ = 0;
};

}  // namespace img2prompt
