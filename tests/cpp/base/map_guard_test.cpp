#include "base/map_guard.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/mapped_file.h"

#ifndef _WIN32
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#endif

using namespace img2prompt;
namespace fs = std::filesystem;

#ifndef _WIN32

namespace {

constexpr size_t kSize = 1 << 20;

class File {
 public:
  explicit File(const char* name) : path_(fs::path(I2P_BINARY_DIR) / name) { write(kSize, 'x'); }
  ~File() { fs::remove(path_); }
  void write(size_t size, char byte) {
    std::ofstream(path_, std::ios::binary) << std::string(size, byte);
  }
  void cut(size_t size) { fs::resize_file(path_, size); }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

size_t count(ByteSpan bytes, uint8_t byte) {
  size_t found = 0;
  for (uint8_t b : bytes) found += b == byte;
  return found;
}

}  // namespace

TEST_CASE(
    "A mapped file that is cut short reads as zeros behind the cut, and is known as changed") {
  File file("map_guard_cut");
  const auto mapped = MappedFile::open(file.path());
  CHECK(mapped->is_unchanged());
  CHECK(mapped->bytes()[kSize - 1] == 'x');
  mapped->release(mapped->bytes());  // so that every page is read from the file again
  file.cut(kSize / 4);
  CHECK(count(mapped->bytes(), 'x') == kSize / 4);
  CHECK(count(mapped->bytes(), 0) == kSize - kSize / 4);
  CHECK_FALSE(mapped->is_unchanged());
  // The whole file again: what was lost stays lost, a new mapping has it.
  file.write(kSize, 'x');
  CHECK_FALSE(mapped->is_unchanged());
  CHECK(MappedFile::open(file.path())->is_unchanged());
}

TEST_CASE("Threads may meet the cut at once") {
  File file("map_guard_threads");
  const auto mapped = MappedFile::open(file.path());
  mapped->release(mapped->bytes());
  file.cut(0);
  std::vector<std::thread> threads;
  std::atomic<size_t> zeros{0};
  for (int i = 0; i < 4; ++i) threads.emplace_back([&] { zeros += count(mapped->bytes(), 0); });
  for (std::thread& thread : threads) thread.join();
  CHECK(zeros == 4 * kSize);
}

TEST_CASE("Other files stay whole beside one that was cut") {
  File cut("map_guard_one"), whole("map_guard_other");
  const auto first = MappedFile::open(cut.path()), second = MappedFile::open(whole.path());
  first->release(first->bytes());
  cut.cut(1);
  CHECK(first->bytes()[kSize / 2] == 0);
  CHECK(count(second->bytes(), 'x') == kSize);
  CHECK(second->is_unchanged());
}

TEST_CASE("A file that is written to in place is known as changed") {
  File file("map_guard_written");
  const auto mapped = MappedFile::open(file.path());
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  file.write(kSize, 'y');
  CHECK_FALSE(mapped->is_unchanged());
}

TEST_CASE("Guards come and go; those beyond the last place guard nothing and harm nothing") {
  std::vector<uint8_t> bytes(16);
  std::vector<std::unique_ptr<MapGuard>> guards;
  for (int i = 0; i < 1500; ++i)
    guards.push_back(std::make_unique<MapGuard>(bytes.data(), bytes.size()));
  CHECK_FALSE(guards.back()->is_broken());
  guards.clear();
  File file("map_guard_after");
  const auto mapped = MappedFile::open(file.path());
  mapped->release(mapped->bytes());
  file.cut(0);
  CHECK(mapped->bytes()[0] == 0);
}

TEST_CASE("A bus error that is not a guarded file's ends the process as it always did") {
  const pid_t child = fork();
  if (child == 0) {
    uint8_t byte = 0;
    MapGuard guard(&byte, 1);
    raise(SIGBUS);  // comes back from the handler once, with the former one in its place
    raise(SIGBUS);
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGBUS);
}

#endif
