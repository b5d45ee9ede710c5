#include "interrogate/label_list.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"

using namespace img2prompt;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> lines_of(const std::string& content,
                                  IllFormed ill_formed = IllFormed::kReplace) {
  fs::path path = fs::temp_directory_path() / "img2prompt_label_list_test.txt";
  std::ofstream(path, std::ios::binary) << content;
  std::vector<std::string> lines = read_label_lines(path.string(), ill_formed);
  fs::remove(path);
  return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("Lines end as Python's universal newlines do, and are stripped as str.strip does") {
  CHECK(lines_of("a\nb\r\nc\rd") == Lines{"a", "b", "c", "d"});
  CHECK(lines_of("a\n\nb\n") == Lines{"a", "", "b"});
  CHECK(lines_of("\n") == Lines{""});
  CHECK(lines_of("").empty());
  CHECK(lines_of("a\r\r\nb") == Lines{"a", "", "b"});
  CHECK(lines_of(" \xe3\x80\x80 wide\xc2\xa0\t\n\x1f x y \x0c") == Lines{"wide", "x y"});
  CHECK(lines_of("line\xe2\x80\xa8separator") == Lines{"line\xe2\x80\xa8separator"});
  CHECK(lines_of("twice\ntwice") == Lines{"twice", "twice"});
}

TEST_CASE("Ill-formed UTF-8 is replaced and a byte order mark dropped") {
  CHECK(lines_of("caf\xe9 x\nok") == Lines{"caf\xef\xbf\xbd x", "ok"});
  CHECK(lines_of("\xef\xbb\xbf"
                 "first\nsecond") == Lines{"first", "second"});
}

TEST_CASE("Ill-formed UTF-8 is refused where that is asked for") {
  CHECK_THROWS_WITH_AS(lines_of("caf\xe9 x\nok", IllFormed::kRefuse),
                       doctest::Contains("img2prompt_label_list_test.txt: not UTF-8"),
                       InvalidArgument);
  CHECK(lines_of("caf\xc3\xa9\n", IllFormed::kRefuse) == Lines{"caf\xc3\xa9"});
}

TEST_CASE("Label files beyond the limits, or missing, are refused by name and line") {
  CHECK_THROWS_WITH_AS(lines_of("ok\n" + std::string(5000, 'x')),
                       doctest::Contains("line 2 is 5000 bytes"), InvalidArgument);
  CHECK_THROWS_WITH_AS(read_label_lines("/no/such/list.txt"),
                       doctest::Contains("/no/such/list.txt"), InvalidArgument);
}

TEST_CASE("Artists become by X for all, then inspired by X for all") {
  CHECK(make_label_list("artists", {"A", "B"}).labels ==
        Lines{"by A", "by B", "inspired by A", "inspired by B"});
  CHECK(make_label_list("flavors", {"A"}).labels == Lines{"A"});
}

TEST_CASE("Trendings are 72, in the released spelling, and the later one is accepted") {
  LabelList list = trending_labels();
  REQUIRE(list.labels.size() == 72);
  CHECK(list.labels[0] == "Artstation");
  CHECK(list.labels[5] == "dribble");
  CHECK(list.labels[18] == "trending on Artstation");
  CHECK(list.labels[71] == "zbrush central contest winner");
  REQUIRE(list.accepted_variants.size() == 1);
  CHECK(list.accepted_variants[0][5] == "dribbble");
}

TEST_CASE("The hash is of the labels joined by commas") {
  // echo -n 'by A,by B' | sha256sum
  CHECK(label_hash({"by A", "by B"}) == label_hash({"by A,by B"}));
  CHECK(label_hash({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
