#include "../difference.h"
#include "../portable.h"
#include "../torch_doctest.h"
#include "base/error.h"
#include "demo_models.h"
#include "nn/clip_text.h"

using namespace img2prompt;

namespace {

// Features of size 0.1 in float32 through a few layers, summed in other orders.
constexpr double kTolerance = 2e-6;

std::vector<std::string> behind(const std::string& prompt, int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i)
    texts.push_back(prompt + ", a thing of number " + std::to_string(i * 7919 % 1000));
  return texts;
}

}  // namespace

TEST_CASE("A prefix that is kept, grown, cut and replaced never changes what texts encode to") {
  const auto clip = demo_clip();
  TextPrefix prefix;
  const std::string first = "there is a red heart on a blue background with dots";
  size_t longest = 0;
  for (bool portable : {false, true}) {
    const Portable way(portable);
    for (const std::string& prompt :
         {first, first + ", a paper collage", first + ", a paper collage, by someone", first,
          std::string("something else entirely on a green background"), std::string("a")}) {
      CAPTURE(prompt);
      for (int64_t max_nodes : {0, 60}) {
        const std::vector<std::string> texts = behind(prompt, 40);
        TextEncodingOptions options;
        options.max_nodes = max_nodes;
        const at::Tensor alone = clip->encode_text(texts, {}, options);
        options.prefix = &prefix;
        CHECK(difference(clip->encode_text(texts, {}, options), alone) < kTolerance);
      }
      longest = std::max(longest, prefix.tokens.size());
      REQUIRE(prefix.layers.size() > 0);
      for (const GivenKeys& layer : prefix.layers)
        CHECK(layer.k.size(0) == static_cast<int64_t>(prefix.tokens.size()));
    }
  }
  CHECK(longest > 15);
}

TEST_CASE("A few texts and those that begin differently leave a prefix as it is") {
  const auto clip = demo_clip();
  TextPrefix prefix;
  TextEncodingOptions options;
  options.prefix = &prefix;
  clip->encode_text(behind("there is a red heart on a blue background", 40), {}, options);
  const TokenList kept = prefix.tokens;
  REQUIRE_FALSE(kept.empty());
  clip->encode_text({"one", "two", "three and four", "a fifth text that is longer"}, {}, options);
  clip->encode_text(behind("there is a red heart on a blue background", 2), {}, options);
  CHECK(prefix.tokens == kept);
}

TEST_CASE("A cancelled call leaves a prefix that still serves") {
  const auto clip = demo_clip();
  TextPrefix prefix;
  TextEncodingOptions options;
  options.prefix = &prefix;
  const auto texts = behind("there is a red heart on a blue background, with dots", 40);
  clip->encode_text(behind("there is a red heart on a blue background", 40), {}, options);
  for (int after : {1, 2, 3, 4}) {
    Progress progress;
    int asked = 0;
    progress.is_cancelled = [&] { return ++asked > after; };
    CHECK_THROWS_AS(clip->encode_text(texts, progress, options), Cancelled);
  }
  const at::Tensor alone = clip->encode_text(texts);
  CHECK(difference(clip->encode_text(texts, {}, options), alone) < kTolerance);
}
