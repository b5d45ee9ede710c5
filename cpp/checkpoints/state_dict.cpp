#include "checkpoints/state_dict.h"

#include "base/error.h"
#include "base/utf8.h"

namespace img2prompt {

using Kind = PickleValue::Kind;

namespace {

// Keys under which a state dict is kept, the likeliest one first.
constexpr std::string_view kWrappers[] = {"state_dict", "model_state_dict", "model",
                                          "module",     "params_ema",       "params"};
constexpr int kMaxWrappers = 4;
// What training leaves before every name: torch.nn.parallel, torch.compile.
constexpr std::string_view kPrefixes[] = {"module.", "_orig_mod."};

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::kTuple:
      return "a tuple";
    case Kind::kList:
      return "a list";
    case Kind::kDict:
      return "a dict without tensors";
    case Kind::kObject:
      return "a Python object";
    default:
      return "a single value";
  }
}

// The class that a pickled object would have been of: its callable, or for what Python 2 and
// copyreg write, the callable's first argument.
std::string class_of(const Pickle& pickle, const PickleValue& value) {
  if (!value.is(Kind::kObject)) return "";
  const PickleValue* callable = &pickle[value.items[0]];
  if (callable->is(Kind::kGlobal) && callable->name == "_reconstructor" &&
      !pickle[value.items[1]].items.empty())
    callable = &pickle[pickle[value.items[1]].items[0]];
  // The older format refers to a class together with its source.
  if (callable->is(Kind::kPersistent) && pickle[callable->items[0]].items.size() > 1)
    callable = &pickle[pickle[callable->items[0]].items[1]];
  if (!callable->is(Kind::kGlobal)) return "";
  return " of class " + name_text(std::string(callable->text) + "." + std::string(callable->name));
}

class Reader {
 public:
  Reader(const Pickle& pickle, const TorchTensors& tensors, Checkpoint& out)
      : pickle_(pickle), tensors_(tensors), out_(out) {}

  void read() {
    const PickleValue* dict = &pickle_.root();
    for (int i = 0; i < kMaxWrappers; ++i) {
      add_text_lists(*dict);
      const PickleValue* inner = wrapped(*dict);
      if (!inner) break;
      dict = inner;
    }
    if (!holds_tensors(*dict))
      throw_error<CheckpointError>(
          "{}: it holds {}{}, no state dict; save the model's state_dict() and use that file",
          out_.path, kind_name(dict->kind), class_of(pickle_, *dict));
    for (size_t i = 0; i + 1 < dict->items.size(); i += 2) {
      const PickleValue &key = pickle_[dict->items[i]], &value = pickle_[dict->items[i + 1]];
      if (key.is(Kind::kString) && tensors_.is_tensor(value))
        add_tensor(out_, std::string(key.text), tensors_.view(value, key.text));
    }
    for (std::string_view prefix : kPrefixes) strip(prefix);
  }

 private:
  bool holds_tensors(const PickleValue& dict) const {
    if (!dict.is(Kind::kDict)) return false;
    for (size_t i = 1; i < dict.items.size(); i += 2)
      if (tensors_.is_tensor(pickle_[dict.items[i]])) return true;
    return false;
  }

  // The dict under the first wrapper that leads to tensors, here or one wrapper further.
  const PickleValue* wrapped(const PickleValue& dict) const {
    for (std::string_view key : kWrappers) {
      const PickleValue* inner = pickle_.find(dict, key);
      if (!inner || !inner->is(Kind::kDict)) continue;
      if (holds_tensors(*inner)) return inner;
      for (std::string_view further : kWrappers)
        if (pickle_.find(*inner, further)) return inner;
    }
    return nullptr;
  }

  // Lists of nothing but texts, under the names that they have. Inner lists win.
  void add_text_lists(const PickleValue& dict) {
    if (!dict.is(Kind::kDict)) return;
    for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
      const PickleValue &key = pickle_[dict.items[i]], &list = pickle_[dict.items[i + 1]];
      if (!key.is(Kind::kString) || !is_valid_utf8(key.text) ||
          !(list.is(Kind::kList) || list.is(Kind::kTuple)) || list.items.empty())
        continue;
      std::vector<std::string> texts;
      for (PickleId item : list.items) {
        const PickleValue& text = pickle_[item];
        if (!text.is(Kind::kString)) break;
        spend(text.text.size() + sizeof(std::string), key.text);
        texts.push_back(repair_utf8(text.text));
      }
      if (texts.size() == list.items.size())
        out_.text_lists[std::string(key.text)] = std::move(texts);
    }
  }

  // A text that is noted once may be listed a million times.
  void spend(size_t bytes, std::string_view key) {
    text_ += bytes;
    if (text_ > kMaxListedText)
      throw_error<CheckpointError>(
          "{}: its list {} holds more than {} bytes of text; the file is "
          "damaged or hostile",
          out_.path, name_text(key), kMaxListedText);
  }

  void strip(std::string_view prefix) {
    for (const auto& entry : out_.tensors)
      if (entry.first.compare(0, prefix.size(), prefix) != 0) return;
    std::map<std::string, TensorView> stripped;
    for (auto& entry : out_.tensors)
      stripped.emplace(entry.first.substr(prefix.size()), std::move(entry.second));
    out_.tensors = std::move(stripped);
  }

  const Pickle& pickle_;
  const TorchTensors& tensors_;
  Checkpoint& out_;
  size_t text_ = 0;
};

}  // namespace

void add_tensor(Checkpoint& out, const std::string& name, TensorView view) {
  auto fail = [&](const char* why) {
    throw_error<CheckpointError>("{}: tensor {} {}; the file is damaged or hostile", out.path,
                                 name_text(name), why);
  };
  if (name.size() > kMaxTensorName) fail("has a name too long");
  if (!is_valid_utf8(name)) fail("has a name that is no UTF-8");
  if (out.tensors.size() >= kMaxTensors) fail("is one too many");
  if (!out.tensors.emplace(name, std::move(view)).second) fail("is there twice");
}

void read_state_dict(const Pickle& pickle, const TorchTensors& tensors, Checkpoint& out) {
  Reader(pickle, tensors, out).read();
}

}  // namespace img2prompt
