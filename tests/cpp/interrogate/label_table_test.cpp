#include "interrogate/label_table.h"

#include <ATen/ops/equal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "../torch_doctest.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mapped_file.h"
#include "base/sha256.h"
#include "word_encoder.h"

using namespace img2prompt;
namespace fs = std::filesystem;

namespace {

// A folder with a weights file, and the log lines of the test.
class Scene {
 public:
  Scene() : folder_(fs::temp_directory_path() / "img2prompt_label_table_test") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    std::ofstream(weights()) << "weights of model 0";
    set_log_sink([this](LogLevel level, const std::string& line) {
      if (level >= LogLevel::kWarning) warnings.push_back(line);
    });
  }
  ~Scene() {
    set_log_sink({});
    fs::permissions(folder_, fs::perms::owner_all);
    fs::remove_all(folder_);
  }

  std::string weights() const { return (folder_ / "weights.bin").string(); }
  std::string cache() const { return (folder_ / "cache").string(); }
  std::string shared_file() const { return cache() + "/A_b_t.safetensors"; }
  ModelIdentity identity() const { return {"A/b", true, {weights()}, ""}; }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    if (fs::exists(cache()))
      for (const auto& entry : fs::directory_iterator(cache()))
        if (entry.path().extension() == ".safetensors")
          names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  LabelTable load(const LabelList& list, TextEncoder& encoder, const Progress& progress = {}) {
    EmbeddingCache cache_object(cache(), identity());
    return load_label_table(list, encoder, cache_object, progress);
  }

  std::vector<std::string> warnings;

 private:
  fs::path folder_;
};

LabelList numbered(int count, const std::string& prefix = "label ") {
  LabelList list{"t", {}, {}};
  for (int i = 0; i < count; ++i) list.labels.push_back(prefix + std::to_string(i * 7919 % count));
  return list;
}

void overwrite(const std::string& path, size_t position, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(position));
  file << bytes;
}

}  // namespace

TEST_CASE("A table's rows are the labels in their order, rounded to float16") {
  Scene scene;
  WordEncoder encoder;
  LabelList list = numbered(100);
  LabelTable table = scene.load(list, encoder);
  at::Tensor direct = encoder.encode_text(list.labels, {}).to(at::kHalf);
  CHECK(at::equal(table.embeds, direct));
  CHECK(table.labels == list.labels);
  LabelTable none = scene.load({"t", {}, {}}, encoder);
  CHECK(none.embeds.size(0) == 0);
  CHECK(none.embeds.size(1) == WordEncoder::kWidth);
}

TEST_CASE("A written cache, which names the weights, is read back without encoding a label") {
  Scene scene;
  WordEncoder first, second;
  LabelTable made = scene.load(numbered(300), first);
  LabelTable read = scene.load(numbered(300), second);
  CHECK(at::equal(made.embeds, read.embeds));
  CHECK(second.encoded == 0);
  CHECK(scene.files() == std::vector<std::string>{"A_b_t.safetensors"});
  CHECK(scene.warnings.empty());
}

TEST_CASE("A table of full precision keeps float32, through the cache too, under its own name") {
  Scene scene;
  WordEncoder encoder;
  LabelList list = numbered(40);
  scene.load(list, encoder);
  list.cache_name = "native-t";
  list.full_precision = true;
  LabelTable made = scene.load(list, encoder);
  CHECK(at::equal(made.embeds, encoder.encode_text(list.labels, {})));
  encoder.encoded = 0;
  LabelTable read = scene.load(list, encoder);
  CHECK(at::equal(made.embeds, read.embeds));
  CHECK(encoder.encoded == 0);
  CHECK(scene.files() == std::vector<std::string>{"A_b_native-t.safetensors", "A_b_t.safetensors"});

  // A file of float16 rows under that name is no such table.
  fs::copy_file(scene.shared_file(), scene.cache() + "/A_b_native-t.safetensors",
                fs::copy_options::overwrite_existing);
  CHECK(at::equal(scene.load(list, encoder).embeds, made.embeds));
  CHECK(scene.warnings.size() == 2);  // when read, and when written anew
}

TEST_CASE("Other labels leave the cache that is there, and both are found again") {
  Scene scene;
  WordEncoder encoder;
  scene.load(numbered(50), encoder);
  scene.load(numbered(60), encoder);
  CHECK(scene.files().size() == 2);
  encoder.encoded = 0;
  scene.load(numbered(50), encoder);
  scene.load(numbered(60), encoder);
  CHECK(encoder.encoded == 0);
  CHECK(scene.files().size() == 2);
}

TEST_CASE("A cache of other weights with the same name is not used and not overwritten") {
  Scene scene;
  WordEncoder zero(0), one(1);
  scene.load(numbered(50), zero);
  std::ofstream(scene.weights()) << "weights of another model";
  LabelTable table = scene.load(numbered(50), one);
  CHECK(at::equal(table.embeds, one.encode_text(numbered(50).labels, {}).to(at::kHalf)));
  CHECK(one.encoded >= 50);
  CHECK(scene.files().size() == 2);
}

TEST_CASE(
    "A cache without metadata is believed by its hash, but only if its rows are this model's") {
  Scene scene;
  WordEncoder zero(0), one(1);
  scene.load(numbered(50), zero);
  // As clip-interrogator writes it: the same tensors, no metadata.
  auto bytes = read_file(scene.shared_file(), 1 << 20);
  std::string text(bytes.begin(), bytes.end());
  size_t start = text.find("\"__metadata__\""), end = text.find("},", start) + 2;
  text.replace(start, end - start, std::string(end - start, ' '));
  std::ofstream(scene.shared_file(), std::ios::binary) << text;
  zero.encoded = 0;
  scene.load(numbered(50), zero);
  CHECK(zero.encoded == 2);
  CHECK(scene.warnings.empty());

  LabelTable table = scene.load(numbered(50), one);
  CHECK(at::equal(table.embeds, one.encode_text(numbered(50).labels, {}).to(at::kHalf)));
  REQUIRE(scene.warnings.size() == 1);
  CHECK(scene.warnings[0].find("another model") != std::string::npos);
  auto kept = read_file(scene.shared_file(), 1 << 20);
  CHECK(std::string(kept.begin(), kept.end()) == text);
  CHECK(scene.files().size() == 2);
}

TEST_CASE("A damaged cache is made anew in its place, with one warning") {
  struct Damage {
    const char* name;
    void (*apply)(const std::string& path, size_t size);
  };
  const Damage kinds[] = {
      {"cut", [](const std::string& path, size_t size) { fs::resize_file(path, size / 2); }},
      {"empty", [](const std::string& path, size_t) { fs::resize_file(path, 0); }},
      {"grown", [](const std::string& path, size_t size) { fs::resize_file(path, size + 9); }},
      {"length of the header",
       [](const std::string& path, size_t) { overwrite(path, 0, "\xff\xff\xff\xff\xff\xff"); }},
      {"not JSON", [](const std::string& path, size_t) { overwrite(path, 8, "]"); }},
      {"zeroed rows", [](const std::string& path,
                         size_t size) { overwrite(path, size - 400, std::string(96, 0)); }},
      {"rows of NaN", [](const std::string& path, size_t size) {
         overwrite(path, size - 400, std::string(96, '\x7f'));
       }}};
  for (const Damage& damage : kinds) {
    CAPTURE(damage.name);
    Scene scene;
    WordEncoder encoder;
    LabelTable made = scene.load(numbered(50), encoder);
    damage.apply(scene.shared_file(), fs::file_size(scene.shared_file()));
    LabelTable again = scene.load(numbered(50), encoder);
    CHECK(at::equal(made.embeds, again.embeds));
    CHECK(scene.warnings.size() >= 1);
    scene.warnings.clear();
    encoder.encoded = 0;
    scene.load(numbered(50), encoder);
    CHECK(encoder.encoded == 0);
    CHECK(scene.warnings.empty());
    CHECK(scene.files() == std::vector<std::string>{"A_b_t.safetensors"});
  }
}

TEST_CASE("A folder that cannot be made costs a warning, not the table") {
  Scene scene;
  WordEncoder encoder;
  std::ofstream(scene.cache()) << "a file where the folder would be";
  LabelTable table = scene.load(numbered(20), encoder);
  CHECK(table.embeds.size(0) == 20);
  CHECK(scene.warnings.size() == 1);
}

TEST_CASE("Weights that have gone cost the cache, not the table") {
  Scene scene;
  WordEncoder encoder;
  fs::remove(scene.weights());
  CHECK(scene.load(numbered(20), encoder).embeds.size(0) == 20);
  CHECK_FALSE(scene.warnings.empty());
}

TEST_CASE("A card's own name carries the key of its model, so that others never share its files") {
  Scene scene;
  WordEncoder encoder;
  std::string other = scene.weights() + ".other";
  std::ofstream(other) << "other weights";
  const ModelIdentity cards[] = {{"card", false, {scene.weights()}, "gelu"},
                                 {"card", false, {scene.weights()}, "quick gelu"},
                                 {"card", false, {other}, "gelu"},
                                 {"card", false, {scene.weights(), other}, "gelu"}};
  for (const ModelIdentity& card : cards) {
    EmbeddingCache cache(scene.cache(), card);
    encoder.encoded = 0;
    load_label_table(numbered(20), encoder, cache, {});
    CHECK(encoder.encoded == 20);
  }
  CHECK(scene.files().size() == 4);
}

TEST_CASE("An accepted variant in the cache serves, else the list itself is made") {
  Scene scene;
  WordEncoder encoder;
  LabelList list = numbered(30), variant = numbered(30, "lable ");
  list.accepted_variants = {variant.labels};
  scene.load(variant, encoder);
  encoder.encoded = 0;
  CHECK(scene.load(list, encoder).labels == variant.labels);
  CHECK(encoder.encoded == 0);
  fs::remove(scene.shared_file());
  CHECK(scene.load(list, encoder).labels == list.labels);
}

TEST_CASE("Stopped work is kept and the next call goes on from it") {
  Scene scene;
  LabelList list = numbered(5000);
  for (bool same_object : {true, false}) {
    fs::remove_all(scene.cache());
    WordEncoder encoder;
    EmbeddingCache cache(scene.cache(), scene.identity());
    Progress stopping;
    int64_t done_at_stop = 0;
    stopping.on_progress = [&](const std::string& stage, int64_t done, int64_t total) {
      CHECK((stage == "labels: t" || stage == "weights"));
      if (stage != "labels: t") return;
      CHECK(total == 5000);
      done_at_stop = done;
    };
    stopping.is_cancelled = [&] { return done_at_stop > 4500; };
    CHECK_THROWS_AS(load_label_table(list, encoder, cache, stopping), Cancelled);
    encoder.encoded = 0;
    EmbeddingCache fresh(scene.cache(), scene.identity());
    LabelTable table = load_label_table(list, encoder, same_object ? cache : fresh, {});
    CHECK(encoder.encoded == 5000 - 4096);
    CHECK(at::equal(table.embeds, encoder.encode_text(list.labels, {}).to(at::kHalf)));
    CHECK(scene.files() == std::vector<std::string>{"A_b_t.safetensors"});
  }
}

TEST_CASE("The digest of the weights is remembered until the file changes") {
  Scene scene;
  int64_t read = 0;
  Progress progress;
  progress.on_progress = [&](const std::string&, int64_t, int64_t) { ++read; };
  auto digest = [&] { return WeightsDigest({scene.weights()}, scene.cache()).get(progress); };
  std::string first = digest();
  CHECK(first == sha256_hex(ByteSpan(std::string_view("weights of model 0"))));
  int64_t after_first = read;
  CHECK(after_first > 0);
  CHECK(digest() == first);
  CHECK(read == after_first);
  std::ofstream(scene.weights()) << "other weights";
  CHECK(digest() != first);
  std::ofstream(scene.cache() + "/weights-sha256.json") << "{ not json";
  CHECK(digest() != first);
}

TEST_CASE("The digest of an index of shards is that of the shards") {
  Scene scene;
  const std::string folder = fs::path(scene.weights()).parent_path().string() + "/";
  auto shard = [&](const std::string& name, char value) {
    std::string header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})";
    std::string length(8, '\0');
    length[0] = static_cast<char>(header.size());
    std::ofstream(folder + name, std::ios::binary) << length << header << value;
  };
  const std::string index = folder + "weights.json";
  std::ofstream(index) << R"({"weight_map": {"a": "one.safetensors"}})";
  shard("one.safetensors", 'x');
  std::string first = WeightsDigest({index}, "").get({});
  CHECK(first == WeightsDigest({folder + "one.safetensors"}, "").get({}));
  shard("one.safetensors", 'y');
  CHECK(WeightsDigest({index}, "").get({}) != first);
}
