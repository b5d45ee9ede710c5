#include "engine/device_memory.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <fstream>
#include <limits>

namespace img2prompt {
namespace {

DeviceMemory& handed_in() {
  static DeviceMemory memory;
  return memory;
}

// MemAvailable of /proc/meminfo: what can be had without swapping, page cache included.
std::optional<int64_t> available_host_bytes() {
  std::ifstream file("/proc/meminfo");
  for (std::string key; file >> key;) {
    int64_t kilobytes = 0;
    if (key == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

}  // namespace

void set_device_memory(DeviceMemory memory) { handed_in() = std::move(memory); }

std::optional<int64_t> free_device_bytes(const std::string& device) {
  if (device == "cpu") return available_host_bytes();
  return handed_in().free_bytes ? handed_in().free_bytes(device) : std::nullopt;
}

void empty_device_cache(const std::string& device) {
#ifdef __GLIBC__
  if (device == "cpu") malloc_trim(0);
#endif
  if (device != "cpu" && handed_in().empty_cache) handed_in().empty_cache(device);
}

}  // namespace img2prompt
