#include "tokenizers/clip_bpe.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "base/error.h"

using namespace img2prompt;

namespace {

using Ids = std::vector<int32_t>;

const ClipBpe& clip() {
  static const auto kBpe =
      ClipBpe::load(std::string(I2P_SOURCE_DIR) + "/models/vocab/clip_merges.txt");
  return *kBpe;
}

std::string refusal(const std::string& merges) {
  try {
    ClipBpe::parse(merges, "m.txt");
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Tokens are numbered as CLIP numbers them") {
  CHECK(clip().vocab_size() == 49408);
  CHECK(clip().start_id() == 49406);
  CHECK(clip().end_id() == 49407);
  CHECK(clip().encode("a photo of a cat") == Ids{320, 1125, 539, 320, 2368});
  CHECK(clip().encode("<start_of_text>x<end_of_text>") == Ids{49406, 343, 49407});
  CHECK(clip().encode("").empty());
  CHECK(clip().encode(" \t\r\n\xC2\xA0").empty());
}

TEST_CASE("A text is framed, padded, and cut so that its last id is the end") {
  CHECK(clip().tokenize("a cat", 6) == Ids{49406, 320, 2368, 49407, 0, 0});
  CHECK(clip().tokenize("a photo of a cat", 4) == Ids{49406, 320, 1125, 49407});
  CHECK(clip().tokenize("a cat", 4) == Ids{49406, 320, 2368, 49407});
  CHECK(clip().tokenize("a cat", 1) == Ids{49407});
  CHECK(clip().tokenize(std::string(100000, 'x')).size() == 77);
  CHECK_THROWS_AS(clip().tokenize("a", 0), InvalidArgument);
  CHECK_THROWS_AS(clip().tokenize("a", 65537), InvalidArgument);
}

TEST_CASE("Every place of the pair of lowest rank is merged before the pairs that this makes") {
  // (ab c) stands twice. Joined one at a time, the first abc would take the next ab by rank 1.
  auto bpe = ClipBpe::parse("#\na b\nabc ab\nab c\n", "m.txt");
  const int32_t abc = 512 + 2, final_x = 256 + 'x' - '!';
  CHECK(bpe->encode("abcabcx") == Ids{abc, abc, final_x});
  auto doubles = ClipBpe::parse("#\na a\naa aa\n", "m.txt");
  CHECK(doubles->encode("aaaaab") == Ids{513, 64, 256 + 65});
}

TEST_CASE("Ill-formed UTF-8 reads as the replacement character") {
  CHECK(clip().encode("a\xC3") == clip().encode("a\xEF\xBF\xBD"));
}

TEST_CASE("Threads may share a tokenizer") {
  const std::string text = "caf\xC3\xA9 \xE2\x80\x9Cquoted\xE2\x80\x9D &amp; \xC3\x83\xC2\xA9";
  const Ids expected = clip().encode(text);
  std::vector<char> same(4, 0);
  std::vector<std::thread> threads;
  for (char& flag : same)
    threads.emplace_back([&flag, &text, &expected] {
      flag = 1;
      for (int i = 0; i < 200; ++i) flag = flag && clip().encode(text) == expected;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(std::all_of(same.begin(), same.end(), [](char flag) { return flag == 1; }));
}

TEST_CASE("A damaged merges file is refused with the line") {
  CHECK(refusal("").find("no merges") != std::string::npos);
  CHECK(refusal("#\n").find("no merges") != std::string::npos);
  CHECK(refusal("#\na b\nab\n").find("line 3") != std::string::npos);
  CHECK(refusal("#\na b c\n").find("line 2") != std::string::npos);
  CHECK(refusal("#\n\na b\n").find("line 2") != std::string::npos);
  CHECK(refusal("#\nqu x\n").find("line 2") != std::string::npos);
  CHECK(refusal("#\na " + std::string(5000, 'b')).find("line 2") != std::string::npos);
  CHECK_THROWS_AS(ClipBpe::load("/no/such/merges.txt"), Error);
}

TEST_CASE("Lines may end as on Windows, and the last one may lack its end") {
  CHECK(ClipBpe::parse("#\r\na b\r\n", "m.txt")->vocab_size() == 515);
  CHECK(ClipBpe::parse("#\na b", "m.txt")->vocab_size() == 515);
}
