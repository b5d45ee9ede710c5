#include "checkpoints/torchscript.h"

#include "base/error.h"
#include "checkpoints/state_dict.h"

namespace img2prompt {

using Kind = PickleValue::Kind;

namespace {

// A module may be reached by several ways, and each of them names its tensors; as many as this.
constexpr size_t kMaxModules = size_t{1} << 16;

class ModuleReader {
 public:
  ModuleReader(const Pickle& pickle, const TorchTensors& tensors, Checkpoint& out)
      : pickle_(pickle), tensors_(tensors), out_(out) {}

  // Adds the tensors of an object whose attributes' names follow `prefix`.
  void read(const PickleValue& object, const std::string& prefix, int depth) {
    if (depth > kTorchscriptMaxDepth) fail(prefix, "lies too deep");
    if (++modules_ > kMaxModules) fail(prefix, "is one module too many");
    const PickleValue& attributes = pickle_[object.items[2]];
    for (size_t i = 0; i + 1 < attributes.items.size(); i += 2) {
      const PickleValue &key = pickle_[attributes.items[i]],
                        &value = pickle_[attributes.items[i + 1]];
      if (!key.is(Kind::kString)) continue;
      bool tensor = tensors_.is_tensor(value);
      if (!tensor && !is_module(value)) continue;
      if (prefix.size() + key.text.size() > kMaxTensorName) fail(prefix, "has a name too long");
      std::string name = prefix + std::string(key.text);
      if (tensor)
        add_tensor(out_, name, tensors_.view(value, name));
      else
        read(value, name + ".", depth + 1);
    }
  }

  // A placeholder of a class, with a dict of attributes.
  bool is_module(const PickleValue& value) const {
    return value.is(Kind::kObject) && value.items.size() == 3 &&
           pickle_[value.items[2]].is(Kind::kDict) && pickle_[value.items[0]].is(Kind::kGlobal);
  }

 private:
  [[noreturn]] void fail(const std::string& prefix, const char* why) const {
    throw_error<CheckpointError>("{}: what is under {} {}; the file is damaged or hostile",
                                 out_.path, name_text(prefix), why);
  }

  const Pickle& pickle_;
  const TorchTensors& tensors_;
  Checkpoint& out_;
  size_t modules_ = 0;
};

}  // namespace

void read_torchscript_module(const Pickle& pickle, const TorchTensors& tensors, Checkpoint& out) {
  ModuleReader reader(pickle, tensors, out);
  if (!reader.is_module(pickle.root()))
    throw_error<CheckpointError>("{}: a TorchScript archive of no module; save a module's weights",
                                 out.path);
  reader.read(pickle.root(), "", 0);
  if (out.tensors.empty())
    throw_error<CheckpointError>("{}: a TorchScript module without parameters; use the weights",
                                 out.path);
}

}  // namespace img2prompt
