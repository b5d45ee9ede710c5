#include "interrogate/label_list.h"

#include <algorithm>

#include "base/error.h"
#include "base/mapped_file.h"
#include "base/sha256.h"
#include "base/unicode.h"
#include "base/utf8.h"

namespace img2prompt {
namespace {

constexpr size_t kMaxFileBytes = size_t{64} << 20;
constexpr size_t kMaxLineBytes = 4096;  // a CLIP text ends at 77 tokens, long before
constexpr size_t kMaxLabels = 2'000'000;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Python's str.strip().
std::string strip(std::string_view line) {
  size_t first = line.size(), end = 0;  // of the part that is not white space
  for (size_t position = 0; position < line.size();) {
    size_t start = position;
    if (is_space(next_code_point(line, position))) continue;
    if (first == line.size()) first = start;
    end = position;
  }
  return end > first ? std::string(line.substr(first, end - first)) : std::string();
}

std::string read_text(const std::string& path, IllFormed ill_formed) {
  try {
    std::vector<uint8_t> bytes = read_file(path, kMaxFileBytes);
    std::string_view text = ByteSpan(bytes).text();
    if (ill_formed == IllFormed::kRefuse && !is_valid_utf8(text))
      throw_error<InvalidArgument>("{}: not UTF-8", path);
    return repair_utf8(text);
  } catch (const Error& error) {
    throw InvalidArgument(error.what());
  }
}

std::vector<std::string> sites(const std::string& dribbble) {
  return {"Artstation", "behance",   "cg society",   "cgsociety", "deviantart", dribbble,
          "flickr",     "instagram", "pexels",       "pinterest", "pixabay",    "pixiv",
          "polycount",  "reddit",    "shutterstock", "tumblr",    "unsplash",   "zbrush central"};
}

std::vector<std::string> trendings_of(const std::vector<std::string>& names) {
  std::vector<std::string> labels = names;
  for (const std::string& site : names) labels.push_back("trending on " + site);
  for (const std::string& site : names) labels.push_back("featured on " + site);
  for (const std::string& site : names) labels.push_back(site + " contest winner");
  return labels;
}

}  // namespace

std::vector<std::string> read_label_lines(const std::string& path, IllFormed ill_formed) {
  std::string text = read_text(path, ill_formed);
  std::string_view rest = text;
  if (rest.substr(0, kByteOrderMark.size()) == kByteOrderMark)
    rest.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> lines;
  while (!rest.empty()) {
    size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    if (end > kMaxLineBytes)
      throw_error<InvalidArgument>("{}: line {} is {} bytes long; a label has at most {}", path,
                                   lines.size() + 1, end, kMaxLineBytes);
    if (lines.size() == kMaxLabels)
      throw_error<InvalidArgument>("{}: more than the {} labels allowed", path, kMaxLabels);
    lines.push_back(strip(rest.substr(0, end)));
    bool pair = rest.substr(end, 2) == "\r\n";
    rest.remove_prefix(std::min(end + (pair ? 2 : 1), rest.size()));
  }
  return lines;
}

LabelList make_label_list(const std::string& name, std::vector<std::string> lines) {
  if (name != "artists") return {name, std::move(lines)};
  std::vector<std::string> labels;
  labels.reserve(2 * lines.size());
  for (const std::string& artist : lines) labels.push_back("by " + artist);
  for (const std::string& artist : lines) labels.push_back("inspired by " + artist);
  return {name, std::move(labels)};
}

LabelList trending_labels() {
  return {"trendings", trendings_of(sites("dribble")), {trendings_of(sites("dribbble"))}};
}

std::string label_hash(const std::vector<std::string>& labels) {
  Sha256 hash;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) hash.update(ByteSpan(std::string_view(",")));
    hash.update(ByteSpan(labels[i]));
  }
  return hash.hex_digest();
}

}  // namespace img2prompt
