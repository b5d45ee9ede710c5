// From the probability of every tag to the tags of a picture and to a prompt of them, by the rules
// of the WebUI's "Interrogate DeepBooru" (modules/deepbooru.py, 1.10; test_tag_rules.py).
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace img2prompt {

using Tag = std::pair<std::string, float>;  // name as the model has it, probability

enum class TagOrder { kName, kScore };  // by code points; the most probable first

struct TagSelection {
  double threshold = 0.5;  // least probability, 0 to 1
  TagOrder order = TagOrder::kName;
  std::vector<std::string> exclude;  // names; a space stands for an underscore too
};

// Tags below the threshold, named in `exclude` or called "rating:..." are left out. Of equal
// probabilities the earlier label comes first. A label that is there twice appears once, with the
// last of its probabilities that reaches the threshold.
// probabilities: one for each label. Throws InvalidArgument for a threshold outside 0..1.
std::vector<Tag> select_tags(const std::vector<std::string>& labels, const float* probabilities,
                             const TagSelection& selection);

struct TagFormat {
  bool use_spaces = true;  // instead of underscores
  bool escape = true;      // a backslash before \ ( and ), which otherwise weigh in a prompt
  bool scores = false;     // "(tag:0.987)"
};

// The tags joined by ", ". A score has three digits, halves rounded to the even one.
std::string format_tags(const std::vector<Tag>& tags, const TagFormat& format);

// A list as a user writes it, separated by commas, to the names that it stands for: without spaces
// around, and with underscores for those within.
std::vector<std::string> parse_tag_list(const std::string& list);

}  // namespace img2prompt
