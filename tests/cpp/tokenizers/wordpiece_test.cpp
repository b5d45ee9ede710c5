#include "tokenizers/wordpiece.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"

using namespace img2prompt;
namespace fs = std::filesystem;

namespace {

using Ids = std::vector<int32_t>;

const WordPiece& bert() {
  static const auto kTokens =
      WordPiece::load(std::string(I2P_SOURCE_DIR) + "/models/vocab/bert_base_uncased.txt");
  return *kTokens;
}

// A directory with the given files, gone when it goes out of scope.
class Directory {
 public:
  using Files = std::vector<std::pair<std::string, std::string>>;
  explicit Directory(const Files& files)
      : path_(fs::temp_directory_path() / "img2prompt_wordpiece_test") {
    fs::remove_all(path_);
    fs::create_directories(path_);
    for (const auto& [name, content] : files)
      std::ofstream(path_ / name, std::ios::binary) << content;
  }
  ~Directory() { fs::remove_all(path_); }
  std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

std::string refusal(const std::string& path) {
  try {
    WordPiece::load(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("Words are cut into the longest known pieces") {
  CHECK(bert().size() == 30522);
  CHECK(bert().encode("a picture of") == Ids{1037, 3861, 1997});
  CHECK(bert().encode("Unaffable caf\u00E9s") == Ids{14477, 20961, 3468, 23812});
  CHECK(bert().encode("").empty());
  CHECK(bert().encode(std::string(101, 'a')) == Ids{100});
  CHECK(bert().encode("[SEP] x [MASK]") == Ids{102, 1060, 103});
  CHECK(*bert().id("[SEP]") == 102);
  CHECK_FALSE(bert().id("no such token").has_value());
}

TEST_CASE("Pieces are joined and the spaces before punctuation taken out") {
  CHECK(bert().decode(bert().encode("don't stop , x's!")) == "don't stop, x's!");
  CHECK(bert().decode({}).empty());
}

TEST_CASE("Ids that no token has are passed over with the special ones") {
  CHECK(bert().decode({30522, 1037, 3861, 102, -1}) == "a picture");
  CHECK(bert().decode({30522, 1037, 102}, /*skip_special=*/false) == "[UNK] a [SEP]");
}

TEST_CASE("A directory's settings add tokens") {
  Directory directory({{"vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n"},
                       {"added_tokens.json", R"({"[ENC]": 8, "[DEC]": 7})"},
                       {"special_tokens_map.json", R"({"bos_token": "[DEC]"})"}});
  auto tokens = WordPiece::load(directory.path());
  CHECK(tokens->size() == 9);
  CHECK(tokens->encode("[DEC]ab[ENC]") == Ids{7, 5, 6, 8});
  CHECK(tokens->decode({7, 5, 6, 8}) == "ab [ENC]");
}

TEST_CASE("Special tokens that a vocabulary lacks come after it") {
  Directory directory(Directory::Files{{"vocab.txt", "a\r\n##b\r\n"}});
  auto tokens = WordPiece::load(directory.path() + "/vocab.txt");
  CHECK(tokens->size() == 7);
  CHECK(tokens->encode("ab q") == Ids{0, 1, 2});
  CHECK(*tokens->id("[UNK]") == 2);
}

TEST_CASE("Damaged vocabularies and settings are refused in one line") {
  CHECK(refusal("/no/such/vocab.txt").find("/no/such/vocab.txt") == 0);
  Directory empty(Directory::Files{{"vocab.txt", ""}});
  CHECK(refusal(empty.path()).find("no tokens") != std::string::npos);
  Directory binary(Directory::Files{{"vocab.txt", "a\n\xFF\xFE\n"}});
  CHECK(refusal(binary.path()).find("not UTF-8") != std::string::npos);
  Directory long_line(Directory::Files{{"vocab.txt", "a\n" + std::string(2000, 'x')}});
  CHECK(refusal(long_line.path()).find("line 2") != std::string::npos);
  Directory list({{"vocab.txt", "a\n"}, {"tokenizer_config.json", "[1]"}});
  CHECK(refusal(list.path()).find("not a JSON object") != std::string::npos);
  Directory cased({{"vocab.txt", "a\n"}, {"tokenizer_config.json", R"({"do_lower_case": false})"}});
  CHECK(refusal(cased.path()).find("do_lower_case") != std::string::npos);
}
