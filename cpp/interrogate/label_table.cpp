#include "interrogate/label_table.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

#include "base/log.h"

namespace img2prompt {
namespace {

constexpr int64_t kLabelsAtOnce = 2048;  // what is lost at most when the work is stopped
// Cosine between features of one text by one model: above 0.999 even in bfloat16. Other weights
// agree far less.
constexpr float kSameModel = 0.99f;

// Whether row rows[i] of the embeddings is texts[i] as this encoder sees it.
bool agrees_with_encoder(const at::Tensor& embeds, const std::vector<int64_t>& rows,
                         const std::vector<std::string>& texts, TextEncoder& encoder,
                         const Progress& progress) {
  at::Tensor fresh = encoder.encode_text(texts, progress.silent());
  if (fresh.size(1) != embeds.size(1)) return false;
  for (size_t i = 0; i < rows.size(); ++i) {
    at::Tensor row = embeds[rows[i]].to(at::kFloat);
    if (!(at::mul(fresh[static_cast<int64_t>(i)], row).sum().item<float>() > kSameModel))
      return false;
  }
  return true;
}

void reject(EmbeddingCache& cache, const CachedRows& rows) {
  log(LogLevel::kWarning, "{}: embeddings of another model; they are made anew", rows.path);
  cache.reject(rows);
}

at::ScalarType row_dtype(const LabelList& list) {
  return list.full_precision ? at::kFloat : at::kHalf;
}

// `labels` are the list's own, or an accepted variant.
TableKey table_key(const LabelList& list, const std::vector<std::string>& labels) {
  return {list.cache_name.empty() ? list.name : list.cache_name, labels, row_dtype(list)};
}

at::Tensor from_cache(const LabelList& list, const std::vector<std::string>& labels,
                      TextEncoder& encoder, EmbeddingCache& cache, const Progress& progress) {
  const TableKey key = table_key(list, labels);
  const int64_t last = static_cast<int64_t>(labels.size()) - 1, middle = last / 2;
  for (;;) {
    CachedRows found = cache.load(key, progress);
    if (!found.embeds.defined() || found.names_weights ||
        agrees_with_encoder(found.embeds, {middle, last}, {labels[middle], labels[last]}, encoder,
                            progress))
      return found.embeds;
    reject(cache, found);
  }
}

// Rows in label_order(), as many as done.
class RowBuilder {
 public:
  RowBuilder(const LabelList& list, TextEncoder& encoder, EmbeddingCache& cache,
             const Progress& progress)
      : list_(list),
        encoder_(encoder),
        cache_(cache),
        progress_(progress),
        key_(table_key(list, list.labels)),
        stage_("labels: " + list.name),
        order_(label_order(list.labels)),
        total_(static_cast<int64_t>(order_.size())) {}

  at::Tensor build() {
    take_part();
    try {
      while (done_ < total_) encode_next();
    } catch (...) {
      if (done_ > 0) keep();
      throw;
    }
    at::Tensor sorted = at::cat(pieces_);
    at::Tensor embeds = at::empty_like(sorted);
    embeds.index_copy_(0, at::tensor(order_), sorted);
    return embeds;
  }

 private:
  void take_part() {
    CachedRows part = cache_.load_part(key_, progress_);
    if (part.embeds.defined() && part.names_weights) add(part.embeds);
  }

  void add(const at::Tensor& rows) {
    pieces_.push_back(rows);
    done_ += rows.size(0);
  }

  void encode_next() {
    progress_.check();
    std::vector<std::string> texts;
    for (int64_t i = done_; i < std::min(done_ + kLabelsAtOnce, total_); ++i)
      texts.push_back(list_.labels[order_[i]]);
    const int64_t count = static_cast<int64_t>(texts.size());
    Progress inner = progress_.silent();
    inner.on_progress = [&](const std::string&, int64_t done, int64_t total) {
      progress_.report(stage_, done_ + (total > 0 ? count * done / total : 0), total_);
    };
    progress_.report(stage_, done_, total_);
    // Only rounded features have a reference whose bits encode_labels() may follow.
    add(list_.full_precision ? encoder_.encode_text(texts, inner)
                             : encoder_.encode_labels(texts, total_, inner).to(at::kHalf));
    progress_.report(stage_, done_, total_);
  }

  // Without the caller's cancel, which has been heard already.
  void keep() noexcept {
    try {
      cache_.store_part(key_, at::cat(pieces_), {});
    } catch (const std::exception& error) {
      log(LogLevel::kWarning, "{}: finished rows are lost: {}", stage_, error.what());
    }
  }

  const LabelList& list_;
  TextEncoder& encoder_;
  EmbeddingCache& cache_;
  const Progress& progress_;
  TableKey key_;
  std::string stage_;
  std::vector<int64_t> order_;
  int64_t total_, done_ = 0;
  std::vector<at::Tensor> pieces_;
};

}  // namespace

int64_t LabelTable::bytes() const {
  auto total = static_cast<int64_t>(embeds.defined() ? embeds.nbytes() : 0);
  for (const std::string& label : labels)
    total += static_cast<int64_t>(sizeof label + label.capacity());
  return total;
}

LabelTable load_label_table(const LabelList& list, TextEncoder& encoder, EmbeddingCache& cache,
                            const Progress& progress) {
  LabelTable table{list.name, list.labels, {}};
  if (list.labels.empty()) {
    int64_t width = encoder.encode_text({}, progress).size(1);
    table.embeds = at::empty({0, width}, row_dtype(list));
    return table;
  }
  table.embeds = from_cache(list, list.labels, encoder, cache, progress);
  for (const auto& variant : list.accepted_variants) {
    if (table.embeds.defined()) return table;
    table.embeds = from_cache(list, variant, encoder, cache, progress);
    if (table.embeds.defined()) table.labels = variant;
  }
  if (table.embeds.defined()) return table;
  table.embeds = RowBuilder(list, encoder, cache, progress).build();
  cache.store(table_key(list, list.labels), table.embeds, progress);
  return table;
}

}  // namespace img2prompt
