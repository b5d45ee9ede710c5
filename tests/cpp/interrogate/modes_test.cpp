#include "interrogate/modes.h"

#include <set>

#include "../torch_doctest.h"
#include "base/error.h"
#include "word_encoder.h"

using namespace img2prompt;

namespace {

class Scene {
 public:
  explicit Scene(const std::string& picture, bool follow = false)
      : image_(encoder.picture_of(picture)),
        ranker_(image_, Selection::kExact, 2048),
        scorer(encoder, image_),
        context{"a red cat", 8, 32, 2048, follow, nullptr, ranker_, scorer, progress_} {
    add("artists", {"by Anna", "by Boris", "inspired by Anna"});
    add("flavors", {"sharp", "soft light", "", "grainy", "a b c", "blue sky"});
    add("mediums", {"a photo", "a painting"});
    add("movements", {"cubism", "realism"});
    add("trendings", {"trending on X", "featured on Y"});
    add("negative", {"ugly", "deformed", "sharp"});
    context.table = [this](const std::string& name) -> const LabelTable& {
      asked.insert(name);
      return tables_.at(name);
    };
  }

  void add(const std::string& name, const std::vector<std::string>& labels) {
    tables_[name] = {name, labels, encoder.encode_text(labels, {}).to(at::kHalf)};
  }
  std::string run(const std::string& mode) { return find_mode(mode).run(context).text(); }

  WordEncoder encoder;
  std::set<std::string> asked;

 private:
  at::Tensor image_;
  Progress progress_;
  std::map<std::string, LabelTable> tables_;
  Ranker ranker_;

 public:
  TextScorer scorer;
  ModeContext context;
};

}  // namespace

TEST_CASE("Every mode has a description and asks only for the tables that it names") {
  for (const Mode& mode : modes()) {
    CAPTURE(mode.name);
    CHECK(std::string(mode.description).size() > 10);
    Scene scene("a photo by Anna sharp cubism");
    mode.run(scene.context);
    CHECK(scene.asked == std::set<std::string>(mode.tables.begin(), mode.tables.end()));
  }
}

TEST_CASE("An unknown mode is refused with the names of those there are") {
  CHECK_THROWS_WITH_AS(find_mode("bestest"), doctest::Contains("best, fast, classic, negative"),
                       InvalidArgument);
}

TEST_CASE("classic names medium, artist, trending, movement and three flavors") {
  Scene scene("a painting by Boris featured on Y cubism blue sky");
  std::string prompt = scene.run("classic");
  CHECK(prompt.rfind("a red cat, a painting by Boris, featured on Y, cubism, blue sky, ", 0) == 0);
  scene.context.caption = "a painting of a cat";
  CHECK(scene.run("classic").rfind("a painting of a cat by Boris, featured on Y", 0) == 0);
}

TEST_CASE("classic leaves out what its tables do not have") {
  Scene scene("x");
  for (const char* name : {"artists", "flavors", "mediums", "movements"}) scene.add(name, {});
  scene.add("trendings", {"trending on X"});
  CHECK(scene.run("classic") == "a red cat, trending on X");
  scene.context.caption = "";
  CHECK(scene.run("classic") == "trending on X");
}

TEST_CASE("fast lists the most similar labels of all tables, empty ones left out") {
  Scene scene("blue sky");
  scene.context.max_flavors = 1;
  CHECK(scene.run("fast") == "a red cat, blue sky");
  scene.context.max_flavors = 100;
  CHECK(scene.run("fast").find(", ,") == std::string::npos);
}

TEST_CASE("best is at least as similar as caption, classic, fast and the chain") {
  for (const char* picture :
       {"blue sky by Anna cubism", "a red cat", "nothing of these", "sharp"}) {
    Scene scene(picture);
    float best = scene.scorer.similarities({scene.run("best")}, {})[0];
    for (const char* mode : {"caption", "classic", "fast"})
      CHECK(best >= scene.scorer.similarities({scene.run(mode)}, {})[0] - 1e-6f);
  }
}

TEST_CASE("best without a caption starts from the best label") {
  Scene scene("blue sky");
  scene.context.caption = "";
  CHECK(scene.run("best").find("blue sky") != std::string::npos);
}

TEST_CASE("negative joins phrases unlike the picture and no caption") {
  Scene scene("a red cat sharp");
  std::string prompt = scene.run("negative");
  CHECK(prompt.find("red cat") == std::string::npos);
  CHECK(scene.scorer.similarities({prompt}, {})[0] < 0.5f);
}
