#include "base/mapped_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>

#include "base/error.h"
#include "base/utf8.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace img2prompt {

#ifdef _WIN32

void MappedFile::copy(size_t offset, size_t count, void* out) const {
  std::memcpy(out, bytes_.data() + offset, count);
}

void MappedFile::release(ByteSpan) const {}

// Windows lets no one cut or write a file that is mapped.
bool MappedFile::is_unchanged() const { return true; }

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  std::shared_ptr<MappedFile> mapped(new MappedFile);
  mapped->path_ = path;
  HANDLE file = CreateFileW(utf8_to_wide(path).c_str(), GENERIC_READ, FILE_SHARE_READ, nullptr,
                            OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (file == INVALID_HANDLE_VALUE) throw_error<Error>("{}: cannot be opened", path);
  mapped->file_ = file;
  LARGE_INTEGER size;
  if (!GetFileSizeEx(file, &size)) throw_error<Error>("{}: cannot be read", path);
  if (size.QuadPart == 0) return mapped;
  mapped->mapping_ = CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr);
  void* view = mapped->mapping_ ? MapViewOfFile(mapped->mapping_, FILE_MAP_READ, 0, 0, 0) : nullptr;
  if (!view) throw_error<Error>("{}: cannot be mapped", path);
  mapped->bytes_ = {static_cast<const uint8_t*>(view), static_cast<size_t>(size.QuadPart)};
  return mapped;
}

MappedFile::~MappedFile() {
  if (bytes_.data()) UnmapViewOfFile(bytes_.data());
  if (mapping_) CloseHandle(mapping_);
  if (file_) CloseHandle(file_);
}

#else

void MappedFile::copy(size_t offset, size_t count, void* out) const {
  const ssize_t read = pread(file_, out, count, static_cast<off_t>(offset));
  if (read != static_cast<ssize_t>(count)) std::memcpy(out, bytes_.data() + offset, count);
}

namespace {

// Nanoseconds; sizes are compared apart.
int64_t change_time(const struct stat& status) {
#ifdef __APPLE__
  const timespec& time = status.st_mtimespec;
#else
  const timespec& time = status.st_mtim;
#endif
  return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

bool MappedFile::is_unchanged() const {
  struct stat status;
  return !(guard_ && guard_->is_broken()) && fstat(file_, &status) == 0 &&
         static_cast<size_t>(status.st_size) == bytes_.size() && change_time(status) == changed_;
}

void MappedFile::release(ByteSpan part) const {
  const std::less_equal<const uint8_t*> not_after;
  if (!not_after(bytes_.begin(), part.begin()) || !not_after(part.end(), bytes_.end())) return;
  // Whole pages only: those at the ends hold bytes of others too.
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<uintptr_t>(part.begin()) + page - 1) / page * page;
  const auto end = reinterpret_cast<uintptr_t>(part.end()) / page * page;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

std::shared_ptr<const MappedFile> MappedFile::open(const std::string& path) {
  std::shared_ptr<MappedFile> mapped(new MappedFile);
  mapped->path_ = path;
  const int file = mapped->file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) throw_error<Error>("{}: {}", path, std::strerror(errno));
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
    throw_error<Error>("{}: not a regular file", path);
  if (status.st_size > 0) {
    size_t size = static_cast<size_t>(status.st_size);
    void* view = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    if (view == MAP_FAILED)
      throw_error<Error>("{}: cannot be mapped: {}", path, std::strerror(errno));
    mapped->bytes_ = {static_cast<const uint8_t*>(view), size};
    mapped->guard_.emplace(view, size);
  }
  mapped->changed_ = change_time(status);
  return mapped;
}

MappedFile::~MappedFile() {
  guard_.reset();
  if (bytes_.data()) munmap(const_cast<uint8_t*>(bytes_.data()), bytes_.size());
  if (file_ >= 0) ::close(file_);
}

#endif

std::vector<uint8_t> read_file(const std::string& path, size_t max_bytes) {
#ifdef _WIN32
  std::FILE* raw = _wfopen(utf8_to_wide(path).c_str(), L"rb");
#else
  std::FILE* raw = std::fopen(path.c_str(), "rb");
#endif
  if (!raw) throw_error<Error>("{}: {}", path, std::strerror(errno));
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(raw, &std::fclose);
  std::vector<uint8_t> bytes;
  uint8_t block[1 << 16];
  while (size_t count = std::fread(block, 1, sizeof block, raw)) {
    if (bytes.size() + count > max_bytes)
      throw_error<Error>("{}: larger than the {} bytes allowed", path, max_bytes);
    bytes.insert(bytes.end(), block, block + count);
  }
  if (std::ferror(raw)) throw_error<Error>("{}: {}", path, std::strerror(errno));
  return bytes;
}

}  // namespace img2prompt
