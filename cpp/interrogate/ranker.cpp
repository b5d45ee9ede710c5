#include "interrogate/ranker.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/topk.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace img2prompt {
namespace {

// Rows widened to float32 at a time: bounds the extra memory (6 MB at D = 768).
constexpr int64_t kRowsAtOnce = 2048;
constexpr double kLogitScale = 100;  // CLIP's, of probabilities()

int64_t row_count(const std::vector<const LabelTable*>& tables) {
  int64_t rows = 0;
  for (const LabelTable* table : tables) rows += table->size();
  return rows;
}

const std::string& label_at(const std::vector<const LabelTable*>& tables, int64_t row) {
  size_t t = 0;
  while (row >= tables[t]->size()) row -= tables[t++]->size();
  return tables[t]->labels[row];
}

// Rows [start, stop) of the joined tables: [stop - start, D] float32.
at::Tensor joined_rows(const std::vector<const LabelTable*>& tables, int64_t start, int64_t stop) {
  std::vector<at::Tensor> parts;
  int64_t offset = 0;
  for (const LabelTable* table : tables) {
    int64_t from = std::max<int64_t>(start - offset, 0);
    int64_t to = std::min(stop - offset, table->size());
    if (from < to) parts.push_back(table->embeds.slice(0, from, to));
    offset += table->size();
  }
  return (parts.size() == 1 ? parts[0] : at::cat(parts)).to(at::kFloat);
}

struct Top {
  std::vector<int64_t> rows;
  std::vector<float> similarities;
};

// The reference's choice among rows [M, D], by the same operations in the same order.
Top top_rows(const at::Tensor& image, const at::Tensor& rows, int64_t count, Direction direction) {
  at::Tensor similarity = at::matmul(image, rows.t());  // [1, M]
  if (direction == Direction::kLeastSimilar) similarity = at::neg(similarity);
  auto [values, indices] = at::topk(similarity, std::min(count, rows.size(0)), -1);
  const float sign = direction == Direction::kLeastSimilar ? -1.f : 1.f;
  Top top;
  for (int64_t i = 0; i < indices.size(1); ++i) {
    top.rows.push_back(indices.const_data_ptr<int64_t>()[i]);
    top.similarities.push_back(sign * values.const_data_ptr<float>()[i]);
  }
  return top;
}

}  // namespace

Ranker::Ranker(at::Tensor image, Selection selection, int64_t chunk_size)
    : image_(std::move(image)), selection_(selection), chunk_size_(chunk_size) {}

std::vector<Match> Ranker::rank(const std::vector<const LabelTable*>& tables, int64_t count,
                                Direction direction, const Progress& progress) {
  count = std::min(count, row_count(tables));
  if (count <= 0) return {};
  return selection_ == Selection::kExact ? rank_exact(tables, count, direction, progress)
                                         : rank_in_chunks(tables, count, direction, progress);
}

const at::Tensor& Ranker::similarities(const LabelTable& table, const Progress& progress) {
  at::Tensor& all = similarities_[&table];
  if (all.defined()) return all;
  at::Tensor result = at::empty({table.size()}, at::kFloat);
  for (int64_t start = 0; start < table.size(); start += kRowsAtOnce) {
    progress.check();
    int64_t stop = std::min(start + kRowsAtOnce, table.size());
    at::Tensor rows = table.embeds.slice(0, start, stop).to(at::kFloat);
    result.slice(0, start, stop).copy_(at::matmul(image_, rows.t())[0]);
  }
  return all = result;
}

std::vector<float> Ranker::probabilities(const LabelTable& table, const Progress& progress) {
  if (table.size() == 0) return {};
  const at::Tensor softmax =
      at::softmax(at::mul(similarities(table, progress), kLogitScale), 0).contiguous();
  const float* values = softmax.const_data_ptr<float>();
  std::vector<float> result(values, values + softmax.size(0));
  // As in rank_exact(): should a picture's features be NaN, the order is still an order.
  for (float& value : result)
    if (std::isnan(value)) value = 0;
  return result;
}

std::vector<Match> Ranker::rank_exact(const std::vector<const LabelTable*>& tables, int64_t count,
                                      Direction direction, const Progress& progress) {
  std::vector<float> keys;  // larger is better
  keys.reserve(row_count(tables));
  for (const LabelTable* table : tables) {
    const at::Tensor& all = similarities(*table, progress);
    const float* values = all.const_data_ptr<float>();
    keys.insert(keys.end(), values, values + all.size(0));
  }
  const float sign = direction == Direction::kLeastSimilar ? -1.f : 1.f;
  // A picture's features are never NaN by contract; should they be, the order is still an order.
  for (float& key : keys)
    key = std::isnan(key) ? -std::numeric_limits<float>::infinity() : sign * key;
  std::vector<int64_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](int64_t a, int64_t b) {
    return keys[a] != keys[b] ? keys[a] > keys[b] : a < b;
  });
  std::vector<Match> best;
  for (int64_t i = 0; i < count; ++i)
    best.push_back({label_at(tables, order[i]), sign * keys[order[i]]});
  return best;
}

std::vector<Match> Ranker::rank_in_chunks(const std::vector<const LabelTable*>& tables,
                                          int64_t count, Direction direction,
                                          const Progress& progress) {
  const int64_t rows = row_count(tables);
  std::vector<int64_t> kept;  // row of the joined tables, in the order of the second choice
  std::vector<at::Tensor> kept_embeds;
  if (rows > chunk_size_) {
    int64_t chunks = (rows + chunk_size_ - 1) / chunk_size_;
    // Where there are more chunks than places the reference fails; one of each is kept here.
    int64_t keep = std::max<int64_t>(chunk_size_ / chunks, 1);
    for (int64_t start = 0; start < rows; start += chunk_size_) {
      progress.check();
      at::Tensor chunk = joined_rows(tables, start, std::min(start + chunk_size_, rows));
      for (int64_t row : top_rows(image_, chunk, keep, direction).rows) {
        kept.push_back(start + row);
        kept_embeds.push_back(chunk[row].unsqueeze(0).clone());
      }
    }
    direction = Direction::kMostSimilar;
  }
  at::Tensor last = kept.empty() ? joined_rows(tables, 0, rows) : at::cat(kept_embeds);
  Top top = top_rows(image_, last, count, direction);
  std::vector<Match> best;
  for (size_t i = 0; i < top.rows.size(); ++i) {
    int64_t row = kept.empty() ? top.rows[i] : kept[top.rows[i]];
    best.push_back({label_at(tables, row), top.similarities[i]});
  }
  return best;
}

}  // namespace img2prompt
