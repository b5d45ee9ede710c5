// The categories with the features of their labels, encoded once and kept.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "interrogate/category_folder.h"
#include "interrogate/label_table.h"

namespace img2prompt {

struct Category {
  std::string name;         // "flavors.top3"
  int64_t top;              // labels of it that a prompt takes
  const LabelTable* table;  // rows float32
};

class CategoryTables {
 public:
  // folder: see list_categories(). Where it is "", the categories are `lists`, in their order.
  // precision: of the model's features, a part of the cached files' names; "" = float32.
  CategoryTables(std::string folder, std::vector<LabelSource> lists, std::string precision);

  // Every category but "negative" (the list that mode negative uses) and those in `skip`, with the
  // first `limit` lines of each, 0 = all. Files that have changed are read again. A file that is
  // not UTF-8, or beyond the limits of read_label_lines(), is a category without labels and costs a
  // line in the log, once. The tables are valid until the next call.
  // Throws InvalidArgument for the folder, Cancelled, and what the encoder throws.
  std::vector<Category> load(int64_t limit, const std::vector<std::string>& skip,
                             TextEncoder& encoder, EmbeddingCache& cache, const Progress& progress);

  // The next load() starts anew.
  void clear() { loaded_.clear(); }

  int64_t bytes() const;  // that the tables hold

 private:
  struct Loaded {
    LabelTable table;
    std::string stamp;  // of the file and the limit
  };

  const LabelTable& table(const LabelSource& source, int64_t limit, TextEncoder& encoder,
                          EmbeddingCache& cache, const Progress& progress);

  std::string folder_;
  std::vector<LabelSource> lists_;
  std::string cache_prefix_;
  std::map<std::string, Loaded> loaded_;
};

}  // namespace img2prompt
