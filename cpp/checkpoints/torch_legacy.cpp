#include "checkpoints/torch_legacy.h"

#include "base/byte_reader.h"
#include "base/error.h"
#include "checkpoints/state_dict.h"

namespace img2prompt {

using Kind = PickleValue::Kind;

namespace {

// 0x1950a86a20f9469cfc6c as a pickled integer of ten bytes.
constexpr std::string_view kMagic("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 13);
constexpr int64_t kProtocol = 1001;

class LegacyReader {
 public:
  explicit LegacyReader(std::shared_ptr<const MappedFile> file)
      : file_(std::move(file)), path_(file_->path()), checkpoint_(std::make_shared<Checkpoint>()) {}

  std::shared_ptr<const Checkpoint> read() {
    checkpoint_->path = path_;
    next("magic number");
    const Pickle protocol = next("protocol version");
    if (!protocol.root().is(Kind::kInt) || protocol.root().integer != kProtocol)
      refuse("written in an unknown version of torch's format; save it anew");
    const Pickle system = next("system information");
    const PickleValue* little = system.find(system.root(), "little_endian");
    if (!little || !little->is(Kind::kBool) || !little->integer)
      refuse("written on a machine of the other byte order; save it anew on a little-endian one");
    const Pickle pickle = next("pickle");
    const Pickle keys = next("list of storages");
    locate_storages(pickle, keys);
    TorchTensors tensors(pickle, path_,
                         [this](const TorchStorage& storage) { return bytes_of(storage); });
    read_state_dict(pickle, tensors, *checkpoint_);
    checkpoint_->files.push_back(std::move(file_));
    return checkpoint_;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw_error<CheckpointError>("{}: {}", path_, why);
  }

  Pickle next(const char* what) {
    return Pickle::read(file_->bytes(), position_, path_ + ": " + what);
  }

  // Notes where the bytes of each storage lie. Their lengths follow from the types in the pickle,
  // and are written once more before each storage's numbers.
  void locate_storages(const Pickle& pickle, const Pickle& keys) {
    std::map<std::string_view, TorchStorage> referred;
    for (const PickleValue& value : pickle.values()) {
      if (!value.is(Kind::kPersistent) || is_source(pickle, value)) continue;
      TorchStorage storage = parse_torch_storage(pickle, value, path_);
      auto [same, added] = referred.emplace(storage.key, storage);
      if (!added && same->second.bytes() != storage.bytes())
        refuse("its storage " + name_text(storage.key) + " has two sizes; download it again");
    }
    if (!keys.root().is(Kind::kList)) refuse("it has no list of storages; download it again");
    ByteReader reader(file_->bytes().sub(position_));
    for (PickleId id : keys.root().items) {
      const PickleValue& key = keys[id];
      auto found = key.is(Kind::kString) ? referred.find(key.text) : referred.end();
      if (found == referred.end())
        refuse("its list of storages names one that no tensor has; download it again");
      uint64_t count = reader.u64_le();
      const TorchStorage& storage = found->second;
      ByteSpan bytes = reader.take(storage.bytes());
      if (reader.failed())
        refuse("the file is cut short in storage " + name_text(key.text) + "; download it again");
      if (count != storage.count)
        refuse(fmt::format("its storage {} has {} elements, its tensors say {}; download it again",
                           name_text(key.text), count, storage.count));
      if (!bytes_.emplace(std::string(key.text), bytes).second)
        refuse("its storage " + name_text(key.text) + " is there twice; download it again");
    }
  }

  // A class's source, which torch.save writes where a whole model is saved.
  static bool is_source(const Pickle& pickle, const PickleValue& persistent) {
    const PickleValue& id = pickle[persistent.items[0]];
    return id.is(Kind::kTuple) && !id.items.empty() && pickle[id.items[0]].text == "module";
  }

  ByteSpan bytes_of(const TorchStorage& storage) const {
    auto found = bytes_.find(std::string(storage.key));
    if (found == bytes_.end() || found->second.size() < storage.bytes())
      refuse("its storage " + name_text(storage.key) + " is missing; download it again");
    return found->second;
  }

  std::shared_ptr<const MappedFile> file_;
  const std::string path_;
  std::shared_ptr<Checkpoint> checkpoint_;
  size_t position_ = 0;
  std::map<std::string, ByteSpan> bytes_;  // of each storage
};

}  // namespace

bool looks_like_torch_legacy(ByteSpan bytes) {
  if (!bytes.starts_with("\x80")) return false;
  // Since protocol 4 the length of what follows may come first, in a frame of nine bytes.
  return bytes.sub(2).starts_with(kMagic) || bytes.sub(11).starts_with(kMagic);
}

std::shared_ptr<const Checkpoint> read_torch_legacy(std::shared_ptr<const MappedFile> file) {
  return LegacyReader(std::move(file)).read();
}

}  // namespace img2prompt
