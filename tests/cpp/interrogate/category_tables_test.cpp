#include "interrogate/category_tables.h"

#include <ATen/ops/equal.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "../torch_doctest.h"
#include "base/error.h"
#include "base/log.h"
#include "word_encoder.h"

using namespace img2prompt;
namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

// A folder of categories beside a cache, and the warnings of the test.
class Scene {
 public:
  Scene() : root_(fs::temp_directory_path() / "img2prompt_category_tables_test") {
    fs::remove_all(root_);
    fs::create_directories(folder());
    std::ofstream(weights()) << "weights";
    set_log_sink([this](LogLevel level, const std::string& line) {
      if (level >= LogLevel::kWarning) warnings.push_back(line);
    });
    restart();
  }
  ~Scene() {
    set_log_sink({});
    fs::remove_all(root_);
  }

  std::string folder() const { return (root_ / "interrogate").string(); }
  void write(const std::string& name, const std::string& content) {
    std::ofstream(fs::path(folder()) / name, std::ios::binary) << content;
  }
  // What a new process has: nothing in memory, the cache on disk.
  void restart() {
    tables = std::make_unique<CategoryTables>(folder(), std::vector<LabelSource>(), "");
    cache_ = std::make_unique<EmbeddingCache>((root_ / "cache").string(),
                                              ModelIdentity{"A/b", true, {weights()}, ""});
    encoder.encoded = 0;
  }
  std::vector<Category> load(int64_t limit = 0, const Lines& skip = {}) {
    return tables->load(limit, skip, encoder, *cache_, {});
  }
  Lines names(const Lines& skip = {}) {
    Lines found;
    for (const Category& category : load(0, skip)) found.push_back(category.name);
    return found;
  }
  const LabelTable& only(int64_t limit = 0) { return *load(limit).at(0).table; }

  WordEncoder encoder;
  std::unique_ptr<CategoryTables> tables;
  Lines warnings;

 private:
  std::string weights() const { return (root_ / "weights.bin").string(); }

  fs::path root_;
  std::unique_ptr<EmbeddingCache> cache_;
};

}  // namespace

TEST_CASE("A stem that ends in .topN takes N labels, any other one") {
  CHECK(category_top("flavors") == 1);
  CHECK(category_top("flavors.top3") == 3);
  CHECK(category_top("a.b.top12") == 12);
  CHECK(category_top("flavors.top3.mine") == 3);
  CHECK(category_top("x.topper.top2") == 2);
  CHECK(category_top("flavors.top0") == 0);
  for (const char* name : {"top3", "flavors.top", "flavors.topX", "flavors.top3x", "flavors-top3"})
    CHECK(category_top(name) == 1);
  CHECK(category_top("x.top99999999999999999999") >= 1'000'000);
}

TEST_CASE(
    "Every .txt of the folder is a category, by file name, but for negative and the skipped") {
  Scene scene;
  for (const char* name : {"mediums.txt", "flavors.txt", "flavors.top3.txt", "Artists.txt",
                           "negative.txt", "notes.md", "list.TXT.bak"})
    scene.write(name, "x\n");
  fs::create_directory(scene.folder() + "/folder.txt");
  CHECK(scene.names() == Lines{"Artists", "flavors.top3", "flavors", "mediums"});
  CHECK(scene.names({"flavors.top3", "mediums", "no such"}) == Lines{"Artists", "flavors"});
  CHECK(scene.load()[1].top == 3);
}

TEST_CASE("A category's rows are its first lines, stripped, as float32") {
  Scene scene;
  scene.write("c.txt", "\xef\xbb\xbfone \r\n\r\n three\r\nfour");
  CHECK(scene.only().labels == Lines{"one", "", "three", "four"});
  CHECK(scene.only(2).labels == Lines{"one", ""});
  CHECK(scene.only(9).labels.size() == 4);
  CHECK(at::equal(scene.only(1).embeds, scene.encoder.encode_text({"one"}, {})));
}

TEST_CASE("Labels are encoded once: not for the next picture, nor after a restart") {
  Scene scene;
  scene.write("a.txt", "one\ntwo\nthree\n");
  scene.write("b.txt", "four\nfive\n");
  scene.load(2);
  CHECK(scene.encoder.encoded == 4);
  scene.load(2);
  scene.load(2, {"a"});
  CHECK(scene.encoder.encoded == 4);
  scene.restart();
  CHECK(scene.load(2)[0].table->labels == Lines{"one", "two"});
  CHECK(scene.encoder.encoded == 0);
  scene.load(0);
  CHECK(scene.encoder.encoded == 3);  // the longer list alone
  scene.restart();
  scene.load(2);
  scene.load(0);
  CHECK(scene.encoder.encoded == 0);  // both are kept
  CHECK(scene.warnings.empty());
}

TEST_CASE("Changed, new and deleted files are seen at the next picture") {
  Scene scene;
  scene.write("a.txt", "one\n");
  scene.load();
  scene.write("a.txt", "one\ntwo\n");
  CHECK(scene.only().labels == Lines{"one", "two"});
  scene.write("b.txt", "x\n");
  CHECK(scene.names() == Lines{"a", "b"});
  fs::remove(scene.folder() + "/a.txt");
  CHECK(scene.names() == Lines{"b"});
}

TEST_CASE("An unusable file costs one warning that names it, and the others still serve") {
  Scene scene;
  scene.write("bad.txt", "caf\xe9\n");
  scene.write("good.txt", "x\n");
  scene.write("long.txt", std::string(5000, 'x') + "\n");
  for (int picture = 0; picture < 3; ++picture) {
    auto categories = scene.load();
    REQUIRE(categories.size() == 3);
    CHECK(categories[0].table->size() == 0);
    CHECK(categories[1].table->size() == 1);
    CHECK(categories[2].table->size() == 0);
  }
  REQUIRE(scene.warnings.size() == 2);
  CHECK(scene.warnings[0].find("bad.txt: not UTF-8") != std::string::npos);
  CHECK(scene.warnings[1].find("long.txt: line 1 is 5000 bytes") != std::string::npos);
  scene.write("bad.txt", "caf\xc3\xa9 mended\n");
  CHECK(scene.load()[0].table->size() == 1);
}

TEST_CASE("An empty file is a category without labels") {
  Scene scene;
  scene.write("empty.txt", "");
  CHECK(scene.only().size() == 0);
  CHECK(scene.warnings.empty());
}

TEST_CASE("A folder that is not there, or holds no list, is refused by name") {
  Scene scene;
  CHECK_THROWS_WITH_AS(scene.load(), doctest::Contains("interrogate: no category (*.txt)"),
                       InvalidArgument);
  fs::remove_all(scene.folder());
  CHECK_THROWS_WITH_AS(scene.load(), doctest::Contains("interrogate: this folder of categories"),
                       InvalidArgument);
}

TEST_CASE("Lists that are given keep their order") {
  Scene scene;
  CategoryTables tables("", {{"z.top2", "", {"one", "two"}}, {"a", "", {"three"}}}, "");
  EmbeddingCache none("", {});
  auto categories = tables.load(1, {}, scene.encoder, none, {});
  REQUIRE(categories.size() == 2);
  CHECK(categories[0].name == "z.top2");
  CHECK(categories[0].top == 2);
  CHECK(categories[0].table->labels == Lines{"one"});
}

TEST_CASE("Features of another precision are cached apart") {
  Scene scene;
  scene.write("a.txt", "one\n");
  scene.load();
  *scene.tables = CategoryTables(scene.folder(), {}, "Half");
  scene.load();
  CHECK(scene.encoder.encoded == 2);
}
