#include "interrogate/category_folder.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/path_text.h"

namespace img2prompt {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kMostLabels = 1'000'000;  // more digits say no more

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::vector<LabelSource> list_categories(const std::string& folder) {
  std::error_code error, ignored;
  std::vector<LabelSource> categories;
  fs::directory_iterator entries(fs::u8path(folder), error);
  for (; entries != fs::directory_iterator(); entries.increment(error)) {
    const fs::path& path = entries->path();
    if (path.extension() == ".txt" && fs::is_regular_file(path, ignored))
      categories.push_back({path_text(path.stem()), path_text(path), {}});
  }
  if (error)
    throw_error<InvalidArgument>(
        "{}: this folder of categories cannot be read ({}); a <name>.txt of labels for each is "
        "expected in it",
        folder, error.message());
  if (categories.empty())
    throw_error<InvalidArgument>("{}: no category (*.txt) in this folder", folder);
  std::sort(categories.begin(), categories.end(),
            [](const LabelSource& a, const LabelSource& b) { return a.path < b.path; });
  return categories;
}

int64_t category_top(const std::string& name) {
  constexpr std::string_view kMark = ".top";
  for (size_t at = name.find(kMark); at != std::string::npos; at = name.find(kMark, at + 1)) {
    const size_t first = at + kMark.size();
    size_t end = first;
    int64_t top = 0;
    for (; end < name.size() && is_digit(name[end]); ++end)
      top = std::min(10 * top + (name[end] - '0'), kMostLabels);
    if (end > first && (end == name.size() || name[end] == '.')) return top;
  }
  return 1;
}

}  // namespace img2prompt
