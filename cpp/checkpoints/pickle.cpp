#include "checkpoints/pickle.h"

#include <algorithm>

#include "base/byte_reader.h"
#include "base/error.h"
#include "checkpoints/pickle_attacks.h"
#include "checkpoints/pickle_ops.h"
#include "checkpoints/tensor_table.h"

namespace img2prompt {

using Kind = PickleValue::Kind;

namespace {

constexpr PickleId kNothing = UINT32_MAX;
constexpr uint8_t kNewestProtocol = 5;

bool makes_dict(const PickleValue& callable) {
  return callable.is_global("collections", "OrderedDict") ||
         callable.is_global("collections", "defaultdict") ||
         callable.is_global("builtins", "dict") || callable.is_global("__builtin__", "dict");
}

}  // namespace

class PickleReader {
 public:
  PickleReader(ByteSpan bytes, const std::string& what) : reader_(bytes), what_(what) {}

  size_t position() const { return reader_.position(); }

  Pickle read() {
    // torch's pickles have a value every eight bytes.
    out_.values_.reserve(std::min(reader_.remaining() / 8, kPickleMaxValues));
    if (reader_.u8() != kProto) fail("it does not begin as a pickle");
    if (reader_.u8() > kNewestProtocol) fail("its protocol is newer than 5");
    for (;;) {
      at_ = reader_.position();
      uint8_t op = reader_.u8();
      if (reader_.failed()) cut_short();
      spend(1);
      if (op == kStop) break;
      if (!read_scalar(op) && !read_text(op) && !read_container(op) && !read_object(op) &&
          !read_memo(op))
        fail(fmt::format("its operation 0x{:02x} is none that torch.save writes", op));
      if (reader_.failed()) cut_short();
    }
    out_.root_ = pop();
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw_error<CheckpointError>("{}: at byte {} of the pickle {}; the file is damaged or hostile",
                                 what_, at_, why);
  }
  [[noreturn]] void cut_short() const {
    throw_error<CheckpointError>("{}: the pickle is cut short at byte {}; download the file again",
                                 what_, at_);
  }

  void spend(size_t operations) {
    operations_ += operations;
    if (operations_ > kPickleMaxOperations)
      fail(fmt::format("it has more than {} operations", kPickleMaxOperations));
  }

  // -- the stack
  // -----------------------------------------------------------------------------------
  void push(PickleId id) { stack_.push_back(id); }

  PickleValue& push_new(Kind kind) {
    if (out_.values_.size() >= kPickleMaxValues)
      fail(fmt::format("it has more than {} values", kPickleMaxValues));
    push(static_cast<PickleId>(out_.values_.size()));
    PickleValue& value = out_.values_.emplace_back();
    value.kind = kind;
    return value;
  }

  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleId top() const {
    if (stack_.size() <= floor()) fail("it takes from an empty stack");
    return stack_.back();
  }

  PickleId pop() {
    PickleId id = top();
    stack_.pop_back();
    return id;
  }

  std::vector<PickleId> pop_count(size_t count) {
    if (stack_.size() - floor() < count) fail("it takes from an empty stack");
    std::vector<PickleId> items(stack_.end() - count, stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }

  std::vector<PickleId> pop_to_mark() {
    if (marks_.empty()) fail("it looks for a mark that is not there");
    std::vector<PickleId> items(stack_.begin() + marks_.back(), stack_.end());
    stack_.resize(marks_.back());
    marks_.pop_back();
    return items;
  }

  const PickleValue& value(PickleId id) const { return out_.values_[id]; }

  // -- the operations
  // ------------------------------------------------------------------------------
  bool read_scalar(uint8_t op) {
    switch (op) {
      case kNoneOp:
        push_new(Kind::kNone);
        return true;
      case kNewTrue:
      case kNewFalse:
        push_new(Kind::kBool).integer = op == kNewTrue;
        return true;
      case kBinInt:
        push_new(Kind::kInt).integer = static_cast<int32_t>(reader_.u32_le());
        return true;
      case kBinInt1:
        push_new(Kind::kInt).integer = reader_.u8();
        return true;
      case kBinInt2:
        push_new(Kind::kInt).integer = reader_.u16_le();
        return true;
      case kLong1:
        push_long(reader_.u8());
        return true;
      case kLong4:
        push_long(signed_length());
        return true;
      case kBinFloat:
        reader_.skip(8);
        push_new(Kind::kFloat);
        return true;
      default:
        return false;
    }
  }

  size_t signed_length() {
    auto length = static_cast<int32_t>(reader_.u32_le());
    if (length < 0) fail("a length is negative");
    return static_cast<size_t>(length);
  }

  // Two's complement, little-endian, as short as possible.
  void push_long(size_t length) {
    ByteSpan bytes = reader_.take(length);
    if (bytes.size() > 8) {
      push_new(Kind::kLong).text = bytes.text();
      return;
    }
    uint64_t number = !bytes.empty() && bytes[bytes.size() - 1] >= 0x80 ? UINT64_MAX : 0;
    for (size_t i = bytes.size(); i-- > 0;) number = number << 8 | bytes[i];
    push_new(Kind::kInt).integer = static_cast<int64_t>(number);
  }

  bool read_text(uint8_t op) {
    switch (op) {
      case kShortBinUnicode:
      case kShortBinString:
        return push_text(Kind::kString, reader_.u8());
      case kBinUnicode:
        return push_text(Kind::kString, reader_.u32_le());
      case kBinUnicode8:
        return push_text(Kind::kString, reader_.u64_le());
      case kBinString:
        return push_text(Kind::kString, signed_length());
      case kShortBinBytes:
        return push_text(Kind::kBytes, reader_.u8());
      case kBinBytes:
        return push_text(Kind::kBytes, reader_.u32_le());
      case kBinBytes8:
      case kByteArray8:
        return push_text(Kind::kBytes, reader_.u64_le());
      default:
        return false;
    }
  }

  bool push_text(Kind kind, uint64_t length) {
    if (length > reader_.remaining()) cut_short();
    push_new(kind).text = reader_.take(static_cast<size_t>(length)).text();
    return true;
  }

  bool read_container(uint8_t op) {
    switch (op) {
      case kMark:
        marks_.push_back(stack_.size());
        return true;
      case kPop:
        pop();
        return true;
      case kPopMark:
        pop_to_mark();
        return true;
      case kEmptyTuple:
        push_new(Kind::kTuple);
        return true;
      case kEmptyList:
        push_new(Kind::kList);
        return true;
      case kEmptyDict:
        push_new(Kind::kDict);
        return true;
      case kEmptySet:
        push_new(Kind::kSet);
        return true;
      case kTuple1:
      case kTuple2:
      case kTuple3:
        return push_items(Kind::kTuple, pop_count(op - kTuple1 + 1));
      case kTupleOp:
        return push_items(Kind::kTuple, pop_to_mark());
      case kFrozenSet:
        return push_items(Kind::kSet, pop_to_mark());
      case kAppend:
        return extend(Kind::kList, pop_count(1));
      case kAppends:
        return extend(Kind::kList, pop_to_mark());
      case kAddItems:
        return extend(Kind::kSet, pop_to_mark());
      case kSetItem:
        return extend(Kind::kDict, pop_count(2));
      case kSetItems:
        return extend(Kind::kDict, pop_to_mark());
      default:
        return false;
    }
  }

  bool push_items(Kind kind, std::vector<PickleId> items) {
    push_new(kind).items = std::move(items);
    return true;
  }

  // Adds to the container on top of the stack. What is added to an object, which may be of a class
  // derived from list or dict, is let go.
  bool extend(Kind kind, const std::vector<PickleId>& items) {
    PickleValue& target = out_.values_[top()];
    if (target.is(Kind::kObject)) return true;
    if (!target.is(kind)) fail("it adds to what is no container");
    if (kind == Kind::kDict && items.size() % 2 != 0) fail("it sets a key without a value");
    target.items.insert(target.items.end(), items.begin(), items.end());
    return true;
  }

  bool read_object(uint8_t op) {
    switch (op) {
      case kGlobalOp: {
        std::string_view module = take_line(), name = take_line();
        push_global(module, name);
        return true;
      }
      case kStackGlobal: {
        PickleId name = pop(), module = pop();
        if (!value(name).is(Kind::kString) || !value(module).is(Kind::kString))
          fail("it names a global by something other than text");
        push_global(value(module).text, value(name).text);
        return true;
      }
      case kReduce:
      case kNewObj: {
        PickleId arguments = pop(), callable = pop();
        push_call(callable, arguments);
        return true;
      }
      case kNewObjEx: {
        pop();  // the named arguments
        PickleId arguments = pop(), callable = pop();
        push_call(callable, arguments);
        return true;
      }
      case kBuild: {
        PickleId state = pop();
        PickleValue& target = out_.values_[top()];
        // A dict's state is what was set on it beside its items: of no use here.
        if (target.is(Kind::kObject)) target.items = {target.items[0], target.items[1], state};
        return true;
      }
      case kBinPersId: {
        PickleId id = pop();
        push_new(Kind::kPersistent).items = {id};
        return true;
      }
      default:
        return false;
    }
  }

  std::string_view take_line() {
    ByteReader ahead = reader_;
    size_t length = 0;
    while (ahead.remaining() && ahead.u8() != '\n') ++length;
    std::string_view line = reader_.take(length).text();
    reader_.skip(1);
    if (reader_.failed()) cut_short();
    return line;
  }

  void push_global(std::string_view module, std::string_view name) {
    if (names_attack(module, name))
      throw_error<CheckpointError>(
          "{}: the file asks to run {}, which no weights file does, and was refused; delete it and "
          "get the weights from a source that you trust",
          what_, name_text(std::string(module) + "." + std::string(name)));
    PickleValue& made = push_new(Kind::kGlobal);
    made.text = module;
    made.name = name;
  }

  void push_call(PickleId callable, PickleId arguments) {
    if (!value(arguments).is(Kind::kTuple)) fail("it calls with what is no tuple");
    if (!makes_dict(value(callable))) {
      push_new(Kind::kObject).items = {callable, arguments};
      return;
    }
    // Python 2 gives an OrderedDict its items as a list of pairs.
    std::vector<PickleId> items;
    if (!value(arguments).items.empty() && value(value(arguments).items[0]).is(Kind::kList)) {
      const std::vector<PickleId>& pairs = value(value(arguments).items[0]).items;
      spend(pairs.size());
      for (PickleId pair : pairs) {
        if (value(pair).items.size() != 2) fail("an OrderedDict is not made of pairs");
        items.insert(items.end(), value(pair).items.begin(), value(pair).items.end());
      }
    }
    push_items(Kind::kDict, std::move(items));
  }

  bool read_memo(uint8_t op) {
    switch (op) {
      case kBinPut:
        return put(reader_.u8());
      case kLongBinPut:
        return put(reader_.u32_le());
      case kMemoize:
        return put(memo_.size());
      case kBinGet:
        return get(reader_.u8());
      case kLongBinGet:
        return get(reader_.u32_le());
      case kFrame:  // how much follows in one piece: nothing to do
        if (reader_.u64_le() > reader_.remaining()) cut_short();
        return true;
      default:
        return false;
    }
  }

  bool put(size_t index) {
    if (index >= kPickleMaxValues) fail("it notes a value under a number that is too large");
    if (index >= memo_.size()) memo_.resize(index + 1, kNothing);
    memo_[index] = top();
    return true;
  }

  bool get(size_t index) {
    if (index >= memo_.size() || memo_[index] == kNothing)
      fail("it asks for a value that was not noted");
    push(memo_[index]);
    return true;
  }

  ByteReader reader_;
  const std::string& what_;
  Pickle out_;
  std::vector<PickleId> stack_, memo_;
  std::vector<size_t> marks_;  // sizes of the stack when the marks were set
  size_t operations_ = 0;
  size_t at_ = 0;  // where the operation begins that is carried out
};

Pickle Pickle::read(ByteSpan bytes, size_t& position, const std::string& what) {
  PickleReader reader(bytes.sub(position), what);
  Pickle pickle = reader.read();
  position += reader.position();
  return pickle;
}

const PickleValue* Pickle::find(const PickleValue& dict, std::string_view key) const {
  if (!dict.is(Kind::kDict)) return nullptr;
  for (size_t i = dict.items.size(); i >= 2; i -= 2) {
    const PickleValue& name = values_[dict.items[i - 2]];
    if (name.is(Kind::kString) && name.text == key) return &values_[dict.items[i - 1]];
  }
  return nullptr;
}

}  // namespace img2prompt
