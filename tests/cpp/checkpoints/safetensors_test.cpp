#include "checkpoints/safetensors.h"

#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/temporary_file.h"
#include "checkpoints/open.h"

using namespace img2prompt;
namespace fs = std::filesystem;

namespace {

std::string write(const std::string& content) {
  std::string path =
      (fs::temp_directory_path() / "img2prompt_checkpoints_test.safetensors").string();
  TemporaryFile file(path);
  file.write(ByteSpan(std::string_view(content)));
  file.commit();
  return path;
}

std::string framed(const std::string& header, size_t data, uint64_t claimed = UINT64_MAX) {
  if (claimed == UINT64_MAX) claimed = header.size();
  std::string out(8, '\0');
  for (int i = 0; i < 8; ++i) out[i] = static_cast<char>(claimed >> (8 * i));
  return out + header + std::string(data, '\x01');
}

// The message with which the file is refused; empty when it is accepted.
std::string refusal(const std::string& content) {
  std::string path = write(content), message;
  try {
    open_checkpoint(path);
  } catch (const CheckpointError& error) {
    message = error.what();
    CHECK(message.find(path) == 0);
    CHECK(message.find('\n') == std::string::npos);
  }
  fs::remove(path);
  return message;
}

bool mentions(const std::string& message, const char* part) {
  INFO(message);
  return message.find(part) != std::string::npos;
}

const char* const kOne = R"({"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}})";

}  // namespace

TEST_CASE("Tensors are views of the mapped file with their dtype, shape and place") {
  std::string header =
      R"({"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},)"
      R"("a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
      R"("none":{"dtype":"U8","shape":[0,7],"data_offsets":[32,32]}}   )";
  std::string path = write(framed(header, 32));
  auto checkpoint = open_checkpoint(path);
  fs::remove(path);
  REQUIRE(checkpoint->tensors.size() == 3);
  const TensorView& a = checkpoint->tensors.at("a");
  CHECK(a.dtype == DType::kF32);
  CHECK(a.shape == std::vector<int64_t>{2, 3});
  CHECK(a.strides == std::vector<int64_t>{3, 1});
  CHECK(a.bytes.data() == checkpoint->files[0]->bytes().data() + 8 + header.size());
  CHECK(checkpoint->tensors.at("b").bytes.data() == a.bytes.end());
  CHECK(checkpoint->tensors.at("none").bytes.empty());
  CHECK(checkpoint->metadata.at("format") == "pt");
}

TEST_CASE("A header that lies about sizes is refused") {
  CHECK(refusal(framed(kOne, 24)).empty());
  CHECK(mentions(refusal(framed(kOne, 23)), "cut short"));
  CHECK(mentions(refusal(framed(kOne, 25)), "belong to none"));
  CHECK(mentions(refusal(framed(kOne, 24, 1000)), "cut short"));
  CHECK(mentions(refusal(framed(kOne, 24, UINT64_MAX - 1)), "claims"));
  CHECK(mentions(refusal(framed(kOne, 24, kSafetensorsMaxHeader + 1)), "claims"));
  auto one = [](const char* fields) {
    return refusal(framed(fmt::format(R"({{"a":{}}})", fields), 24));
  };
  CHECK(mentions(one(R"({"dtype":"F32","shape":[2,3],"data_offsets":[0,20]})"), "say otherwise"));
  CHECK(mentions(one(R"({"dtype":"F64","shape":[2,3],"data_offsets":[0,24]})"), "say otherwise"));
  CHECK(mentions(one(R"({"dtype":"F32","shape":[2,3],"data_offsets":[24,0]})"), "say otherwise"));
  CHECK(mentions(one(R"({"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]})"),
                 "cut short"));
  CHECK(mentions(one(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]})"),
                 "larger than any memory"));
  CHECK(mentions(one(R"({"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,24]})"),
                 "larger than any memory"));
}

TEST_CASE("Tensors that overlap or leave gaps are refused") {
  auto two = [](const char* b, size_t data) {
    return refusal(framed(fmt::format(R"({{"a":{{"dtype":"U8","shape":[8],"data_offsets":[0,8]}},)"
                                      R"("b":{{"dtype":"U8","shape":[8],"data_offsets":{}}}}})",
                                      b),
                          data));
  };
  CHECK(two("[8,16]", 16).empty());
  CHECK(mentions(two("[4,12]", 12), "overlaps"));
  CHECK(mentions(two("[0,8]", 8), "overlaps"));
  CHECK(mentions(two("[9,17]", 17), "no tensor"));
}

TEST_CASE("A header that is not the format's JSON is refused with the place") {
  auto header = [](const std::string& text) { return refusal(framed(text, 0)); };
  CHECK(mentions(header(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
                        R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})"),
                 "'a' twice"));
  CHECK(mentions(header(R"({"__metadata__":{},"__metadata__":{}})"), "twice"));
  CHECK(mentions(header(R"({"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}})"),
                 "twice"));
  CHECK(mentions(header(R"({"a":{"dtype":"F8_E4M3","shape":[0],"data_offsets":[0,0]}})"),
                 "'F8_E4M3'"));
  CHECK(mentions(header(R"({"a":{"dtype":"U8","shape":[0]}})"), "lacks"));
  CHECK(mentions(header(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0]}})"), "lacks"));
  CHECK(mentions(header(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}})"), "negative"));
  CHECK(mentions(header(R"({"a":{"dtype":"U8","shape":[0.5],"data_offsets":[0,0]}})"), "fraction"));
  CHECK(mentions(header(R"({"a":{"dtype":"U8","shape":[0,1,1,1,1,1,1,1,1],"data_offsets":[0,0]}})"),
                 "more than 8"));
  CHECK(mentions(header(R"({"a":{"dtype":"U8","shape":[[0]],"data_offsets":[0,0]}})"), "a list"));
  CHECK(mentions(header(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":1}})"),
                 "unknown field"));
  CHECK(mentions(header(R"({"a":7})"), "a number"));
  CHECK(mentions(header(R"({"__metadata__":{"k":7}})"), "a number"));
  CHECK(mentions(header(R"({"a":)"), "not JSON"));
  CHECK(mentions(header("{\"\xff\":1}"), "not JSON"));
  CHECK(mentions(header("{\"a\":" + std::string(1 << 20, '[')), "a list"));
  CHECK(mentions(header("{\"a\\nb\":7}"), "'a?b'"));
}

TEST_CASE("Every dtype of the format that torch can hold has the format's size") {
  for (auto [name, size] : {std::pair("F64", 8),
                            {"F32", 4},
                            {"F16", 2},
                            {"BF16", 2},
                            {"I64", 8},
                            {"I32", 4},
                            {"I16", 2},
                            {"I8", 1},
                            {"U8", 1},
                            {"BOOL", 1}}) {
    CAPTURE(name);
    CHECK(
        refusal(framed(fmt::format(R"({{"a":{{"dtype":"{}","shape":[3],"data_offsets":[0,{}]}}}})",
                                   name, 3 * size),
                       3 * size))
            .empty());
  }
}

TEST_CASE("Files of another kind are refused by what they are") {
  CHECK(mentions(refusal(""), "an empty file"));
  CHECK(mentions(refusal("\x80\x02}q\x01."), "a pickle that torch.save did not write"));
  CHECK(mentions(refusal(std::string("PK\x03\x04\0\0\0\0\0\0\0\0", 12)), "without its directory"));
  CHECK(mentions(refusal(std::string(257, 'x') + "ustar"), "a tar archive"));
  CHECK(mentions(refusal("{\"model_type\": \"clip\"}"), "without a weight_map"));
  CHECK(mentions(refusal("<!DOCTYPE html>"), "a web page"));
  CHECK(mentions(refusal("hello"), "unknown layout; read are safetensors"));
  CHECK(mentions(refusal("version https://git-lfs.github.com/spec/v1"), "Git LFS"));
  try {
    open_checkpoint("/no/such/model.safetensors");
    FAIL("opened");
  } catch (const CheckpointError& error) {
    CHECK(mentions(error.what(), "/no/such/model.safetensors: "));
  }
}
