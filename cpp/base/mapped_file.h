// A file mapped read-only into memory, so that weights are read by the page and never copied.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/byte_span.h"
#include "base/map_guard.h"

namespace img2prompt {

class MappedFile {
 public:
  // Throws Error with the path and the system's reason when the file cannot be opened.
  static std::shared_ptr<const MappedFile> open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  ByteSpan bytes() const { return bytes_; }
  const std::string& path() const { return path_; }

  // Whether the file is as it was when it was opened, and all that was read came from it. Another
  // program may cut it short (what lies behind then reads as zeros, see map_guard.h) or write to
  // it.
  bool is_unchanged() const;

  // Copies bytes that lie within bytes() into `out` without mapping their page: for small parts far
  // from one another this costs a third of a look at bytes().
  void copy(size_t offset, size_t count, void* out) const;

  // Lets go of the memory behind a part of bytes() that has been copied, so that the process grows
  // by the copy alone. The part can be read again. Other memory is left alone; on Windows all is.
  void release(ByteSpan part) const;

 private:
  MappedFile() = default;
  std::string path_;
  ByteSpan bytes_;
  std::optional<MapGuard> guard_;
  int64_t changed_ = 0;  // when the file was last written to, in the system's units
#ifdef _WIN32
  void* file_ = nullptr;
  void* mapping_ = nullptr;
#else
  int file_ = -1;
#endif
};

// The whole file as bytes; throws Error when it cannot be read or is larger than `max_bytes`.
std::vector<uint8_t> read_file(const std::string& path, size_t max_bytes);

}  // namespace img2prompt
