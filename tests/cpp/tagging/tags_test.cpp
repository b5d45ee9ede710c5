#include "tagging/tags.h"

#include <doctest/doctest.h>

#include <limits>

#include "base/error.h"

using namespace img2prompt;

namespace {

using Names = std::vector<std::string>;

Names names_of(const std::vector<Tag>& tags) {
  Names names;
  for (const Tag& tag : tags) names.push_back(tag.first);
  return names;
}

TagSelection selection(double threshold, TagOrder order, Names exclude = {}) {
  TagSelection made;
  made.threshold = threshold;
  made.order = order;
  made.exclude = std::move(exclude);
  return made;
}

const Names kLabels{"zebra", "rating:safe", "Apple", "long_hair", "solo", "rating", "éclair"};
const std::vector<float> kProbabilities{0.5f, 0.99f, 0.25f, 0.75f, 0.5f, 0.6f, 0.55f};

Names select(const TagSelection& how) {
  return names_of(select_tags(kLabels, kProbabilities.data(), how));
}

}  // namespace

TEST_CASE("Tags from the threshold on are kept, by name or by score") {
  CHECK(select({}) == Names{"long_hair", "rating", "solo", "zebra", "éclair"});
  CHECK(select(selection(0.5, TagOrder::kScore)) ==
        Names{"long_hair", "rating", "éclair", "zebra", "solo"});
  CHECK(select(selection(0.6, TagOrder::kName)) == Names{"long_hair", "rating"});
  CHECK(select(selection(0, TagOrder::kName)).size() == 6);
  CHECK(select(selection(1, TagOrder::kName)).empty());
}

TEST_CASE("Excluded names may be written with spaces, several to a text") {
  CHECK(select(selection(0, TagOrder::kName, {" long hair ,solo", "\tzebra\n"})) ==
        Names{"Apple", "rating", "éclair"});
  CHECK(select(selection(0, TagOrder::kName, {"apple", "long", ""})).size() == 6);
  CHECK(parse_tag_list("") == Names{""});
  CHECK(parse_tag_list(" a  b ,,\u3000c") == Names{"a__b", "", "c"});
}

TEST_CASE("A label that is there twice appears once") {
  const Names labels{"a", "b", "a", "a"};
  const std::vector<float> probabilities{0.9f, 0.8f, 0.7f, 0.1f};
  const std::vector<Tag> tags =
      select_tags(labels, probabilities.data(), selection(0.5, TagOrder::kScore));
  CHECK(tags == std::vector<Tag>{{"b", 0.8f}, {"a", 0.7f}});
}

TEST_CASE("Thresholds that are no probability are refused, and NaN is no tag") {
  for (double bad : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_WITH_AS(select(selection(bad, TagOrder::kName)), doctest::Contains("0 to 1"),
                         InvalidArgument);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK(select_tags({"a"}, &nan, selection(0, TagOrder::kName)).empty());
}

TEST_CASE("A prompt has spaces, escapes and scores as asked for") {
  const std::vector<Tag> tags{{"miku_(vocaloid)", 0.98765f}, {"\\o/", 0.5f}, {"^_^", 1.0f}};
  TagFormat format;
  CHECK(format_tags(tags, format) == R"(miku \(vocaloid\), \\o/, ^ ^)");
  format.use_spaces = false;
  CHECK(format_tags(tags, format) == R"(miku_\(vocaloid\), \\o/, ^_^)");
  format.escape = false;
  CHECK(format_tags(tags, format) == R"(miku_(vocaloid), \o/, ^_^)");
  format.scores = true;
  CHECK(format_tags(tags, format) == R"((miku_(vocaloid):0.988), (\o/:0.500), (^_^:1.000))");
  CHECK(format_tags({}, format).empty());
}

TEST_CASE("Halves of a thousandth go to the even digit") {
  TagFormat format;
  format.scores = true;
  CHECK(format_tags({{"a", 0.0625f}, {"b", 0.1875f}, {"c", 0.0f}}, format) ==
        "(a:0.062), (b:0.188), (c:0.000)");
}
