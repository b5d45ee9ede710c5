// JSON of unknown origin in one flat table instead of a tree: read in one pass, in time linear in
// its length whatever its shape (an object of a hundred thousand keys included), 16 bytes a value.
// Python's NaN, Infinity and -Infinity are numbers here, since ComfyUI writes them; control
// characters inside strings are accepted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace img2prompt {

class JsonTape;

// A value of a tape, valid as long as the tape; one that is looked for and not there is kMissing,
// and everything may be asked of it.
class JsonValue {
 public:
  enum class Kind : uint8_t { kMissing, kNull, kFalse, kTrue, kNumber, kString, kArray, kObject };

  JsonValue() = default;
  Kind kind() const;
  bool is_object() const { return kind() == Kind::kObject; }
  bool is_array() const { return kind() == Kind::kArray; }
  bool is_string() const { return kind() == Kind::kString; }
  bool is_number() const { return kind() == Kind::kNumber; }
  bool is_bool() const { return kind() == Kind::kTrue || kind() == Kind::kFalse; }

  // A string's characters, a number as it is written, "true", "false"; empty of anything else.
  std::string_view text() const;
  // A finite number's value; none of anything else.
  std::optional<double> number() const;
  // A number without a fraction in the range of int64_t; none of anything else.
  std::optional<int64_t> integer() const;

  // The last member of that key, as Python has it; looks through all of them.
  JsonValue operator[](std::string_view key) const;
  // The elements of an array, or the values of an object's members; none of anything else.
  class Iterator;
  Iterator begin() const;
  Iterator end() const;
  bool empty() const;

 private:
  friend class JsonTape;
  JsonValue(const JsonTape* tape, uint32_t index) : tape_(tape), index_(index) {}

  const JsonTape* tape_ = nullptr;
  uint32_t index_ = 0;
};

class JsonValue::Iterator {
 public:
  Iterator() = default;
  JsonValue operator*() const;
  std::string_view key() const;  // of an object's member; empty in an array
  Iterator& operator++();
  bool operator!=(const Iterator& other) const { return index_ != other.index_; }
  bool operator==(const Iterator& other) const { return index_ == other.index_; }

 private:
  friend class JsonValue;
  Iterator(const JsonTape* tape, uint32_t index, bool is_object)
      : tape_(tape), index_(index), is_object_(is_object) {}

  const JsonTape* tape_ = nullptr;
  uint32_t index_ = 0;
  bool is_object_ = false;
};

class JsonTape {
 public:
  enum class End { kWhole, kNotJson, kTooDeep, kTooMany };

  // `text` is UTF-8 and outlives the tape. Anything but kWhole leaves root() missing. Nesting below
  // kMaxGraphJsonDepth and values up to kMaxGraphValues are read.
  End parse(std::string_view text);
  JsonValue root() const;

 private:
  friend class JsonValue;
  friend class JsonValue::Iterator;
  using Kind = JsonValue::Kind;

  // An object's or array's children follow it; an object's are keys and values in turn.
  struct Entry {
    uint32_t start, length;  // of a string's or number's characters
    uint32_t next;           // the entry behind this value and all it holds
    Kind kind;
    bool is_unescaped;  // the characters are in unescaped_, not in text_
  };

  bool read_value(size_t& position);
  bool read_key(size_t& position);
  bool read_string(size_t& position);
  bool read_number(size_t& position);
  bool read_word(std::string_view word, Kind kind, size_t& position);
  bool open(Kind kind, size_t& position);
  bool close_values(size_t& position);
  bool push(Kind kind, size_t start, size_t length, bool is_unescaped = false);
  void skip_space(size_t& position) const;
  std::string_view text_of(const Entry& entry) const;

  std::string_view text_;
  std::string unescaped_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> open_;  // the objects and arrays around the present value
  End end_ = End::kNotJson;
};

}  // namespace img2prompt
