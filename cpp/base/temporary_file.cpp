#include "base/temporary_file.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"

#ifdef _WIN32
#include <process.h>
#define getpid _getpid
#else
#include <unistd.h>
#endif

namespace img2prompt {
namespace fs = std::filesystem;

TemporaryFile::TemporaryFile(std::string path) : path_(std::move(path)) {
  static std::atomic<unsigned> counter{0};
  part_ = fmt::format("{}.{}.{}.part", path_, static_cast<long>(getpid()), counter++);
#ifdef _WIN32
  file_ = _wfopen(fs::u8path(part_).c_str(), L"wb");
#else
  file_ = std::fopen(part_.c_str(), "wb");
#endif
  if (!file_) throw_error<Error>("{}: cannot be written: {}", path_, std::strerror(errno));
}

TemporaryFile::~TemporaryFile() {
  if (file_) std::fclose(file_);
  std::error_code ignored;
  if (!part_.empty()) fs::remove(fs::u8path(part_), ignored);
}

void TemporaryFile::write(ByteSpan bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size())
    throw_error<Error>("{}: cannot be written: {}", path_, std::strerror(errno));
}

void TemporaryFile::commit() {
  bool flushed = std::fflush(file_) == 0;
  bool closed = std::fclose(file_) == 0;
  file_ = nullptr;
  if (!flushed || !closed)
    throw_error<Error>("{}: cannot be written: {}", path_, std::strerror(errno));
  std::error_code error;
  fs::rename(fs::u8path(part_), fs::u8path(path_), error);
  if (error) throw_error<Error>("{}: cannot be written: {}", path_, error.message());
  part_.clear();
}

}  // namespace img2prompt
