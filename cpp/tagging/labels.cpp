#include "tagging/labels.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"

namespace img2prompt {
namespace {

constexpr size_t kMaxLabelBytes = 500;  // several times the longest tag of Danbooru

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

std::vector<std::string> parse_labels(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.substr(0, 3) == kByteOrderMark) text.remove_prefix(3);
  std::vector<std::string> labels;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of("\r\n"), text.size());
    labels.push_back(repair_utf8(text.substr(0, end)));
    text.remove_prefix(end);
    text.remove_prefix(text.substr(0, 2) == "\r\n" ? 2 : std::min<size_t>(text.size(), 1));
  }
  while (!labels.empty() && labels.back().empty()) labels.pop_back();
  return labels;
}

void check_labels(const std::vector<std::string>& labels, size_t count, const std::string& source) {
  if (labels.size() != count)
    throw_error<ModelError>("{}: {} tags, the model has {} outputs", source, labels.size(), count);
  for (size_t i = 0; i < labels.size(); ++i) {
    const std::string& label = labels[i];
    if (label.empty()) throw_error<ModelError>("{}: tag {} is empty", source, i + 1);
    if (label.size() > kMaxLabelBytes)
      throw_error<ModelError>("{}: tag {} has {} bytes, {} at most are accepted", source, i + 1,
                              label.size(), kMaxLabelBytes);
    if (std::any_of(label.begin(), label.end(), is_control))
      throw_error<ModelError>("{}: tag {} holds a control character", source, i + 1);
  }
}

}  // namespace img2prompt
