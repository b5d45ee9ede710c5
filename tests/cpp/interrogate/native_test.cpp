#include "interrogate/native.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "../torch_doctest.h"
#include "word_encoder.h"

using namespace img2prompt;

namespace {

using Labels = std::vector<std::string>;

constexpr double kFloatTolerance = 1e-5;  // of a softmax over a few float32 logits

class Scene {
 public:
  explicit Scene(const std::string& picture)
      : image_(encoder.picture_of(picture)),
        ranker_(image_, Selection::kExact, 2048),
        scorer_(encoder, image_),
        context{"a red cat", 8, 32, 2048, false, nullptr, ranker_, scorer_, progress_} {}

  void add(const std::string& name, int64_t top, const Labels& labels) {
    LabelTable& table = tables_[name];
    table = {name, labels, encoder.encode_text(labels, {})};
    context.categories.push_back({name, top, &table});
  }
  std::string run() { return find_mode("native").run(context).text(); }

  // The softmax of 100 x cosine, written out.
  std::vector<double> probabilities(const Labels& labels) {
    at::Tensor rows = encoder.encode_text(labels, {});
    std::vector<double> values;
    double sum = 0;
    for (int64_t i = 0; i < rows.size(0); ++i) {
      double dot = 0;
      for (int64_t d = 0; d < rows.size(1); ++d)
        dot += static_cast<double>(rows[i][d].item<float>()) * image_[0][d].item<float>();
      values.push_back(std::exp(100 * dot));
      sum += values.back();
    }
    for (double& value : values) value /= sum;
    return values;
  }

  WordEncoder encoder;

 private:
  at::Tensor image_;
  Progress progress_;
  std::map<std::string, LabelTable> tables_;
  Ranker ranker_;
  TextScorer scorer_;

 public:
  ModeContext context;
};

}  // namespace

TEST_CASE("native appends the best of each category, in order, to the caption") {
  Scene scene("blue sky by Anna cubism");
  scene.add("artists", 1, {"by Boris", "by Anna"});
  scene.add("flavors.top2", 2, {"grainy", "sky", "blue sky"});
  scene.add("empty", 1, {});
  scene.add("none.top0", 0, {"x"});
  scene.add("one.top5", 5, {"anything"});
  CHECK(scene.run() == "a red cat, by Anna, blue sky, sky, anything");
}

TEST_CASE("Matches carry the softmax over their category, and ranks write it") {
  Scene scene("sky");
  const Labels labels = {"sky blue", "sky (blue)", "sky"};
  scene.add("flavors", 3, labels);
  scene.context.return_ranks = true;
  Prompt prompt = find_mode("native").run(scene.context);
  std::string wanted = "a red cat";
  REQUIRE(prompt.phrases().size() == 4);
  CHECK_FALSE(prompt.phrases()[0].match);
  const std::vector<double> all = scene.probabilities(labels);
  double sum = 0;
  for (size_t i = 1; i < 4; ++i) {
    const Match match = prompt.phrases()[i].match.value();
    const size_t row =
        static_cast<size_t>(std::find(labels.begin(), labels.end(), match.label) - labels.begin());
    CHECK(std::abs(match.similarity - all.at(row)) < kFloatTolerance);
    sum += match.similarity;
    wanted += fmt::format(", ({}:{:.3f})", match.label, all[row]);
  }
  CHECK(std::abs(sum - 1) < kFloatTolerance);
  CHECK(prompt.text() == wanted);
}

TEST_CASE(
    "An empty line counts in the softmax, is never taken, and the next best takes its place") {
  Scene scene("");
  const Labels labels = {"far away", "", "near"};
  const std::vector<double> all = scene.probabilities(labels);
  REQUIRE(all[1] > std::max(all[0], all[2]));
  scene.add("flavors", 1, labels);
  Prompt prompt = find_mode("native").run(scene.context);
  REQUIRE(prompt.phrases().size() == 2);
  const size_t best = all[0] > all[2] ? 0 : 2;
  CHECK(prompt.phrases()[1].text == labels[best]);
  CHECK(std::abs(prompt.phrases()[1].match->similarity - all[best]) < kFloatTolerance);
}

TEST_CASE(
    "Equal labels rank in the order of their lines, and one that is there twice may come so") {
  Scene scene("sky");
  scene.add("flavors.top3", 3, {"sea", "sky", "sky", "a b c"});
  CHECK(scene.run().rfind("a red cat, sky, sky, ", 0) == 0);
}

TEST_CASE("The labels are not encoded by the mode, and no caption leaves no comma") {
  Scene scene("sky");
  scene.add("flavors", 1, {"sea", "sky"});
  scene.encoder.encoded = 0;
  scene.context.caption = "";
  CHECK(scene.run() == "sky");
  CHECK(scene.encoder.encoded == 0);
}

TEST_CASE("The prompt's characters are cut from the caption") {
  CHECK(without_native_prompt("a picture of a cat") == "a cat");
  CHECK(without_native_prompt("a picture of, a cat") == " a cat");
  CHECK(without_native_prompt("a picture of\xc3\xa9t\xc3\xa9") == "t\xc3\xa9");
  CHECK(without_native_prompt("a picture of") == "");
  CHECK(without_native_prompt("a cat") == "a cat");
  CHECK(without_native_prompt("") == "");
}

TEST_CASE("The options' defaults are the WebUI's") {
  const NativeOptions options;
  CHECK(options.num_beams == 1);
  CHECK(options.min_length == 24);
  CHECK(options.max_length == 48);
  CHECK(options.dict_limit == 1500);
  CHECK(options.skip_categories.empty());
  CHECK_FALSE(options.return_ranks);
}
