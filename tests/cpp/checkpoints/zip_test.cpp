#include "checkpoints/zip.h"

#include "build_files.h"

using namespace img2prompt;
using namespace img2prompt::build;

namespace {

// The message with which an archive is refused; empty when it is accepted.
std::string refusal(const std::string& content) {
  try {
    ZipArchive(ByteSpan(std::string_view(content)), "file");
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "";
}

bool mentions(const std::string& message, const char* part) {
  INFO(message);
  return message.find(part) != std::string::npos;
}

const std::vector<ZipPart> kParts = {{"a/one", "first"}, {"a/two", ""}, {"b", "third entry"}};

// An entry of the directory whose sizes and offset are in a zip64 field.
ZipPart wide(std::string name, std::string content, uint64_t offset, uint64_t claimed) {
  ZipPart part{std::move(name), std::move(content)};
  part.extra = le(0x7777, 2) + le(3, 2) + "xyz" + le(1, 2) + le(24, 2) + le(claimed, 8) +
               le(claimed, 8) + le(offset, 8);
  part.offset = part.packed = part.size = UINT64_MAX - 1;
  return part;
}

}  // namespace

TEST_CASE("Stored entries are found in place") {
  for (bool zip64 : {false, true}) {
    ZipEnd end;
    end.zip64 = zip64;
    end.comment = "PK\x05\x06 in a comment is no end";
    const std::string content = zip(kParts, end);
    const ZipArchive archive(ByteSpan(std::string_view(content)), "file");
    REQUIRE(archive.entries().size() == 3);
    for (const ZipPart& part : kParts) CHECK(archive.stored(part.name).text() == part.content);
    CHECK(archive.stored("b").text().data() == content.data() + content.find("third entry"));
    CHECK(archive.has("a/two"));
    CHECK(!archive.has("a/three"));
  }
  CHECK(refusal(zip({})).empty());
}

TEST_CASE("Sizes and offsets beyond 32 bits are taken from the zip64 field") {
  const std::string content = zip({wide("a", "hello", 0, 5)});
  CHECK(ZipArchive(ByteSpan(std::string_view(content)), "file").stored("a").text() == "hello");
  CHECK(mentions(refusal(zip({wide("a", "hello", 0, 6)})), "'a' lies outside the file"));
  CHECK(mentions(refusal(zip({wide("a", "hello", 0, UINT64_MAX)})), "'a' lies outside the file"));
  CHECK(mentions(refusal(zip({wide("a", "hello", UINT64_MAX, 5)})), "'a' lies outside the file"));
  ZipPart lacking = wide("a", "hello", 0, 5);
  lacking.extra.resize(20);
  CHECK(mentions(refusal(zip({lacking})), "zip64"));
  lacking.extra.clear();
  CHECK(mentions(refusal(zip({lacking})), "'a' lacks its zip64 sizes"));
}

TEST_CASE("Entries that overlap, lie outside or are not where the directory says are refused") {
  auto second = [](auto change) {
    std::vector<ZipPart> parts = kParts;
    change(parts[1]);
    return refusal(zip(parts));
  };
  CHECK(mentions(second([](ZipPart& p) { p.packed = p.size = 10; }), "overlaps another entry"));
  CHECK(mentions(second([](ZipPart& p) { p.packed = p.size = 1 << 20; }), "outside the file"));
  CHECK(mentions(second([](ZipPart& p) { p.offset = 0; }), "not where its directory says"));
  CHECK(mentions(second([](ZipPart& p) { p.offset = 1; }), "not where its directory says"));
  CHECK(mentions(second([](ZipPart& p) { p.offset = 0xfffffff0; }), "outside the file"));
  CHECK(mentions(second([](ZipPart& p) { p.directory_name = "a/six"; }), "not where"));
  CHECK(mentions(second([](ZipPart& p) { p.size = 1; }), "two sizes"));
  CHECK(mentions(second([](ZipPart& p) { p.flags = 1; }), "encrypted"));
  CHECK(mentions(second([](ZipPart& p) { p.name = p.directory_name = "b"; }), "is there twice"));
  ZipPart again = kParts[0];
  again.offset = 0;
  CHECK(mentions(refusal(zip({kParts[0], again})), "is there twice"));
}

TEST_CASE("A directory that lies about itself is refused") {
  auto with = [](auto change, bool zip64) {
    ZipEnd end;
    end.zip64 = zip64;
    change(end);
    return refusal(zip(kParts, end));
  };
  for (bool zip64 : {false, true}) {
    CAPTURE(zip64);
    CHECK(with([](ZipEnd&) {}, zip64).empty());
    CHECK(mentions(with([](ZipEnd& e) { e.count = 2; }, zip64), "more than its entries"));
    CHECK(mentions(with([](ZipEnd& e) { e.count = 4; }, zip64), "entry 3"));
    CHECK(mentions(with(
                       [](ZipEnd& e) {
                         e.size -= 1;
                         e.size = 20;
                       },
                       zip64),
                   "cut short"));
    CHECK(mentions(with([](ZipEnd& e) { e.size = 100000; }, zip64), "outside the file"));
    CHECK(mentions(with([](ZipEnd& e) { e.offset = 0; }, zip64), "damaged"));
    CHECK(mentions(with([](ZipEnd& e) { e.offset = 0xfffffff0; }, zip64), "outside the file"));
    CHECK(mentions(with([](ZipEnd& e) { e.disk = 1; }, zip64), "several disks"));
  }
  CHECK(mentions(with([](ZipEnd& e) { e.count = uint64_t{1} << 40; }, true), "claims"));
  CHECK(mentions(with([](ZipEnd& e) { e.offset = UINT64_MAX - 1; }, true), "outside the file"));
  CHECK(mentions(with([](ZipEnd& e) { e.count = 0xffff; }, false), "zip64 record is missing"));
  CHECK(mentions(
      with([](ZipEnd& e) { e.tail = "PK\x06\x07" + le(0, 4) + le(1 << 30, 8) + le(1, 4); }, false),
      "zip64 record is not where"));
}

TEST_CASE("Compressed entries are refused when they are asked for") {
  std::vector<ZipPart> parts = kParts;
  parts[0].method = 8;
  parts[0].size = uint64_t{1} << 31;  // a bomb
  const std::string content = zip(parts);
  const ZipArchive archive(ByteSpan(std::string_view(content)), "file");
  CHECK(archive.stored("b").text() == "third entry");
  CHECK_THROWS_WITH_AS(archive.stored("a/one"), doctest::Contains("compressed"), CheckpointError);
  CHECK_THROWS_WITH_AS(archive.stored("c"), doctest::Contains("'c' is missing"), CheckpointError);
}

TEST_CASE("Every cut and every changed byte of an archive is survived") {
  for (bool zip64 : {false, true}) {
    ZipEnd end;
    end.zip64 = zip64;
    const std::string good = zip({kParts[0], wide("w", "abc", 40, 3), kParts[2]}, end);
    REQUIRE(refusal(good).empty());
    for (size_t length = 0; length < good.size(); ++length)
      CHECK(!refusal(good.substr(0, length)).empty());
    for (size_t at = 0; at < good.size(); ++at)
      for (int value = 0; value < 256; ++value) {
        std::string bad = good;
        bad[at] = static_cast<char>(value);
        std::string message = refusal(bad);
        CHECK(message.find('\n') == std::string::npos);
      }
  }
}
