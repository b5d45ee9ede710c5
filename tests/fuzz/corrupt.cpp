// Real files, damaged: every prefix (or as many of them) and random corruptions of each file are
// read as metadata, and some decoded, under the sanitizers. No crash, no input that takes longer
// than its limit of CPU time, no memory beyond the file and the limit. Prints one line a file and
// what broke; the exit code is 1 where something did.
//
// fuzz_corrupt [--corruptions=10000] [--prefixes=20000] [--decode-every=200] [--jobs=2] [--quiet]
//              PATH...
#include <sanitizer/allocator_interface.h>
#include <sanitizer/asan_interface.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <random>
#include <vector>

#include "base/error.h"
#include "base/mapped_file.h"
#include "decoding.h"
#include "metadata/edit.h"
#include "target.h"

namespace {

using namespace img2prompt;
namespace fs = std::filesystem;
using Bytes = std::vector<uint8_t>;

constexpr double kMostSeconds = 1;
constexpr int64_t kMostBytes = int64_t{64} << 20;

struct Options {
  size_t corruptions = 10000, prefixes = 20000, decode_every = 200, jobs = 2;
  bool is_quiet = false;
  std::vector<fs::path> files;
};

// What is read at present; for the message when the process ends by it.
char present[512] = "nothing";

void tell() {
  std::fprintf(stderr, "\nfuzz_corrupt: this happened at %s\n", present);
  std::fflush(stderr);
}

void on_timer(int) {
  tell();
  constexpr char kWhat[] = "fuzz_corrupt: it took longer than a second of CPU time\n";
  if (write(STDERR_FILENO, kWhat, sizeof kWhat - 1) < 0) _exit(3);
  _exit(2);
}

// Memory of the process that is allocated now, and the most since it was last looked at.
std::atomic<int64_t> live{0}, peak{0};

void on_malloc(const volatile void* block, size_t size) {
  int64_t now = live += static_cast<int64_t>(size);
  if (now > peak) peak = now;
}

void on_free(const volatile void* block) {
  const void* plain = const_cast<const void*>(block);
  if (plain) live -= static_cast<int64_t>(__sanitizer_get_allocated_size(plain));
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void set_timer(double seconds) {
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(seconds);
  setitimer(ITIMER_PROF, &timer, nullptr);
}

struct Worst {
  double seconds = 0;
  int64_t bytes = 0;
};

void read_one(ByteSpan bytes, bool is_decoded, Worst& worst) {
  const int64_t before = live;
  peak = before;
  const double start = cpu_seconds();
  set_timer(kMostSeconds);
  fuzz::check_picture(bytes);
  set_timer(0);
  worst.seconds = std::max(worst.seconds, cpu_seconds() - start);
  worst.bytes = std::max(worst.bytes, peak - before);
  FUZZ_REQUIRE(peak - before <= kMostBytes);
  if (!is_decoded) return;
  fuzz::check_decoding(bytes, /*max_pixels=*/1 << 24);
  try {
    strip_metadata(bytes, "input");
  } catch (const MetadataError&) {
  }
}

// Changes bytes, or takes out or repeats some, at one to eight places: half of them in the whole
// file, half where most records stand.
Bytes corrupted(const Bytes& file, std::mt19937& random) {
  constexpr uint8_t kEdges[] = {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF};
  constexpr size_t kBeginning = 4096;
  Bytes out = file;
  auto place = [&](size_t at) { return out.begin() + static_cast<std::ptrdiff_t>(at); };
  const size_t reach = random() % 2 ? file.size() : std::min(file.size(), kBeginning);
  for (unsigned count = 1 + random() % 8; count > 0 && !out.empty(); --count) {
    const size_t at = random() % std::min(reach, out.size());
    switch (random() % 8) {
      case 0:
        out.erase(place(at), place(std::min(at + 1 + random() % 64, out.size())));
        break;
      case 1: {
        const size_t from = random() % out.size(), length = random() % 64;
        const Bytes part(place(from), place(std::min(from + length, out.size())));
        out.insert(place(at), part.begin(), part.end());
      } break;
      case 2:
      case 3:
        out[at] = kEdges[random() % sizeof kEdges];
        break;
      case 4:
        out[at] = static_cast<uint8_t>(out[at] ^ 1 << random() % 8);
        break;
      default:
        out[at] = static_cast<uint8_t>(random());
    }
  }
  return out;
}

// Every length where there are few; otherwise every one of the first half of `count`, then evenly.
std::vector<size_t> prefix_lengths(size_t size, size_t count) {
  std::vector<size_t> out;
  const size_t each = size <= count ? size : count / 2;
  for (size_t length = 0; length < each; ++length) out.push_back(length);
  for (size_t i = 0; i < count - count / 2 && each < size; ++i)
    out.push_back(each + (size - each) * i / (count - count / 2));
  return out;
}

void run_file(const fs::path& path, const Options& options) {
  const Bytes file = read_file(path.string(), SIZE_MAX);
  Worst worst;
  size_t runs = 0;
  auto read = [&](Bytes bytes) {
    bytes.shrink_to_fit();  // so that a read behind its end is seen
    read_one(bytes, runs++ % options.decode_every == 0, worst);
  };
  auto name = [&](const char* what, size_t number) {
    std::snprintf(present, sizeof present, "%s, %s %zu", path.c_str(), what, number);
  };
  name("the whole file, of bytes", file.size());
  read(file);
  const std::vector<size_t> lengths = prefix_lengths(file.size(), options.prefixes);
  for (size_t length : lengths) {
    name("the prefix of", length);
    read(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(length)));
  }
  for (size_t i = 0; i < options.corruptions && !file.empty(); ++i) {
    std::mt19937 random(static_cast<unsigned>(i));
    name("corruption", i);
    read(corrupted(file, random));
  }
  if (options.is_quiet) return;
  std::printf("%-44s %9zu bytes %7zu prefixes %7zu corruptions %7.1f ms %7.2f MiB at most\n",
              path.filename().c_str(), file.size(), lengths.size(), runs - lengths.size() - 1,
              worst.seconds * 1000, static_cast<double>(worst.bytes) / (1 << 20));
  std::fflush(stdout);
}

int run_alone(const fs::path& file, const Options& options) {
  std::signal(SIGPROF, on_timer);
  std::signal(SIGABRT, [](int) { tell(), _exit(1); });
  __sanitizer_set_death_callback(tell);
  __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
  try {
    run_file(file, options);
  } catch (const Error& error) {
    std::fprintf(stderr, "fuzz_corrupt: %s\n", error.what());
    return 1;
  }
  return 0;
}

// "--name=number", where it is that.
bool take_number(std::string_view word, std::string_view name, size_t& number) {
  if (word.substr(0, name.size()) != name) return false;
  number = std::strtoul(word.data() + name.size(), nullptr, 10);
  return true;
}

Options parse_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    bool is_option = take_number(word, "--corruptions=", options.corruptions) ||
                     take_number(word, "--prefixes=", options.prefixes) ||
                     take_number(word, "--decode-every=", options.decode_every) ||
                     take_number(word, "--jobs=", options.jobs);
    if (word == "--quiet") options.is_quiet = is_option = true;
    if (is_option) continue;
    if (word.substr(0, 2) == "--") {
      std::fprintf(stderr, "fuzz_corrupt: %s is no option\n", argv[i]);
      std::exit(2);
    }
    if (!fs::is_directory(word))
      options.files.emplace_back(word);
    else
      for (const auto& entry : fs::recursive_directory_iterator(word))
        if (entry.is_regular_file()) options.files.push_back(entry.path());
  }
  std::sort(options.files.begin(), options.files.end());
  options.decode_every = std::max<size_t>(options.decode_every, 1);
  options.jobs = std::max<size_t>(options.jobs, 1);
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse_options(argc, argv);
  if (options.files.empty()) {
    std::fprintf(stderr, "fuzz_corrupt: name files or folders of pictures\n");
    return 2;
  }
  // A process for each file, so that one that breaks does not hide the others.
  size_t broken = 0;
  size_t running = 0;
  auto collect = [&] {
    int status = 0;
    wait(&status);
    broken += status != 0;
    --running;
  };
  for (const fs::path& file : options.files) {
    if (running == options.jobs) collect();
    if (fork() == 0) return run_alone(file, options);
    ++running;
  }
  while (running > 0) collect();
  std::printf("%zu files, %zu of them broke a limit or the reader\n", options.files.size(), broken);
  return broken == 0 ? 0 : 1;
}
