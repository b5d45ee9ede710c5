// Embeddings of label tables on disk, in clip-interrogator's own file format, so that its files are
// used here and ours there: "<model>_<table>.safetensors" with `embeds` [N, D] float16, rows
// L2-normalised, and `hash` [64] int8, the ASCII of label_hash(). Files written here also name the
// weights in the header's metadata; one that names other weights is not used. Tables that
// clip-interrogator has not may be float32.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/progress.h"
#include "interrogate/weights_digest.h"

namespace img2prompt {

// What label embeddings depend on.
struct ModelIdentity {
  std::string name;  // "ViT-L-14/openai", or a card's file name without its ending
  // False: the name is a card's own, and other weights may bear it. File names then carry the
  // beginning of the model's key.
  bool is_published = true;
  std::vector<std::string> weights_files;
  std::string text_config;  // in any form; differs where the same weights give other features
};

// What a table's embeddings are found by.
struct TableKey {
  TableKey(std::string name, const std::vector<std::string>& labels, at::ScalarType dtype);

  std::string name;      // a part of the file's name
  std::string hash;      // label_hash()
  int64_t rows;          // as many as labels
  at::ScalarType dtype;  // kHalf or kFloat; files of another are not used
};

struct CachedRows {
  at::Tensor embeds;           // [N, D]; undefined = none
  std::string path;            // the file it came from
  bool names_weights = false;  // by these weights for certain; else the hash of the labels is all
};

class EmbeddingCache {
 public:
  // folder: "" = nothing is read or written. It is made when first written to.
  EmbeddingCache(std::string folder, ModelIdentity identity);

  // The table's rows from the first file that has them; a default CachedRows when none has. A
  // damaged file is logged as a warning. Throws only Cancelled.
  CachedRows load(const TableKey& table, const Progress& progress);

  // The user of load()'s answer found it wrong: the file it came from is not read again.
  void reject(const CachedRows& rows) { rejected_.insert(rows.path); }

  // Writes the table. A file of other labels or weights stays, ours then gets a longer name; what
  // cannot be written is logged as a warning. Throws only Cancelled.
  void store(const TableKey& table, const at::Tensor& embeds, const Progress& progress);

  // The first rows of work that was stopped, [n, D] with n < N in the order of label_order(); kept
  // in memory and on disk until store().
  CachedRows load_part(const TableKey& table, const Progress& progress);
  void store_part(const TableKey& table, const at::Tensor& rows, const Progress& progress);

 private:
  enum class State { kUsable, kAbsent, kForeign, kDamaged };

  // Under the name that clip-interrogator uses, and under one that no other labels or weights have.
  std::string shared_path(const TableKey& table, const Progress& progress);
  std::string own_path(const TableKey& table, const char* ending, const Progress& progress);
  std::string model_key(const Progress& progress);
  // Reads found.path into `found`, if it holds least_rows to most_rows of the table.
  State read(CachedRows& found, const TableKey& table, int64_t least_rows, int64_t most_rows,
             const Progress& progress);
  void write(const std::string& path, const TableKey& table, const at::Tensor& embeds,
             const Progress& progress);

  std::string folder_;
  ModelIdentity identity_;
  WeightsDigest digest_;
  std::set<std::string> rejected_;           // paths
  std::map<std::string, at::Tensor> parts_;  // name and hash of a table -> rows
};

// The order in which a table's labels are encoded: by their bytes, so that texts which begin alike
// stand together.
std::vector<int64_t> label_order(const std::vector<std::string>& labels);

}  // namespace img2prompt
