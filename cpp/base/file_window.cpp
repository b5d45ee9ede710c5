#include "base/file_window.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

#ifndef _WIN32
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace img2prompt {

ByteSpan FileWindow::all() {
  if (in_memory_) return memory_;
  if (size_ <= window_.size()) return view(0, size_);
  if (!mapped_) mapped_ = MappedFile::open(path_);
  return mapped_->bytes();
}

#ifdef _WIN32

FileWindow::FileWindow(const std::string& path)
    : in_memory_(true), mapped_(MappedFile::open(path)) {
  memory_ = mapped_->bytes();
  size_ = memory_.size();
}

FileWindow::~FileWindow() = default;

ByteSpan FileWindow::view(size_t offset, size_t count) { return memory_.sub(offset, count); }

#else

namespace {

constexpr size_t kFirstBytes = 16384;  // most records stand here
constexpr size_t kFewestBytes = 512;

}  // namespace

FileWindow::FileWindow(const std::string& path) : path_(path) {
  // Not blocking: a pipe is refused below instead of being waited for.
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) throw_error<Error>("{}: {}", path, std::strerror(errno));
  struct stat status;
  if (fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(file_);
    throw_error<Error>("{}: not a regular file", path);
  }
  size_ = static_cast<size_t>(status.st_size);
  window_.resize(kFirstBytes);
}

FileWindow::~FileWindow() {
  if (file_ >= 0) ::close(file_);
}

ByteSpan FileWindow::view(size_t offset, size_t count) {
  if (in_memory_) return memory_.sub(offset, count);
  offset = std::min(offset, size_);
  count = std::min(count, size_ - offset);
  if (offset < window_offset_ || offset + count > window_offset_ + window_size_) {
    bool is_first = window_size_ == 0;
    fill(offset, std::max(count, is_first ? kFirstBytes : kFewestBytes));
  }
  return ByteSpan(window_.data(), window_size_).sub(offset - window_offset_, count);
}

void FileWindow::fill(size_t offset, size_t count) {
  if (count > window_.size()) window_.resize(count);
  window_offset_ = offset;
  window_size_ = 0;
  while (window_size_ < count) {
    ssize_t got = pread(file_, window_.data() + window_size_, count - window_size_,
                        static_cast<off_t>(offset + window_size_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_error<Error>("{}: {}", path_, std::strerror(errno));
    if (got == 0) break;  // the end, or the file has shrunk
    window_size_ += static_cast<size_t>(got);
  }
}

#endif

}  // namespace img2prompt
