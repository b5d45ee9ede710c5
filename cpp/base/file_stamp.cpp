#include "base/file_stamp.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <system_error>

namespace img2prompt {
namespace fs = std::filesystem;

std::string file_stamp(const std::string& path) {
  std::error_code error;
  const fs::path file = fs::u8path(path);
  const auto size = fs::file_size(file, error);
  if (error) return "";
  const auto changed = fs::last_write_time(file, error);
  if (error) return "";
  return fmt::format("{}:{}", size, static_cast<int64_t>(changed.time_since_epoch().count()));
}

}  // namespace img2prompt
