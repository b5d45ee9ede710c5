// Checkpoints built byte by byte, so that a test can make any part of one wrong.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/temporary_file.h"
#include "checkpoints/open.h"

namespace img2prompt::build {

inline std::string le(uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += i < 8 ? static_cast<char>(value >> (8 * i)) : '\0';
  return out;
}

// -- zip ------------------------------------------------------------------------------------------
struct ZipPart {
  std::string name, content;
  // What the directory says, where that differs.
  std::string directory_name = name;
  uint64_t offset = UINT64_MAX;  // of the local header
  uint64_t packed = content.size(), size = content.size();
  uint16_t flags = 0, method = 0;
  std::string extra = {};
};

struct ZipEnd {
  uint64_t disk = 0, count = UINT64_MAX, size = UINT64_MAX, offset = UINT64_MAX;
  std::string comment = {};
  bool zip64 = false;
  std::string tail = {};  // between the directory and the end record
};

inline std::string zip(const std::vector<ZipPart>& parts, ZipEnd end = {}) {
  std::string out, directory;
  for (const ZipPart& part : parts) {
    uint64_t at = part.offset == UINT64_MAX ? out.size() : part.offset;
    out += "PK\x03\x04" + le(20, 2) + le(part.flags, 2) + le(part.method, 2) + le(0, 8) +
           le(part.content.size(), 4) + le(part.content.size(), 4) + le(part.name.size(), 2) +
           le(0, 2) + part.name + part.content;
    auto narrow = [](uint64_t value) { return value > 0xffffffff ? 0xffffffff : value; };
    directory += "PK\x01\x02" + le(20, 2) + le(20, 2) + le(part.flags, 2) + le(part.method, 2) +
                 le(0, 8) + le(narrow(part.packed), 4) + le(narrow(part.size), 4) +
                 le(part.directory_name.size(), 2) + le(part.extra.size(), 2) + le(0, 2) +
                 le(0, 8) + le(narrow(at), 4) + part.directory_name + part.extra;
  }
  uint64_t count = end.count == UINT64_MAX ? parts.size() : end.count;
  uint64_t size = end.size == UINT64_MAX ? directory.size() : end.size;
  uint64_t offset = end.offset == UINT64_MAX ? out.size() : end.offset;
  out += directory + end.tail;
  if (end.zip64) {
    uint64_t place = out.size();
    out += "PK\x06\x06" + le(44, 8) + le(45, 2) + le(45, 2) + le(end.disk, 4) + le(0, 4) +
           le(count, 8) + le(count, 8) + le(size, 8) + le(offset, 8);
    out += "PK\x06\x07" + le(0, 4) + le(place, 8) + le(1, 4);
    count = 0xffff, size = offset = 0xffffffff;
  }
  return out + "PK\x05\x06" + le(end.zip64 ? 0 : end.disk, 2) + le(0, 2) + le(count, 2) +
         le(count, 2) + le(size, 4) + le(offset, 4) + le(end.comment.size(), 2) + end.comment;
}

// -- pickle ---------------------------------------------------------------------------------------
const std::string kProto2 = "\x80\x02";

inline std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string text(const std::string& value) { return "X" + le(value.size(), 4) + value; }
inline std::string number(int64_t value) {  // LONG1 of 8 bytes
  return "\x8a\x08" + le(static_cast<uint64_t>(value), 8);
}
inline std::string tuple(const std::string& items) { return "(" + items + "t"; }
inline std::string call(const std::string& callable, const std::string& arguments) {
  return callable + tuple(arguments) + "R";
}
inline std::string dict(const std::string& items) { return "}(" + items + "u"; }
inline std::string pickle(const std::string& value) { return kProto2 + value + "."; }

struct Tensor {
  std::string key = "0", type = "FloatStorage", module = "torch", function = "_rebuild_tensor_v2";
  int64_t count = 6, offset = 0;
  std::vector<int64_t> shape = {2, 3}, strides = {3, 1};
  std::string storage_end = {};  // more of the persistent id
};

inline std::string storage(const Tensor& t) {
  return tuple(text("storage") + global(t.module, t.type) + text(t.key) + text("cpu") +
               number(t.count) + t.storage_end) +
         "Q";
}

inline std::string numbers(const std::vector<int64_t>& values) {
  std::string items;
  for (int64_t value : values) items += number(value);
  return tuple(items);
}

inline std::string tensor(const Tensor& t = {}) {
  return call(global("torch._utils", t.function), storage(t) + number(t.offset) + numbers(t.shape) +
                                                      numbers(t.strides) + "\x89" + dict(""));
}

inline std::string torch_zip(const std::string& value, const std::string& data = le(0, 24),
                             std::vector<ZipPart> more = {}) {
  more.insert(more.begin(), {{"archive/data.pkl", pickle(value)}, {"archive/data/0", data}});
  return zip(more);
}

inline std::string torch_legacy(const std::string& value, const std::string& keys = text("0"),
                                const std::string& data = le(6, 8) + le(0, 24)) {
  return pickle("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + pickle(number(1001)) +
         pickle(dict(text("little_endian") + "\x88")) + pickle(value) + pickle("](" + keys + "e") +
         data;
}

// -- what becomes of them -------------------------------------------------------------------------
struct Opened {
  std::shared_ptr<const Checkpoint> checkpoint;  // null when the file was refused
  std::string message;                           // why; the path is cut off
};

// Opens the bytes as a file. Whatever else than CheckpointError comes out fails the test.
inline Opened open(const std::string& content) {
  namespace fs = std::filesystem;
  const std::string path =
      (fs::temp_directory_path() / "img2prompt_checkpoints_test.file").string();
  TemporaryFile file(path);
  file.write(ByteSpan(std::string_view(content)));
  file.commit();
  Opened opened;
  try {
    opened.checkpoint = open_checkpoint(path);
  } catch (const CheckpointError& error) {
    opened.message = error.what();
    CHECK(opened.message.find(path) == 0);
    CHECK(opened.message.find('\n') == std::string::npos);
    CHECK(opened.message.size() < path.size() + 600);
    opened.message.erase(0, path.size());
  }
  fs::remove(path);
  return opened;
}

inline bool refused(const std::string& content, const std::string& part) {
  Opened opened = open(content);
  INFO(opened.message);
  CHECK(!opened.checkpoint);
  CHECK(opened.message.find(part) != std::string::npos);
  return !opened.checkpoint && opened.message.find(part) != std::string::npos;
}

// Every cut of a good file is refused.
inline void check_cuts(const std::string& good) {
  REQUIRE(open(good).checkpoint);
  for (size_t length = 0; length < good.size(); ++length) {
    CAPTURE(length);
    CHECK(!open(good.substr(0, length)).checkpoint);
  }
}

// Reads every byte of every tensor, as a user of the views would: a sanitizer sees what lies
// outside.
inline uint64_t sum_of(const Checkpoint& checkpoint) {
  uint64_t sum = 0;
  for (const auto& entry : checkpoint.tensors)
    for (uint8_t byte : entry.second.bytes) sum += byte;
  return sum;
}

// Every byte of a good file is changed in several ways; what opens nevertheless is read whole.
inline void check_changes(const std::string& good) {
  for (size_t at = 0; at < good.size(); ++at)
    for (int change : {0x01, 0x80, 0xff}) {
      CAPTURE(at);
      CAPTURE(change);
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ change);
      Opened opened = open(bad);
      if (opened.checkpoint) CHECK(sum_of(*opened.checkpoint) < UINT64_MAX);
    }
}

}  // namespace img2prompt::build
