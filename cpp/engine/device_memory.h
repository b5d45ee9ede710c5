// What is free on a device, and giving back what its allocator keeps for later. No torch here: the
// C++ headers for accelerators come with their toolkits, which users need not have, so whoever
// loads the core hands these functions in (bindings/device_memory.cpp asks torch's Python side).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace img2prompt {

struct DeviceMemory {
  // Bytes that could still be taken on a device ("cuda:0"), those included that its allocator keeps
  // for later; nullopt where that is not known.
  std::function<std::optional<int64_t>(const std::string& device)> free_bytes;
  // Gives the system back what the allocator keeps for later.
  std::function<void(const std::string& device)> empty_cache;
};

// Of every device but the CPU. Set once, before models are used.
void set_device_memory(DeviceMemory memory);

// For "cpu": the memory that the system says is available (Linux), else nullopt; the C library's
// free blocks go back to the system (glibc).
std::optional<int64_t> free_device_bytes(const std::string& device);
void empty_device_cache(const std::string& device);

}  // namespace img2prompt
