#include "tagging/tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <unordered_map>

#include "base/error.h"
#include "base/unicode.h"
#include "base/utf8.h"

namespace img2prompt {
namespace {

constexpr std::string_view kRating = "rating:";

// Three digits of a probability as printf("%.3f") gives them, whatever the locale: a float times
// 1000 is exact in double.
std::string three_digits(float probability) {
  const auto thousandths = std::llrint(static_cast<double>(probability) * 1000);
  return fmt::format("{}.{:03}", thousandths / 1000, thousandths % 1000);
}

std::string prompt_name(const std::string& name, const TagFormat& format) {
  std::string out;
  for (char c : name) {
    if (format.escape && (c == '\\' || c == '(' || c == ')')) out += '\\';
    out += format.use_spaces && c == '_' ? ' ' : c;
  }
  return out;
}

std::string underscored(std::u32string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  std::u32string out(text);
  std::replace(out.begin(), out.end(), U' ', U'_');
  return utf32_to_utf8(out);
}

}  // namespace

std::vector<Tag> select_tags(const std::vector<std::string>& labels, const float* probabilities,
                             const TagSelection& selection) {
  if (!(selection.threshold >= 0 && selection.threshold <= 1))
    throw_error<InvalidArgument>("threshold is {}, a number from 0 to 1 is accepted",
                                 selection.threshold);
  std::set<std::string> excluded;
  for (const std::string& list : selection.exclude)
    for (std::string& name : parse_tag_list(list)) excluded.insert(std::move(name));

  std::vector<Tag> tags;
  std::unordered_map<std::string, size_t> places;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (!(static_cast<double>(probabilities[i]) >= selection.threshold)) continue;
    const std::string& label = labels[i];
    if (label.compare(0, kRating.size(), kRating) == 0 || excluded.count(label)) continue;
    const auto [place, is_new] = places.emplace(label, tags.size());
    if (is_new)
      tags.emplace_back(label, probabilities[i]);
    else
      tags[place->second].second = probabilities[i];
  }
  // UTF-8 sorts as its code points do.
  if (selection.order == TagOrder::kName)
    std::sort(tags.begin(), tags.end());
  else
    std::stable_sort(tags.begin(), tags.end(),
                     [](const Tag& a, const Tag& b) { return a.second > b.second; });
  return tags;
}

std::string format_tags(const std::vector<Tag>& tags, const TagFormat& format) {
  std::string out;
  for (const auto& [name, probability] : tags) {
    if (&name != &tags.front().first) out += ", ";
    const std::string text = prompt_name(name, format);
    out += format.scores ? fmt::format("({}:{})", text, three_digits(probability)) : text;
  }
  return out;
}

std::vector<std::string> parse_tag_list(const std::string& list) {
  std::vector<std::string> names;
  const std::u32string text = utf8_to_utf32(list);
  for (size_t from = 0; from <= text.size();) {
    const size_t comma = std::min(text.find(U',', from), text.size());
    names.push_back(underscored(std::u32string_view(text).substr(from, comma - from)));
    from = comma + 1;
  }
  return names;
}

}  // namespace img2prompt
