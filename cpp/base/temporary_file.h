// Writing so that a reader sees the old file or the whole new one, never a part.
#pragma once

#include <cstdio>
#include <string>

#include "base/byte_span.h"

namespace img2prompt {

class TemporaryFile {
 public:
  // Creates "<path>.<process>.<number>.part" beside `path`; throws Error with the reason.
  explicit TemporaryFile(std::string path);
  ~TemporaryFile();  // removes the part unless commit() was called
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(ByteSpan bytes);  // throws Error (disk full, ...)
  void commit();               // flushes and renames over `path`; throws Error

 private:
  std::string path_, part_;
  std::FILE* file_ = nullptr;
};

}  // namespace img2prompt
