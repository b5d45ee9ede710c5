#include "metadata/read_many.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>

namespace img2prompt {
namespace {

std::optional<Metadata> read_or_nothing(const std::string& path, const ReadOptions& options) {
  try {
    return read_metadata(path, options);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<std::optional<Metadata>> read_metadata_many(const std::vector<std::string>& paths,
                                                        const ReadOptions& options,
                                                        unsigned threads) {
  std::vector<std::optional<Metadata>> out(paths.size());
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i = next++; i < paths.size(); i = next++)
      out[i] = read_or_nothing(paths[i], options);
  };
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  size_t helpers = std::min<size_t>(threads, paths.size());
  std::vector<std::thread> team;
  team.reserve(helpers);
  try {
    while (team.size() + 1 < helpers) team.emplace_back(work);
  } catch (const std::system_error&) {
    // The system gives no more threads; those that are there do the work.
  }
  work();
  for (std::thread& thread : team) thread.join();
  return out;
}

}  // namespace img2prompt
