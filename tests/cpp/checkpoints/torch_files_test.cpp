// torch's layouts as tables of tensors; what torch itself writes is read in the Python tests.
#include "build_files.h"
#include "checkpoints/state_dict.h"
#include "checkpoints/torch_tensor.h"
#include "checkpoints/torchscript.h"

using namespace img2prompt;
using namespace img2prompt::build;

namespace {

std::string one(const Tensor& t) { return torch_zip(dict(text("w") + tensor(t))); }

// A tensor that differs from a good one in what `change` does to it.
template <typename Change>
std::string changed(const Change& change) {
  Tensor t;
  change(t);
  return one(t);
}

// A module of TorchScript with a dict of attributes.
std::string module(const std::string& attributes) {
  return global("__torch__", "Module") + ")\x81" + dict(attributes) + "b";
}

std::string torchscript(const std::string& root) {
  return torch_zip(root, le(0, 24), {{"archive/constants.pkl", pickle(")")}});
}

}  // namespace

TEST_CASE("A tensor is a view into its storage") {
  const std::string data = le(1, 8) + le(2, 8) + le(3, 8);
  Tensor t;
  t.offset = 1;
  t.shape = {2, 2};
  t.strides = {1, 2};
  Opened opened = open(torch_zip(dict(text("w") + tensor(t)), data));
  REQUIRE(opened.checkpoint);
  const TensorView& view = opened.checkpoint->tensors.at("w");
  CHECK(view.shape == t.shape);
  CHECK(view.strides == t.strides);
  CHECK(view.bytes.text() == data.substr(4, 16));
}

TEST_CASE("A tensor that does not lie within its storage is refused") {
  CHECK(open(one({})).checkpoint);
  auto shape = [](std::vector<int64_t> shape, std::vector<int64_t> strides) {
    return changed([&](Tensor& t) { t.shape = shape, t.strides = strides; });
  };
  CHECK(refused(changed([](Tensor& t) { t.offset = 1; }), "'w' is [2, 3] with strides [3, 1]"));
  CHECK(refused(changed([](Tensor& t) { t.offset = -1; }), "negative offset"));
  CHECK(refused(changed([](Tensor& t) { t.offset = INT64_MAX; }), "from element"));
  CHECK(refused(changed([](Tensor& t) { t.offset = INT64_MIN; }), "negative offset"));
  CHECK(refused(shape({2, 4}, {3, 1}), "its storage has 6"));
  CHECK(refused(shape({2, 3}, {4, 1}), "its storage has 6"));
  CHECK(refused(shape({-2, 3}, {3, 1}), "negative"));
  CHECK(refused(shape({2, 3}, {-3, 1}), "negative"));
  CHECK(refused(shape({2, 3}, {3}), "a stride too many or too few"));
  CHECK(refused(shape({2, 3}, {INT64_MAX, INT64_MAX}), "its storage has 6"));
  CHECK(refused(shape({int64_t{1} << 32, int64_t{1} << 32}, {0, 0}), "larger than any memory"));
  CHECK(refused(shape({INT64_MAX, 2}, {1, 1}), "larger than any memory"));
  CHECK(refused(shape({int64_t{1} << 40}, {0}), "repeats 6 stored elements"));
  CHECK(open(shape({1 << 20}, {0})).checkpoint);
  CHECK(open(shape({0, 99}, {99, 1})).checkpoint);
  CHECK(open(shape(std::vector<int64_t>(64, 1), std::vector<int64_t>(64, 1))).checkpoint);
  CHECK(refused(shape(std::vector<int64_t>(65, 1), std::vector<int64_t>(65, 1)), "65 dimensions"));
}

TEST_CASE("A storage that is not what it claims to be is refused") {
  CHECK(refused(changed([](Tensor& t) { t.count = 7; }), "has 24 bytes, its tensors need 28"));
  CHECK(refused(changed([](Tensor& t) { t.count = -1; }), "no tensor"));
  CHECK(refused(changed([](Tensor& t) { t.count = INT64_MAX; }), "claims"));
  CHECK(refused(changed([](Tensor& t) { t.key = "1"; }), "'archive/data/1' is missing"));
  CHECK(refused(changed([](Tensor& t) { t.key = "../data.pkl"; }), "is missing"));
  CHECK(refused(changed([](Tensor& t) { t.key = ""; }), "is missing"));
  CHECK(refused(changed([](Tensor& t) { t.type = "ComplexFloatStorage"; }), "read are float64"));
  CHECK(refused(changed([](Tensor& t) { t.module = "evil"; }), "read are float64"));
  CHECK(refused(changed([](Tensor& t) { t.type = "UntypedStorage"; }), "without a type"));
  CHECK(refused(changed([](Tensor& t) { t.storage_end = numbers({0, 5}); }), "malformed view"));
  CHECK(
      refused(changed([](Tensor& t) { t.storage_end = tuple(text("1") + number(5) + number(2)); }),
              "more than is there"));
  CHECK(
      refused(changed([](Tensor& t) { t.storage_end = tuple(text("1") + number(1) + number(5)); }),
              "its storage has 5"));
  CHECK(refused(
      torch_zip(dict(text("w") + call(global("torch._utils", "_rebuild_tensor_v2"), "NNNN"))),
      "'w' has no storage"));
  std::string five = "NNNNN";
  CHECK(refused(torch_zip(dict(text("w") + call(global("torch._utils", "_rebuild_tensor_v2"),
                                                tuple(five) + "Q" + "NNN"))),
                "no tensor"));
  for (const char* wrong : {"N", "]", "(t", "(NNt", "(NNNNNt"})
    CHECK(refused(torch_zip(dict(text("w") + call(global("torch._utils", "_rebuild_tensor_v2"),
                                                  std::string(wrong) + "Q" + "NNN"))),
                  "no tensor"));
}

TEST_CASE("A tensor over an untyped storage has the type that its call names") {
  auto v3 = [](const std::string& type, const Tensor& t) {
    return torch_zip(
        dict(text("w") + call(global("torch._utils", "_rebuild_tensor_v3"),
                              storage(t) + number(t.offset) + numbers(t.shape) +
                                  numbers(t.strides) + "\x89" + dict("") + global("torch", type))));
  };
  Tensor t;
  t.type = "UntypedStorage";
  t.module = "torch.storage";
  t.count = 24;
  Opened opened = open(v3("float32", t));
  REQUIRE(opened.checkpoint);
  CHECK(opened.checkpoint->tensors.at("w").bytes.size() == 24);
  CHECK(refused(v3("float64", t), "its storage has 3"));
  CHECK(refused(v3("uint16", t), "type that is not read"));
  t.storage_end = tuple(text("1") + number(4) + number(20));
  CHECK(refused(v3("float32", t), "malformed view"));
  CHECK(refused(v3("float32", {}), "two types"));
}

TEST_CASE("Attacks by what a pickle would run are refused") {
  const std::string run = call(global("posix", "system"), text("touch /tmp/harmed"));
  for (auto layout : {+[](const std::string& v) { return torch_zip(v); },
                      +[](const std::string& v) { return torch_legacy(v); },
                      +[](const std::string& v) { return torchscript(v); }}) {
    CHECK(refused(layout(run), "asks to run 'posix.system'"));
    CHECK(refused(layout(dict(text("w") + tensor() + text("x") + run)), "asks to run"));
    CHECK(refused(layout(dict(text("w") + tensor() + text("x") +
                              call(global("builtins", "eval"), text("1")))),
                  "asks to run 'builtins.eval'"));
    // A module that is not on the list of attacks is still not imported: only a placeholder.
    CHECK(refused(layout(call(global("antigravity", "fly"), "")), ""));
  }
}

TEST_CASE("Dicts that hold themselves end") {
  const std::string itself = "}q\1(";
  for (const char* key : {"state_dict", "model", "module"})
    CHECK(refused(torch_zip(itself + text(key) + "h\1u"), "a dict without tensors"));
  CHECK(open(torch_zip(itself + text("model") + "h\1" + text("w") + tensor() + "u")).checkpoint);
  // A parameter of a parameter of ... itself, made by the state that an object is given.
  std::string cycle = global("torch._utils", "_rebuild_parameter") + "]q\1\x85R" + "q\2";
  CHECK(refused(torch_zip(dict(text("w") + cycle)), "a dict without tensors"));
  std::string deep = tensor();
  for (int i = 0; i < 100; ++i)
    deep = call(global("torch._utils", "_rebuild_parameter"), deep + "\x88" + dict(""));
  CHECK(refused(torch_zip(dict(text("w") + deep)), "a dict without tensors"));
}

TEST_CASE("Modules that hold themselves or one another a billion times are refused") {
  CHECK(open(torchscript(module(text("w") + tensor()))).checkpoint);
  std::string itself = global("__torch__", "Module") + ")\x81q\1}(" + text("me") + "h\1ub";
  CHECK(refused(torchscript(itself), "lies too deep"));
  std::string laughs = module(text("w") + tensor()) + "q\1";
  for (int i = 0; i < 40; ++i)
    laughs = laughs + module(text("a") + "h\1" + text("b") + "h\1") + "q\1";
  CHECK(refused(torchscript(laughs), "one module too many"));
  std::string deep = module(text("w") + tensor());
  for (int i = 0; i < 200; ++i) deep = module(text("x") + deep);
  CHECK(refused(torchscript(deep), "lies too deep"));
  std::string far = module(text("w") + tensor());
  for (int i = 0; i < 10; ++i) far = module(text(std::string(200, 'x')) + far);
  CHECK(refused(torchscript(far), "a name too long"));
  CHECK(refused(torchscript("N"), "of no module"));
  CHECK(refused(torchscript(module(text("x") + "N")), "without parameters"));
  CHECK(refused(torchscript(global("__torch__", "Module") + ")\x81Nb"), "of no module"));
}

TEST_CASE("Texts that are noted once and listed without end are refused") {
  std::string list = text("tags") + "](" + text(std::string(1 << 20, 'x')) + "q\1";
  for (int i = 0; i < 100; ++i) list += "h\1";
  CHECK(refused(torch_zip(dict(text("w") + tensor() + list + "e")), "bytes of text"));
  std::string many = text("tags") + "](" + text("") + "q\1";
  for (int i = 0; i < 3000000; ++i) many += "h\1";
  CHECK(refused(torch_zip(dict(text("w") + tensor() + many + "e")), "bytes of text"));
}

TEST_CASE("Names that no tensor has are refused") {
  auto named = [](const std::string& name) {
    return torch_zip(dict(text("w") + tensor() + text(name) + tensor()));
  };
  CHECK(open(named("x")).checkpoint);
  CHECK(refused(named("w"), "'w' is there twice"));
  CHECK(refused(named("\xff\xfe"), "no UTF-8"));
  CHECK(refused(named(std::string(kMaxTensorName + 1, 'x')), "a name too long"));
  Opened opened = open(named("a\nb\x1b[31m"));
  CHECK(opened.checkpoint);
}

TEST_CASE("Archives that torch did not write are refused by what they are") {
  CHECK(refused(zip({{"word/document.xml", "<x/>"}}), "without data.pkl"));
  CHECK(refused(zip({{"data.pkl", pickle(dict(text("w") + tensor()))}}), "without data.pkl"));
  CHECK(refused(zip({{"m/model.json", "{}"}, {"m/attributes.pkl", ""}}), "torch 1.3 or older"));
  CHECK(
      refused(zip({{"a/data.pkl", pickle("N")}, {"b/data.pkl", pickle("N")}}), "two checkpoints"));
  CHECK(refused(torch_zip(dict(text("w") + tensor()), le(0, 24), {{"archive/byteorder", "big"}}),
                "other byte order"));
  ZipPart bomb{"archive/data.pkl", "\x4b\x4c"};
  bomb.method = 8;
  bomb.size = 1 << 30;
  CHECK(refused(zip({bomb}), "compressed"));
  ZipPart storage{"archive/data/0", le(0, 24)};
  storage.method = 8;
  CHECK(refused(zip({{"archive/data.pkl", pickle(dict(text("w") + tensor()))}, storage}),
                "compressed"));
}

TEST_CASE("The older format's storages follow its pickles") {
  const std::string good = dict(text("w") + tensor());
  Opened opened = open(torch_legacy(good, text("0"), le(6, 8) + std::string(24, '\7')));
  REQUIRE(opened.checkpoint);
  CHECK(sum_of(*opened.checkpoint) == 24 * 7);
  CHECK(refused(torch_legacy(good, text("0"), le(5, 8) + le(0, 24)), "has 5 elements"));
  CHECK(refused(torch_legacy(good, text("0"), le(6, 8) + le(0, 23)), "cut short in storage '0'"));
  CHECK(refused(torch_legacy(good, text("1")), "names one that no tensor has"));
  CHECK(refused(torch_legacy(good, number(0)), "names one that no tensor has"));
  CHECK(refused(torch_legacy(good, ""), "'0' is missing"));
  CHECK(refused(
      torch_legacy(good, text("0") + text("0"), le(6, 8) + le(0, 24) + le(6, 8) + le(0, 24)),
      "there twice"));
  Tensor other;
  other.type = "DoubleStorage";
  CHECK(refused(torch_legacy(dict(text("v") + tensor(other) + text("w") + tensor())), "two sizes"));
  std::string big = torch_legacy(good);
  big.replace(big.find("little_endian\x88"), 14, "little_endian\x89");
  CHECK(refused(big, "other byte order"));
}

TEST_CASE("Views of storages, as torch 0.3 wrote them, begin where they say") {
  Tensor t;
  t.function = "_rebuild_tensor";
  t.count = 6;
  t.offset = 1;
  t.shape = {2};
  t.strides = {1};
  t.storage_end = tuple(text("view") + number(2) + number(3));
  std::string data;
  for (int i = 0; i < 6; ++i) data += le(static_cast<uint64_t>(i), 4);
  Opened opened = open(torch_legacy(dict(text("w") + tensor(t)), text("0"), le(6, 8) + data));
  REQUIRE(opened.checkpoint);
  CHECK(opened.checkpoint->tensors.at("w").bytes.text() == data.substr(12, 8));
}

TEST_CASE("Every cut of a checkpoint is refused and every changed byte survived") {
  const std::string state =
      dict(text("model") + dict(text("module.w") + tensor() + text("module.b") + tensor()) +
           text("tags") + "](" + text("solo") + text("1girl") + "e");
  for (const std::string& good :
       {torch_zip(state), torch_legacy(state),
        torchscript(module(text("a") + module(text("w") + tensor()) + text("b") + tensor()))}) {
    check_cuts(good);
    check_changes(good);
  }
}
