#include "tokenizers/clip_bpe.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace img2prompt {
namespace {

const std::string kMerges = std::string(I2P_SOURCE_DIR) + "/models/vocab/clip_merges.txt";

TEST_CASE("ClipBpe, numbers tokens as CLIP does") {
  auto bpe = ClipBpe::load(kMerges);
  CHECK(bpe->vocab_size() == 49408);
  CHECK(bpe->start_id() == 49406);
  CHECK(bpe->encode("a photo of a cat") == std::vector<int32_t>{320, 1125, 539, 320, 2368});
}

}  // namespace
}  // namespace img2prompt
