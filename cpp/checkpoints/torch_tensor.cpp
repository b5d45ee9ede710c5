#include "checkpoints/torch_tensor.h"

#include "base/error.h"

namespace img2prompt {

using Kind = PickleValue::Kind;

namespace {

constexpr const char* kReadTypes =
    "float64, float32, float16, bfloat16, int64, int32, int16, int8, uint8 and bool";
constexpr int kMaxWrappers = 4;  // a parameter with state around a tensor of a derived class, ...

struct NamedType {
  std::string_view storage, name;
  DType dtype;
};
constexpr NamedType kTypes[] = {
    {"DoubleStorage", "float64", DType::kF64}, {"FloatStorage", "float32", DType::kF32},
    {"HalfStorage", "float16", DType::kF16},   {"BFloat16Storage", "bfloat16", DType::kBF16},
    {"LongStorage", "int64", DType::kI64},     {"IntStorage", "int32", DType::kI32},
    {"ShortStorage", "int16", DType::kI16},    {"CharStorage", "int8", DType::kI8},
    {"ByteStorage", "uint8", DType::kU8},      {"BoolStorage", "bool", DType::kBool}};

bool is_count(const PickleValue& value) { return value.is(Kind::kInt) && value.integer >= 0; }

constexpr uint64_t kMaxElements = uint64_t{1} << 56;  // more than any memory; bytes fit 64 bits

// a * b; false where that is more than kMaxElements.
bool multiply(uint64_t a, uint64_t b, uint64_t& product) {
  if (b != 0 && a > kMaxElements / b) return false;
  product = a * b;
  return true;
}

bool element_count(const std::vector<int64_t>& shape, uint64_t& count) {
  count = 1;
  for (int64_t side : shape)
    if (!multiply(count, static_cast<uint64_t>(side), count)) return false;
  return true;
}

// Elements from the first to the last one, both included, of a shape that is not empty.
bool extent(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides,
            uint64_t& span) {
  span = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    uint64_t reach = 0;
    if (!multiply(static_cast<uint64_t>(shape[i] - 1), static_cast<uint64_t>(strides[i]), reach))
      return false;
    span += reach;  // at most kTorchMaxRank times kMaxElements
  }
  return true;
}

}  // namespace

TorchStorage parse_torch_storage(const Pickle& pickle, const PickleValue& persistent,
                                 const std::string& path) {
  auto fail = [&](const std::string& why) {
    throw_error<CheckpointError>("{}: {}; save the state_dict of the model instead", path, why);
  };
  TorchStorage storage;
  const PickleValue& id = pickle[persistent.items[0]];
  if (!id.is(Kind::kTuple) || id.items.size() < 5) fail("it refers to something that is no tensor");
  const PickleValue &kind = pickle[id.items[0]], &type = pickle[id.items[1]];
  const PickleValue &key = pickle[id.items[2]], &count = pickle[id.items[4]];
  if (!kind.is(Kind::kString) || kind.text != "storage" || !type.is(Kind::kGlobal) ||
      !key.is(Kind::kString) || !is_count(count))
    fail("it refers to something that is no tensor");
  storage.key = key.text;
  storage.count = static_cast<uint64_t>(count.integer);
  if (storage.count > kMaxElements)
    fail(fmt::format("its storage {} claims {} elements", name_text(key.text), storage.count));
  bool known = type.name == "UntypedStorage";
  for (const NamedType& named : kTypes)
    if (type.text == "torch" && type.name == named.storage) {
      storage.dtype = named.dtype;
      known = true;
    }
  if (!known)
    fail(fmt::format("its storage {} is of type {}; read are {}", name_text(key.text),
                     name_text(type.name), kReadTypes));
  storage.view_count = storage.count;
  if (id.items.size() > 5 && pickle[id.items[5]].is(Kind::kTuple)) {
    const PickleValue& view = pickle[id.items[5]];
    if (!storage.dtype || view.items.size() != 3 || !is_count(pickle[view.items[1]]) ||
        !is_count(pickle[view.items[2]]))
      fail(fmt::format("its storage {} is a malformed view", name_text(key.text)));
    storage.first = static_cast<uint64_t>(pickle[view.items[1]].integer);
    storage.view_count = static_cast<uint64_t>(pickle[view.items[2]].integer);
    if (storage.first > storage.count || storage.view_count > storage.count - storage.first)
      fail(fmt::format("its storage {} is a view of more than is there", name_text(key.text)));
  }
  return storage;
}

TorchTensors::TorchTensors(const Pickle& pickle, std::string path, Locate locate)
    : pickle_(pickle), path_(std::move(path)), locate_(std::move(locate)) {}

void TorchTensors::fail(std::string_view name, const std::string& why) const {
  throw_error<CheckpointError>("{}: {} {}; the file is damaged, get it again", path_,
                               name_text(name), why);
}

std::optional<TorchTensors::Call> TorchTensors::call_of(const PickleValue& value) const {
  const PickleValue* object = &value;
  for (int i = 0; i < kMaxWrappers; ++i) {
    if (!object->is(Kind::kObject)) return std::nullopt;
    const PickleValue *callable = &pickle_[object->items[0]],
                      *arguments = &pickle_[object->items[1]];
    if (callable->is_global("torch._tensor", "_rebuild_from_type_v2") &&
        arguments->items.size() >= 3) {  // function, class, its arguments, state
      callable = &pickle_[arguments->items[0]];
      arguments = &pickle_[arguments->items[2]];
    }
    if (!callable->is(Kind::kGlobal) || callable->text != "torch._utils" ||
        !arguments->is(Kind::kTuple))
      return std::nullopt;
    const std::vector<PickleId>& given = arguments->items;
    std::string_view function = callable->name;
    if (function == "_rebuild_tensor_v2" || function == "_rebuild_tensor")
      return given.size() >= 4 ? std::optional<Call>({arguments, nullptr}) : std::nullopt;
    if (function == "_rebuild_tensor_v3")
      return given.size() >= 7 ? std::optional<Call>({arguments, &pickle_[given[6]]})
                               : std::nullopt;
    if ((function != "_rebuild_parameter" && function != "_rebuild_parameter_with_state") ||
        given.empty())
      return std::nullopt;
    object = &pickle_[given[0]];
  }
  return std::nullopt;
}

std::vector<int64_t> TorchTensors::numbers(const PickleValue& tuple, std::string_view name) const {
  const PickleValue* list = &tuple;
  // torch.Size, as some versions wrote it: a call with the tuple.
  if (list->is(Kind::kObject) && pickle_[list->items[0]].is_global("torch", "Size") &&
      pickle_[list->items[1]].items.size() == 1)
    list = &pickle_[pickle_[list->items[1]].items[0]];
  if (!list->is(Kind::kTuple) && !list->is(Kind::kList)) fail(name, "has no shape");
  if (list->items.size() > kTorchMaxRank)
    fail(name, fmt::format("has {} dimensions", list->items.size()));
  std::vector<int64_t> out;
  for (PickleId item : list->items) {
    if (!is_count(pickle_[item])) fail(name, "has a negative or missing size");
    out.push_back(pickle_[item].integer);
  }
  return out;
}

TensorView TorchTensors::view(const PickleValue& value, std::string_view name) const {
  const Call call = *call_of(value);
  const std::vector<PickleId>& given = call.arguments->items;
  if (!pickle_[given[0]].is(Kind::kPersistent)) fail(name, "has no storage");
  TorchStorage storage = parse_torch_storage(pickle_, pickle_[given[0]], path_);

  TensorView view;
  if (call.dtype) {
    if (storage.dtype) fail(name, "gives its storage two types");
    const NamedType* found = nullptr;
    for (const NamedType& named : kTypes)
      if (call.dtype->is_global("torch", named.name)) found = &named;
    if (!found) fail(name, fmt::format("is of a type that is not read; read are {}", kReadTypes));
    view.dtype = found->dtype;
  } else if (storage.dtype) {
    view.dtype = *storage.dtype;
  } else {
    fail(name, "lies in a storage without a type");
  }
  const uint64_t size = dtype_size(view.dtype);
  const uint64_t there = storage.dtype ? storage.view_count : storage.view_count / size;

  view.shape = numbers(pickle_[given[2]], name);
  view.strides = numbers(pickle_[given[3]], name);
  if (view.shape.size() != view.strides.size()) fail(name, "has a stride too many or too few");
  uint64_t count = 0, span = 0;
  if (!element_count(view.shape, count)) fail(name, "has a shape larger than any memory");
  const PickleValue& offset = pickle_[given[1]];
  if (!is_count(offset)) fail(name, "has a negative offset");
  uint64_t first = static_cast<uint64_t>(offset.integer);
  if (count > 0) {
    if (!extent(view.shape, view.strides, span) || first > there || span > there - first)
      fail(name, fmt::format("is {} with strides {} from element {}, its storage has {}",
                             shape_text(view.shape), shape_text(view.strides), first, there));
    if (count > there && count * size > kTorchMaxRepeatedBytes)
      fail(name, fmt::format("repeats {} stored elements to {}", there, shape_text(view.shape)));
  }
  const ByteSpan bytes = locate_(storage);
  if (count == 0) return view;
  view.bytes = bytes.sub((storage.first + first) * size, span * size);
  if (view.bytes.size() != span * size) fail(name, "lies outside its storage");
  return view;
}

}  // namespace img2prompt
