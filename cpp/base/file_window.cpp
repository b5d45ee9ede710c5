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
  if (size_ <= room_) return view(0, size_);
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

constexpr size_t kFewestBytes = 512;  // that are read at once

}  // namespace

FileWindow::FileWindow(const std::string& path) : FileWindow(ByteSpan()) {
  in_memory_ = false;
  path_ = path;
  // Not blocking: a pipe is refused below instead of being waited for.
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file_ < 0) throw_error<Error>("{}: {}", path, std::strerror(errno));
  // The end tells the size in less time than fstat() takes. Pipes and most devices have none, and
  // a folder says what it is when it is read.
  off_t end = lseek(file_, 0, SEEK_END);
  struct stat status;
  if (end <= 0 && (fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)))
    throw_error<Error>("{}: not a regular file", path);
  size_ = static_cast<size_t>(std::max(end, off_t{0}));
  if (size_ > 0) fill(0, kFirstBytes);
}

FileWindow::~FileWindow() {
  if (file_ >= 0) ::close(file_);
}

ByteSpan FileWindow::view(size_t offset, size_t count) {
  if (in_memory_) return memory_.sub(offset, count);
  offset = std::min(offset, size_);
  count = std::min(count, size_ - offset);
  if (offset < window_offset_ || offset + count > window_offset_ + window_size_)
    fill(offset, std::max(count, kFewestBytes));
  return ByteSpan(window_, window_size_).sub(offset - window_offset_, count);
}

void FileWindow::fill(size_t offset, size_t count) {
  count = std::min(count, size_ - offset);
  if (count > room_) {
    more_room_.reset(new uint8_t[count]);
    window_ = more_room_.get();
    room_ = count;
  }
  window_offset_ = offset;
  window_size_ = 0;
  while (window_size_ < count) {
    ssize_t got = pread(file_, window_ + window_size_, count - window_size_,
                        static_cast<off_t>(offset + window_size_));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_error<Error>("{}: {}", path_, std::strerror(errno));
    if (got == 0) break;  // the end, or the file has shrunk
    window_size_ += static_cast<size_t>(got);
  }
}

#endif

}  // namespace img2prompt
