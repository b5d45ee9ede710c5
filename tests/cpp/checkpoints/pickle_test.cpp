#include "checkpoints/pickle.h"

#include <deque>

#include "build_files.h"

using namespace img2prompt;
using namespace img2prompt::build;
using Kind = PickleValue::Kind;
using namespace std::string_literals;

namespace {

// Texts of the result point into the bytes, which are kept.
Pickle read(std::string pickled) {
  static std::deque<std::string> kept;
  const std::string& bytes = kept.emplace_back(std::move(pickled));
  size_t position = 0;
  Pickle pickle = Pickle::read(ByteSpan(std::string_view(bytes)), position, "file");
  CHECK(position == bytes.size());
  return pickle;
}

// The message with which a pickle is refused; empty when it is read.
std::string refusal(const std::string& bytes) {
  size_t position = 0;
  try {
    Pickle::read(ByteSpan(std::string_view(bytes)), position, "file");
  } catch (const CheckpointError& error) {
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
    return error.what();
  }
  return "";
}

bool mentions(const std::string& message, const char* part) {
  INFO(message);
  return message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("Values of every kind are read") {
  std::string bytes = pickle(tuple(
      "N\x88\x89K\xffM\xff\xffJ\xff\xff\xff\xff\x8a\x00"s + number(INT64_MIN) + "\x8b" + le(1, 4) +
      "\xfe" + "G12345678" + text("é") + "U\x01uB" + le(2, 4) + "\0\1"s + "](K\1K\2eK\3a" +
      "}K\1K\2s" + "\x8f(K\1\x90" + "(K\1\x91" + "K\1\x85K\1K\2\x86K\1K\2K\3\x87"));
  Pickle p = read(bytes);
  REQUIRE(p.root().is(Kind::kTuple));
  std::vector<Kind> kinds;
  for (PickleId id : p.root().items) kinds.push_back(p[id].kind);
  CHECK(kinds == std::vector<Kind>{Kind::kNone,  Kind::kBool,  Kind::kBool,   Kind::kInt,
                                   Kind::kInt,   Kind::kInt,   Kind::kInt,    Kind::kInt,
                                   Kind::kInt,   Kind::kFloat, Kind::kString, Kind::kString,
                                   Kind::kBytes, Kind::kList,  Kind::kDict,   Kind::kSet,
                                   Kind::kSet,   Kind::kTuple, Kind::kTuple,  Kind::kTuple});
  auto item = [&](size_t i) -> const PickleValue& { return p[p.root().items[i]]; };
  for (auto [i, value] : {std::pair<size_t, int64_t>{1, 1},
                          {2, 0},
                          {3, 255},
                          {4, 65535},
                          {5, -1},
                          {6, 0},
                          {7, INT64_MIN},
                          {8, -2}}) {
    CAPTURE(i);
    CHECK(item(i).integer == value);
  }
  CHECK(item(10).text == "é");
  CHECK(item(12).text == "\0\1"s);
  CHECK(item(13).items.size() == 3);
  CHECK(p[item(13).items[2]].integer == 3);
  CHECK(item(19).items.size() == 3);
}

TEST_CASE("The operations of protocol 4 are read") {
  Pickle p = read("\x80\x04\x95" + le(10, 8) + "\x8c\1m\x94\x8c\1n\x94\x93\x94)\x81}\x94\x8c\1k" +
                  "h\2s" + "b\x94h\0h\1\x86\x94"s + "\x8d" + le(1, 8) + "x\x86.");
  const PickleValue& inner = p[p.root().items[0]];
  CHECK(p[inner.items[0]].text == "m");
  CHECK(p[inner.items[1]].text == "n");
  const std::string object = "\x80\x04\x8c\1m\x8c\1n\x93)\x81}\x8c\1kK\7sb.";
  Pickle q = read(object);
  REQUIRE(q.root().is(Kind::kObject));
  CHECK(q[q.root().items[0]].is_global("m", "n"));
  CHECK(q.find(q[q.root().items[2]], "k")->integer == 7);
}

TEST_CASE("Classes and calls are placeholders") {
  Pickle p =
      read(pickle(call(global("argparse", "Namespace"), text("x")) + "}" + text("lr") + "K\1sb"));
  REQUIRE(p.root().is(Kind::kObject));
  CHECK(p[p.root().items[0]].is_global("argparse", "Namespace"));
  CHECK(p[p[p.root().items[1]].items[0]].text == "x");
  CHECK(p.find(p[p.root().items[2]], "lr")->integer == 1);
  CHECK(p.find(p.root(), "lr") == nullptr);
}

TEST_CASE("Python 2 gives an OrderedDict a list of pairs") {
  std::string pairs = "](](" + text("a") + "K\1e](" + text("b") + "K\2ee";
  Pickle p = read(pickle(call(global("collections", "OrderedDict"), pairs)));
  CHECK(p.find(p.root(), "b")->integer == 2);
  CHECK(mentions(refusal(pickle(call(global("collections", "OrderedDict"), "]K\1a"))), "pairs"));
}

TEST_CASE("What only an attack would name is refused with its name") {
  for (auto [module, name] : {std::pair<const char*, const char*>{"os", "system"},
                              {"posix", "system"},
                              {"nt", "system"},
                              {"os.path", "exists"},
                              {"subprocess", "Popen"},
                              {"builtins", "eval"},
                              {"builtins", "exec"},
                              {"__builtin__", "eval"},
                              {"builtins", "__import__"},
                              {"sys", "exit"},
                              {"runpy", "run_path"},
                              {"importlib", "import_module"},
                              {"ctypes", "CDLL"},
                              {"socket", "socket"},
                              {"webbrowser", "open"}}) {
    CAPTURE(module);
    std::string named = std::string("'") + module + "." + name + "'";
    CHECK(mentions(refusal(pickle(call(global(module, name), text("id")))), named.c_str()));
    CHECK(mentions(refusal(pickle(text(module) + text(name) + "\x93")), named.c_str()));
  }
  CHECK(refusal(pickle(global("builtins", "set"))).empty());
  CHECK(refusal(pickle(global("osgeo", "x"))).empty());
}

TEST_CASE("Operations outside the closed list are refused") {
  const std::string carried_out =
      "(.01BCGJKMNQRTUX]abcehjqrstu})\x81\x85\x86\x87\x88\x89\x8a\x8b"
      "\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96";
  int refused = 0;
  for (int op = 0; op < 256; ++op) {
    CAPTURE(op);
    std::string message = refusal(kProto2 + static_cast<char>(op) + std::string(64, '\0'));
    bool listed = carried_out.find(static_cast<char>(op)) != std::string::npos;
    if (!listed) CHECK(mentions(message, "none that torch.save writes"));
    refused += !listed;
  }
  CHECK(refused + static_cast<int>(carried_out.size()) == 256);
  CHECK(mentions(refusal("(dp0\n."), "does not begin as a pickle"));  // protocol 0
  CHECK(mentions(refusal("\x80\x06N."), "protocol"));
}

TEST_CASE("An operation without what it works on is refused") {
  for (const char* op :
       {".",    "0",    "1",    "Q",    "R",    "a",    "b",    "e",    "s",    "t",  "u",
        "\x81", "\x85", "\x86", "\x87", "\x90", "\x91", "\x92", "\x93", "\x94", "q\1"}) {
    CAPTURE(op);
    CHECK(mentions(refusal(kProto2 + op), "at byte 2 of the pickle"));
    // What lies below a mark is out of reach.
    if (std::string("t1eu\x90\x91").find(op[0]) == std::string::npos)
      CHECK(mentions(refusal(kProto2 + "NNNN(" + op), "empty stack"));
  }
  for (const char* wrong : {"NNa", "NNNs", "](NNu", "}(NNe", "}(Nu", "](N\x90", "N(Nu", "NNR",
                            "NN\x93", "h\0", "h\7", "Nq\1h\2"}) {
    CAPTURE(wrong);
    CHECK(mentions(refusal(pickle(wrong)), "the file is damaged or hostile"));
  }
}

TEST_CASE("Lengths that lie are refused before anything is allocated") {
  for (const std::string& wrong :
       {"\x8d" + le(UINT64_MAX, 8), "\x8d" + le(INT64_MAX, 8), "\x8e" + le(uint64_t{1} << 40, 8),
        "\x96" + le(5, 8), "X" + le(UINT32_MAX, 4), "B" + le(UINT32_MAX, 4), "\x8b" + le(100, 4),
        "\x8a\xff"s, "\x95" + le(UINT64_MAX, 8), "cmodule\nname"s, "cmodule"s})
    CHECK(mentions(refusal(kProto2 + wrong), "cut short"));
  CHECK(mentions(refusal(kProto2 + "\x8b" + le(UINT32_MAX, 4)), "negative"));
  CHECK(mentions(refusal(kProto2 + "T" + le(0x80000000, 4)), "negative"));
  CHECK(mentions(refusal(kProto2 + "Nr" + le(UINT32_MAX, 4) + "."), "too large"));
}

TEST_CASE("A pickle of more values or operations than any weights file has is refused") {
  CHECK(mentions(refusal(pickle(std::string(kPickleMaxValues + 1, 'N'))), "values"));
  std::string gets = "Nq\1";
  while (gets.size() < 2 * kPickleMaxOperations + 3) gets += "h\1";
  CHECK(mentions(refusal(pickle(gets)), "operations"));
  // A list of pairs that is made into a dict again and again costs what it holds each time.
  std::string pairs = "]q\1(";
  for (int i = 0; i < 5000; ++i) pairs += "NN\x86";
  pairs += "e" + global("collections", "OrderedDict") + "q\2";
  for (int i = 0; i < 5000; ++i) pairs += "h\2h\1\x85R";
  CHECK(mentions(refusal(pickle(pairs)), "operations"));
}

TEST_CASE("Values that hold themselves or one another a billion times take their own size") {
  Pickle cycle = read(pickle("]q\1h\1a}q\2" + text("me") + "h\2s\x86"));
  CHECK(cycle.values().size() == 4);
  std::string laughs = "]q\1";
  for (int i = 0; i < 60; ++i)  // 2^60 leaves
    laughs += "](h\1h\1eq\1";
  CHECK(read(pickle(laughs)).values().size() == 61);
}

TEST_CASE("Every cut and every changed byte of a pickle is survived") {
  const std::string good = pickle(dict(text("w") + tensor() + text("n") + number(5)) + "q\1");
  REQUIRE(refusal(good).empty());
  for (size_t length = 0; length < good.size(); ++length) {
    CAPTURE(length);
    CHECK(mentions(refusal(good.substr(0, length)), length < 2 ? "" : "cut short"));
    CHECK(!refusal(good.substr(0, length)).empty());
  }
  for (size_t at = 0; at < good.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      std::string bad = good;
      bad[at] = static_cast<char>(value);
      refusal(bad);
    }
}
