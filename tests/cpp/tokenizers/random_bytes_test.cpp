#include <doctest/doctest.h>

#include <random>

#include "base/error.h"
#include "tokenizers/clip_bpe.h"
#include "tokenizers/wordpiece.h"

using namespace img2prompt;

namespace {

// Bytes at random, and pieces that steer into the branches that look ahead.
std::string random_text(std::mt19937& random) {
  static const std::string kPieces[] = {
      "&",        "&#",       "&#x",      ";",           "&am",
      "\x1B[",    "\xC3",     "\xC3\x83", "\xC2\xA9",    "\xE2\x82\xAC",
      "\xCC\x81", "\xED\xA0", "\n",       "'",           "<start_of_text",
      "[SEP",     "##",       "\xF0\x9F", "\xEF\xBF\xBD"};
  std::string text;
  for (size_t count = random() % 12; count > 0; --count) {
    if (random() % 2)
      text += kPieces[random() % std::size(kPieces)];
    else
      text += static_cast<char>(random());
  }
  return text;
}

}  // namespace

TEST_CASE("Any bytes are tokenized, to ids of the vocabulary") {
  std::mt19937 random(40);
  const std::string folder = std::string(I2P_SOURCE_DIR) + "/models/vocab/";
  auto clip = ClipBpe::load(folder + "clip_merges.txt");
  auto bert = WordPiece::load(folder + "bert_base_uncased.txt");
  for (int i = 0; i < 5000; ++i) {
    std::string text = random_text(random);
    auto within = [](const std::vector<int32_t>& ids, int32_t end) {
      for (int32_t id : ids)
        if (id < 0 || id >= end) return false;
      return true;
    };
    CHECK(within(clip->encode(text), clip->vocab_size()));
    CHECK(within(bert->encode(text), bert->size()));
  }
}

TEST_CASE("Any bytes are a merges file, or are refused as none") {
  std::mt19937 random(41);
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string text = "#\n";
    for (size_t count = random() % 8; count > 0; --count)
      text += std::string(1, "ab"[random() % 2]) + " \n  \xC4\x80"[random() % 6] +
              "ab\n\n"[random() % 4];
    try {
      ClipBpe::parse(text, "m.txt")->encode("abab");
    } catch (const InvalidArgument& error) {
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
      ++refused;
    }
  }
  CHECK(refused > 0);
  CHECK(refused < 2000);
}
