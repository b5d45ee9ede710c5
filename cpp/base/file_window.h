// Bytes of a file by offset, for readers that need few of them: a window is read where they look,
// so that stepping over megabytes costs a system call and no page of them. Bytes in memory have the
// same face.
#pragma once

#include <memory>
#include <string>

#include "base/byte_span.h"
#include "base/mapped_file.h"

namespace img2prompt {

class FileWindow {
 public:
  explicit FileWindow(ByteSpan bytes) : memory_(bytes), size_(bytes.size()), in_memory_(true) {}
  // Throws Error with the path and the system's reason; also where it is no regular file.
  explicit FileWindow(const std::string& path);
  ~FileWindow();
  FileWindow(const FileWindow&) = delete;
  FileWindow& operator=(const FileWindow&) = delete;

  size_t size() const { return size_; }

  // The bytes from `offset`, `count` of them or what is there; valid until the next call. Memory of
  // `count` is taken: bound it. Throws Error where the file cannot be read.
  ByteSpan view(size_t offset, size_t count);

  // The whole file: the window where it fits, else mapped. Valid as long as this, or, where the
  // file is short, until the next view().
  ByteSpan all();

 private:
  static constexpr size_t kFirstBytes = 2048;  // most records stand here

  void fill(size_t offset, size_t count);

  ByteSpan memory_;
  size_t size_ = 0;
  bool in_memory_ = false;
  std::string path_;
  int file_ = -1;
  uint8_t first_room_[kFirstBytes];  // the window, until one needs more
  std::unique_ptr<uint8_t[]> more_room_;
  uint8_t* window_ = first_room_;
  size_t room_ = kFirstBytes, window_offset_ = 0, window_size_ = 0;
  std::shared_ptr<const MappedFile> mapped_;
};

}  // namespace img2prompt
