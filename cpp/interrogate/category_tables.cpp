#include "interrogate/category_tables.h"

#include <algorithm>

#include "base/error.h"
#include "base/file_stamp.h"
#include "base/log.h"

namespace img2prompt {
namespace {

// No lines where the file cannot serve.
std::vector<std::string> read_or_pass_over(const LabelSource& source) {
  if (source.path.empty()) return source.lines;
  try {
    return read_label_lines(source.path, IllFormed::kRefuse);
  } catch (const InvalidArgument& error) {
    log(LogLevel::kWarning, "category {} is passed over: {}", source.name, error.what());
    return {};
  }
}

}  // namespace

CategoryTables::CategoryTables(std::string folder, std::vector<LabelSource> lists,
                               std::string precision)
    : folder_(std::move(folder)),
      lists_(std::move(lists)),
      cache_prefix_(precision.empty() ? "native-" : "native-" + precision + "-") {}

std::vector<Category> CategoryTables::load(int64_t limit, const std::vector<std::string>& skip,
                                           TextEncoder& encoder, EmbeddingCache& cache,
                                           const Progress& progress) {
  std::vector<Category> categories;
  for (const LabelSource& source : folder_.empty() ? lists_ : list_categories(folder_))
    if (source.name != "negative" && std::find(skip.begin(), skip.end(), source.name) == skip.end())
      categories.push_back({source.name, category_top(source.name),
                            &table(source, limit, encoder, cache, progress)});
  return categories;
}

int64_t CategoryTables::bytes() const {
  int64_t total = 0;
  for (const auto& entry : loaded_) total += entry.second.table.bytes();
  return total;
}

const LabelTable& CategoryTables::table(const LabelSource& source, int64_t limit,
                                        TextEncoder& encoder, EmbeddingCache& cache,
                                        const Progress& progress) {
  const std::string stamp =
      fmt::format("{}:{}", source.path.empty() ? "" : file_stamp(source.path), limit);
  auto loaded = loaded_.find(source.name);
  if (loaded != loaded_.end() && loaded->second.stamp == stamp) return loaded->second.table;
  LabelList list{source.name, read_or_pass_over(source)};
  if (limit > 0 && static_cast<size_t>(limit) < list.labels.size())
    list.labels.resize(static_cast<size_t>(limit));
  list.cache_name = cache_prefix_ + source.name;
  list.full_precision = true;
  LabelTable table = load_label_table(list, encoder, cache, progress);
  return (loaded_[source.name] = {std::move(table), stamp}).table;
}

}  // namespace img2prompt
