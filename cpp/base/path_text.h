// Paths as UTF-8 text, the form in which they cross every interface here.
#pragma once

#include <filesystem>
#include <string>

namespace img2prompt {

// path::u8string() is std::string in C++17 and std::u8string from C++20 on.
inline std::string path_text(const std::filesystem::path& path) {
  const auto text = path.u8string();
  return std::string(reinterpret_cast<const char*>(text.data()), text.size());
}

}  // namespace img2prompt
