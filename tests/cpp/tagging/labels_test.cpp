#include "tagging/labels.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace img2prompt;

namespace {

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("A file of tags has one a line, however lines end") {
  CHECK(parse_labels("a\nb\r\nc\rd") == Names{"a", "b", "c", "d"});
  CHECK(parse_labels("\xEF\xBB\xBF"
                     "1girl\n日本語\n\n\r\n") == Names{"1girl", "日本語"});
  CHECK(parse_labels("a\n\nb\n") == Names{"a", "", "b"});
  CHECK(parse_labels("").empty());
  CHECK(parse_labels("\xFF") == Names{"\xEF\xBF\xBD"});
}

TEST_CASE("Names that do not fit the model are refused with their number") {
  CHECK_NOTHROW(check_labels({"a", std::string(500, 'b')}, 2, "f"));
  CHECK_THROWS_WITH_AS(check_labels({"a"}, 2, "f"), "f: 1 tags, the model has 2 outputs",
                       ModelError);
  CHECK_THROWS_WITH_AS(check_labels({"a", ""}, 2, "f"), "f: tag 2 is empty", ModelError);
  CHECK_THROWS_WITH_AS(check_labels({std::string(501, 'b')}, 1, "f"),
                       "f: tag 1 has 501 bytes, 500 at most are accepted", ModelError);
  for (const char* bad : {"a\nb", "\x1b[31m", "a\x7f"})
    CHECK_THROWS_WITH_AS(check_labels({bad}, 1, "f"), "f: tag 1 holds a control character",
                         ModelError);
}
