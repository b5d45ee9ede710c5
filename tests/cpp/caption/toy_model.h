// A stand-in for a text decoder: the scores of the next token follow from the picture and the last
// token alone. It keeps its own record of every row, as a cache would, and checks it against
// itself.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

#include "caption/decoding.h"

namespace img2prompt {

class ToyModel {
 public:
  // scores[picture][last][next], unnormalised log probabilities.
  using Table = std::vector<std::vector<std::vector<float>>>;
  explicit ToyModel(Table scores) : scores_(std::move(scores)) {}

  static ToyModel random(int64_t pictures, int64_t vocabulary, unsigned seed) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(0, 2);
    Table table(pictures, std::vector<std::vector<float>>(vocabulary));
    for (auto& picture : table)
      for (auto& row : picture)
        for (int64_t i = 0; i < vocabulary; ++i) row.push_back(normal(engine));
    return ToyModel(std::move(table));
  }

  int64_t pictures() const { return static_cast<int64_t>(scores_.size()); }
  int64_t vocabulary() const { return static_cast<int64_t>(scores_[0].size()); }
  ToyModel only(int64_t picture) const { return ToyModel({scores_[picture]}); }
  const std::vector<TokenIds>& rows() const { return rows_; }
  int64_t calls() const { return calls_; }

  NextScores next() {
    return [this](const at::Tensor& tokens, const at::Tensor& parents) {
      ++calls_;
      follow(tokens, parents);
      const int64_t group = static_cast<int64_t>(rows_.size()) / pictures();
      std::vector<float> flat;
      for (size_t i = 0; i < rows_.size(); ++i) {
        const auto& row = scores_[i / group][rows_[i].back()];
        flat.insert(flat.end(), row.begin(), row.end());
      }
      return at::tensor(flat, at::kFloat).view({tokens.size(0), vocabulary()});
    };
  }

  // log p of a text's tokens after the prompt.
  double log_probability(int64_t picture, const TokenIds& text, size_t prompt) const {
    double sum = 0;
    for (size_t i = prompt; i < text.size(); ++i) {
      const auto& row = scores_[picture][text[i - 1]];
      double total = 0;
      for (float score : row) total += std::exp(static_cast<double>(score));
      sum += row[text[i]] - std::log(total);
    }
    return sum;
  }

 private:
  void follow(const at::Tensor& tokens, const at::Tensor& parents) {
    std::vector<TokenIds> before = std::move(rows_);
    if (before.empty()) before.resize(tokens.size(0));
    rows_.clear();
    for (int64_t i = 0; i < tokens.size(0); ++i) {
      const int64_t parent = parents.defined() ? parents[i].item<int64_t>() : i;
      REQUIRE(parent < static_cast<int64_t>(before.size()));
      TokenIds row = before[parent];
      for (int64_t j = 0; j < tokens.size(1); ++j) row.push_back(tokens[i][j].item<int64_t>());
      rows_.push_back(row);
    }
  }

  Table scores_;
  std::vector<TokenIds> rows_;
  int64_t calls_ = 0;
};

}  // namespace img2prompt
