#include "metadata/exif.h"

#include <doctest/doctest.h>

#include "build_files.h"
#include "metadata/limits.h"

using namespace img2prompt;
using namespace img2prompt::testing;

namespace {

RawFields parse(const std::string& block) {
  RawFields out;
  parse_exif(ByteSpan(block), out);
  return out;
}

std::string comment(std::string_view bytes, bool big_endian = true) {
  RawFields raw = parse(comment_tiff(bytes, big_endian));
  const std::string* value = raw.find("EXIF", "UserComment");
  return value ? *value : "(none)";
}

std::string unicode(std::string_view bytes) {
  return "UNICODE" + std::string(1, '\0') + std::string(bytes);
}

}  // namespace

TEST_CASE("UserComment: UTF-16 of either order under a TIFF of either order") {
  struct Case {
    std::u16string text;
    std::string utf8;
  };
  const Case cases[] = {
      {u"cat, (red:1.2)\nSteps: 20", "cat, (red:1.2)\nSteps: 20"},
      {u"cafe", "cafe"},
      {u"\u4E00\u53EA\u5728\u6708\u5149\u4E0B\u8DF3\u821E\u7684\u732B",
       "\u4E00\u53EA\u5728\u6708\u5149\u4E0B\u8DF3\u821E\u7684\u732B"},
      {u"\u732B", "\u732B"},
      {u"\u65E5\u672C\u306E\u5E84\u53CB, \u5BCC\u58EB\u5C71",
       "\u65E5\u672C\u306E\u5E84\u53CB, \u5BCC\u58EB\u5C71"},
      {u"\u0434\u0435\u0432\u0443\u0448\u043A\u0430", "\u0434\u0435\u0432\u0443\u0448\u043A\u0430"},
      {u"\uACE0\uC591\uC774", "\uACE0\uC591\uC774"},
      {u"\u03B3\u03AC\u03C4\u03B1", "\u03B3\u03AC\u03C4\u03B1"},
      {u"a \U0001F408 cat", "a \U0001F408 cat"},
  };
  for (const Case& c : cases)
    for (bool tiff_be : {false, true})
      for (bool text_be : {false, true}) {
        INFO(c.utf8);
        CHECK(comment(unicode(utf16(c.text, text_be)), tiff_be) == c.utf8);
      }
}

TEST_CASE("UserComment: a byte order mark decides and is not part of the text") {
  CHECK(comment(unicode("\xFF\xFE" + utf16(u"\u4E00", false))) == "\u4E00");
  CHECK(comment(unicode("\xFE\xFF" + utf16(u"\u4E00", true))) == "\u4E00");
  CHECK(comment("\xFF\xFE" + utf16(u"cat", false)) == "cat");
}

TEST_CASE("UserComment: a text without a sign of its order is big-endian") {
  CHECK(comment(unicode(utf16(u"\u3131", true))) == "\u3131");
}

TEST_CASE("UserComment: the other character codes") {
  CHECK(comment("ASCII\0\0\0cat, dog\0\0"sv) == "cat, dog");
  CHECK(comment("ASCII\0\0\0caf\xC3\xA9"sv) == "caf\u00E9");
  CHECK(comment("JIS\0\0\0\0\0cat"sv) == "cat");
  CHECK(comment("\0\0\0\0\0\0\0\0cat"sv) == "cat");
  CHECK(comment("plain UTF-8 \xE6\x97\xA5 without a code") == "plain UTF-8 \u65E5 without a code");
  CHECK(comment("short") == "short");
  CHECK(comment(unicode("UTF-8 under a false label, caf\xC3\xA9")) ==
        "UTF-8 under a false label, caf\u00E9");
  CHECK(comment(unicode(utf16(u"cat", true) + "x")) == "cat");
}

TEST_CASE("UserComment: JIS with escape sequences, Shift_JIS, and UTF-8 under that label") {
  auto jis = [](std::string_view bytes) {
    return "JIS" + std::string(5, '\0') + std::string(bytes);
  };
  CHECK(comment(jis("\x1B$B%\"%K%a\x1B(B, cat"sv)) == "\u30A2\u30CB\u30E1, cat");
  CHECK(comment(jis("\x83\x41\x83\x6A\x83\x81, cat"sv)) == "\u30A2\u30CB\u30E1, cat");
  CHECK(comment(jis("\xE3\x82\xA2, cat"sv)) == "\u30A2, cat");
  CHECK(comment(jis("cat\0\0"sv)) == "cat");
}

TEST_CASE("UserComment: what is no JIS is kept as it is, with a warning") {
  RawFields raw = parse(comment_tiff("JIS\0\0\0\0\0\xFF\xFE\xFF"sv));
  CHECK(raw.warnings.size() == 1);
  CHECK(raw.fields.size() == 1);
}

TEST_CASE("UserComment: blank ones are passed over") {
  CHECK(comment("ASCII\0\0\0    \0"sv) == "(none)");
  CHECK(comment(unicode("")) == "(none)");
  CHECK(comment(unicode(std::string(20, '\0'))) == "(none)");
}

TEST_CASE("The first directory's texts, by name, in order, in the value field or outside it") {
  for (bool big_endian : {false, true}) {
    RawFields raw = parse(tiff({{0x010E, 2, std::string("a description\0", 14)},
                                {0x010F, 2, "workflow:{}"},
                                {0x0110, 2, "abc"},
                                {0x0131, 2, "Fooocus v2"},
                                {0x013B, 2, "ai"},
                                {0x010C, 2, "other"},
                                {0x9286, 2, "{\"json\": 1}"},
                                {0x9C9C, 1, utf16(u"note", false) + std::string(2, '\0')}},
                               {{0x927C, 7, "fooocus"}}, big_endian));
    CHECK(raw.warnings.empty());
    REQUIRE(raw.fields.size() == 9);
    CHECK(*raw.find("EXIF", "ImageDescription") == "a description");
    CHECK(*raw.find("EXIF", "Make") == "workflow:{}");
    CHECK(*raw.find("EXIF", "Model") == "abc");
    CHECK(*raw.find("EXIF", "Software") == "Fooocus v2");
    CHECK(*raw.find("EXIF", "Artist") == "ai");
    CHECK(*raw.find("EXIF", "0x010C") == "other");
    CHECK(*raw.find("EXIF", "UserComment") == "{\"json\": 1}");
    CHECK(*raw.find("EXIF", "XPComment") == "note");
    CHECK(*raw.find("EXIF", "MakerNote") == "fooocus");
  }
}

TEST_CASE("A binary MakerNote is no text") {
  CHECK(parse(tiff({}, {{0x927C, 7, std::string("Nikon\0\x02\x11", 8)}}, true)).fields.empty());
}

TEST_CASE("A block may begin with its JPEG prefix; one without a TIFF header is told") {
  CHECK(parse(std::string("Exif\0\0", 6) + comment_tiff("ASCII\0\0\0x"sv)).fields.size() == 1);
  CHECK(parse("not a TIFF").warnings.size() == 1);
  CHECK(parse(std::string("MM\0*", 4)).warnings.size() == 1);
}

// A directory of one text and one pointer to a directory at `next`.
std::string linked_directory(size_t next) {
  return le(2, 2) + le(0x010E, 2) + le(2, 2) + le(1, 4) + "a" + std::string(3, '\0') +
         le(0x8769, 2) + le(4, 2) + le(1, 4) + le(next, 4) + le(0, 4);
}

TEST_CASE("A directory that points to itself is read once, with a warning") {
  RawFields raw = parse("II" + le(42, 2) + le(8, 4) + linked_directory(8));
  CHECK(raw.fields.size() == 1);
  CHECK(raw.warnings.size() == 1);
}

TEST_CASE("Directories nest no deeper than the limit") {
  std::string block = "II" + le(42, 2) + le(8, 4);
  for (size_t i = 0; i < 10; ++i) block += linked_directory(block.size() + 30);
  RawFields raw = parse(block);
  CHECK(raw.fields.size() == static_cast<size_t>(kMaxExifDepth));
  CHECK(raw.warnings.size() == 1);
}

TEST_CASE("Entries are counted over all directories") {
  std::string block = "II" + le(42, 2) + le(8, 4) + le(kMaxExifEntries + 5, 2);
  for (size_t i = 0; i < kMaxExifEntries + 5; ++i)
    block += le(0x010E, 2) + le(2, 2) + le(1, 4) + "a" + std::string(3, '\0');
  RawFields raw = parse(block);
  CHECK(raw.fields.size() == kMaxExifEntries);
  CHECK(raw.warnings.size() == 1);
}

TEST_CASE("A value beyond the block keeps what is there and is told") {
  std::string block = comment_tiff("ASCII\0\0\0a long comment"sv);
  RawFields raw = parse(block.substr(0, block.size() - 8));
  REQUIRE(raw.fields.size() == 1);
  CHECK(raw.fields[0].value == "a long");
  CHECK(raw.warnings.size() == 1);
}

TEST_CASE("Entries that share one large value exhaust the budget, not the memory") {
  constexpr size_t kValueBytes = size_t{8} << 20, kEntries = 100;
  std::string block = "II" + le(42, 2) + le(8, 4) + le(kEntries, 2);
  for (size_t i = 0; i < kEntries; ++i)
    block += le(0x010E, 2) + le(2, 2) + le(kValueBytes, 4) + le(10 + kEntries * 12, 4);
  block += std::string(kValueBytes, 'a');
  RawFields raw = parse(block);
  CHECK(raw.fields.size() == kMaxTextBytes / kValueBytes);
  CHECK(!raw.warnings.empty());
}
