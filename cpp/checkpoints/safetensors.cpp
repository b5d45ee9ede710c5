#include "checkpoints/safetensors.h"

#include <algorithm>
#include <optional>

#include "base/byte_reader.h"
#include "base/error.h"
#include "base/json.h"

namespace img2prompt {
namespace {

constexpr const char* kMetadata = "__metadata__";

struct NamedDType {
  const char* name;
  DType dtype;
};
constexpr NamedDType kDTypes[] = {
    {"F64", DType::kF64}, {"F32", DType::kF32},  {"F16", DType::kF16}, {"BF16", DType::kBF16},
    {"I64", DType::kI64}, {"I32", DType::kI32},  {"I16", DType::kI16}, {"I8", DType::kI8},
    {"U8", DType::kU8},   {"BOOL", DType::kBool}};

// One tensor as the header describes it; an empty field was not given.
struct Entry {
  std::optional<DType> dtype;
  std::optional<std::vector<uint64_t>> shape;
  std::optional<std::vector<uint64_t>> offsets;
};

// Follows the header event by event, so that nothing is built but the table itself: nesting cannot
// recurse, and a name given twice is seen (a JSON object would silently keep one of them).
class HeaderReader {
 public:
  HeaderReader(const std::string& path, Checkpoint& out) : path_(path), out_(out) {}

  std::map<std::string, Entry> entries;

  bool start_object(size_t) {
    if (level_ == Level::kOutside) return enter(Level::kTop);
    if (level_ == Level::kTop)
      return enter(name_ == kMetadata ? Level::kInMetadata : Level::kInTensor);
    return unexpected("an object");
  }

  bool end_object() {
    if (level_ == Level::kTop) return enter(Level::kOutside);
    return enter(Level::kTop);
  }

  bool key(std::string& key) {
    if (level_ == Level::kTop) {
      if (!(key == kMetadata ? !seen_metadata_ : !entries.count(key)))
        fail("the header names " + name_text(key) + " twice");
      if (key == kMetadata)
        seen_metadata_ = true;
      else
        entries[key];
      name_ = key;
    } else {
      field_ = key;
      if (level_ == Level::kInTensor && key != "dtype" && key != "shape" && key != "data_offsets")
        fail(name_text(name_) + " has the unknown field " + name_text(key));
    }
    return true;
  }

  bool string(std::string& text) {
    if (level_ == Level::kInMetadata) {
      if (!out_.metadata.emplace(field_, text).second)
        fail("the metadata names " + name_text(field_) + " twice");
      return true;
    }
    if (level_ != Level::kInTensor || field_ != "dtype") return unexpected("a string");
    for (const NamedDType& known : kDTypes)
      if (text == known.name) return set(entries[name_].dtype, known.dtype);
    fail(name_text(name_) + " has the dtype " + name_text(text) +
         "; read are F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL");
  }

  bool start_array(size_t) {
    if (level_ != Level::kInTensor || field_ == "dtype") return unexpected("a list");
    Entry& entry = entries[name_];
    set(field_ == "shape" ? entry.shape : entry.offsets, std::vector<uint64_t>());
    return enter(Level::kInList);
  }
  bool end_array() { return enter(Level::kInTensor); }

  bool number_unsigned(uint64_t value) {
    if (level_ != Level::kInList) return unexpected("a number");
    Entry& entry = entries[name_];
    std::vector<uint64_t>& list = field_ == "shape" ? *entry.shape : *entry.offsets;
    size_t most = field_ == "shape" ? kSafetensorsMaxRank : 2;
    if (list.size() == most)
      fail(fmt::format("{}: '{}' holds more than {} numbers", name_text(name_), field_, most));
    list.push_back(value);
    return true;
  }

  bool number_integer(int64_t) { return unexpected("a negative number"); }
  bool number_float(double, const std::string&) { return unexpected("a fraction"); }
  bool null() { return unexpected("null"); }
  bool boolean(bool) { return unexpected("true or false"); }
  bool binary(std::vector<uint8_t>&) { return unexpected("bytes"); }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) {
    fail(fmt::format("the header is not JSON at its byte {}; the file is damaged", position));
  }

 private:
  enum class Level { kOutside, kTop, kInMetadata, kInTensor, kInList };

  bool enter(Level level) {
    level_ = level;
    return true;
  }

  template <typename T>
  bool set(std::optional<T>& field, T value) {
    if (field) fail(name_text(name_) + " gives '" + field_ + "' twice");
    field = std::move(value);
    return true;
  }

  [[noreturn]] bool unexpected(const char* what) {
    std::string place = level_ == Level::kOutside ? "the header" : name_text(name_);
    if (level_ != Level::kOutside && level_ != Level::kTop) place += ", field " + name_text(field_);
    fail(place + " holds " + what + " where the format has none");
  }

  [[noreturn]] void fail(const std::string& what) {
    throw_error<CheckpointError>("{}: {}", path_, what);
  }

  const std::string& path_;
  Checkpoint& out_;
  Level level_ = Level::kOutside;
  bool seen_metadata_ = false;
  std::string name_, field_;
};

// Bytes of a tensor; false where the product leaves 63 bits.
bool byte_count(const std::vector<uint64_t>& shape, DType dtype, uint64_t& bytes) {
  constexpr uint64_t kMost = INT64_MAX;
  bytes = dtype_size(dtype);
  for (uint64_t dimension : shape) {
    if (dimension > kMost || (dimension != 0 && bytes > kMost / dimension)) return false;
    bytes *= dimension;
  }
  return true;
}

TensorView to_view(const std::string& path, const std::string& name, const Entry& entry,
                   ByteSpan data) {
  if (!entry.dtype || !entry.shape || !entry.offsets || entry.offsets->size() != 2)
    throw_error<CheckpointError>("{}: {} lacks its dtype, shape or two data_offsets", path,
                                 name_text(name));
  TensorView view;
  view.dtype = *entry.dtype;
  uint64_t bytes = 0;
  if (!byte_count(*entry.shape, view.dtype, bytes))
    throw_error<CheckpointError>("{}: {} has a shape larger than any memory", path,
                                 name_text(name));
  view.shape.assign(entry.shape->begin(), entry.shape->end());
  view.strides = row_major_strides(view.shape);
  uint64_t begin = (*entry.offsets)[0], end = (*entry.offsets)[1];
  if (begin > end || end - begin != bytes)
    throw_error<CheckpointError>("{}: {} is {} {} = {} bytes, its offsets [{}, {}] say otherwise",
                                 path, name_text(name), dtype_name(view.dtype),
                                 shape_text(view.shape), bytes, begin, end);
  if (end > data.size())
    throw_error<CheckpointError>(
        "{}: the file is cut short: {} ends at byte {} of the data, {} are there; download it "
        "again",
        path, name_text(name), end, data.size());
  view.bytes = data.sub(begin, bytes);
  return view;
}

// Sorted by place, each tensor must begin where the one before it ended.
void require_seamless(const Checkpoint& checkpoint, ByteSpan data) {
  std::vector<std::pair<ByteSpan, const std::string*>> parts;
  for (const auto& [name, view] : checkpoint.tensors) parts.emplace_back(view.bytes, &name);
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) {
    return std::make_pair(a.first.begin(), a.first.end()) <
           std::make_pair(b.first.begin(), b.first.end());
  });
  const uint8_t* expected = data.begin();
  for (const auto& [bytes, name] : parts) {
    if (bytes.begin() != expected)
      throw_error<CheckpointError>(
          "{}: {} {}", checkpoint.path, name_text(*name),
          bytes.begin() < expected ? "overlaps another tensor" : "follows bytes of no tensor");
    expected = bytes.end();
  }
  if (expected != data.end())
    throw_error<CheckpointError>("{}: {} bytes after the last tensor belong to none",
                                 checkpoint.path, data.end() - expected);
}

}  // namespace

bool looks_like_safetensors(ByteSpan bytes) { return bytes.size() > 8 && bytes[8] == '{'; }

std::shared_ptr<const Checkpoint> read_safetensors(std::shared_ptr<const MappedFile> file) {
  auto checkpoint = std::make_shared<Checkpoint>();
  checkpoint->path = file->path();
  ByteReader reader(file->bytes());
  uint64_t length = reader.u64_le();
  if (reader.failed() || length > kSafetensorsMaxHeader)
    throw_error<CheckpointError>("{}: the header claims {} bytes, at most {} are read",
                                 file->path(), length, kSafetensorsMaxHeader);
  if (length > reader.remaining())
    throw_error<CheckpointError>(
        "{}: the file is cut short: its header is {} bytes long, {} are there; download it again",
        file->path(), length, reader.remaining());
  ByteSpan header = reader.take(length), data = file->bytes().sub(reader.position());

  HeaderReader handler(file->path(), *checkpoint);
  Json::sax_parse(header.begin(), header.end(), &handler);
  for (const auto& [name, entry] : handler.entries)
    checkpoint->tensors[name] = to_view(file->path(), name, entry, data);
  require_seamless(*checkpoint, data);
  checkpoint->files.push_back(std::move(file));
  return checkpoint;
}

}  // namespace img2prompt
