#include "interrogate/embedding_cache.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_vector_norm.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <numeric>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/path_text.h"
#include "base/sha256.h"
#include "base/temporary_file.h"
#include "checkpoints/open.h"
#include "interrogate/label_list.h"

namespace img2prompt {
namespace fs = std::filesystem;
namespace {

constexpr char kModelKey[] = "img2prompt_model";  // in the header's metadata
constexpr char kWeightsKey[] = "img2prompt_weights_sha256";
constexpr char kEnding[] = ".safetensors", kPartEnding[] = ".part.safetensors";
constexpr int64_t kMaxWidth = 1 << 16;
constexpr int64_t kRowsAtOnce = 2048;
// Rows are normalised, then rounded to float16 (11 bits): their norms stay within 1e-3 of one.
constexpr double kNormTolerance = 0.02;
constexpr size_t kShortKey = 8, kLongKey = 12;  // hex digits in file names

std::string file_name_part(std::string name) {
  for (char& c : name)
    if (std::string_view("/\\@:*?\"<>|").find(c) != std::string_view::npos || (c >= 0 && c < 0x20))
      c = '_';
  return name;
}

bool rows_are_normalised(const at::Tensor& embeds, const Progress& progress) {
  for (int64_t start = 0; start < embeds.size(0); start += kRowsAtOnce) {
    progress.check();
    at::Tensor rows =
        embeds.slice(0, start, std::min(start + kRowsAtOnce, embeds.size(0))).to(at::kFloat);
    at::Tensor norms = at::linalg_vector_norm(rows, 2, at::IntArrayRef({1})).contiguous();
    const float* norm = norms.const_data_ptr<float>();
    // Written so that NaN fails.
    if (!std::all_of(norm, norm + norms.size(0), [](float value) {
          return value > 1 - kNormTolerance && value < 1 + kNormTolerance;
        }))
      return false;
  }
  return true;
}

// The file as its bytes up to the tensors': length, JSON, padded so that tensors start aligned.
std::string safetensors_header(const at::Tensor& embeds, const std::string& hash,
                               const Json& metadata) {
  const auto bytes = static_cast<int64_t>(embeds.nbytes());
  const char* dtype = embeds.scalar_type() == at::kHalf ? "F16" : "F32";
  Json header;
  header["__metadata__"] = metadata;
  header["embeds"] = {
      {"dtype", dtype}, {"shape", {embeds.size(0), embeds.size(1)}}, {"data_offsets", {0, bytes}}};
  header["hash"] = {{"dtype", "I8"},
                    {"shape", {hash.size()}},
                    {"data_offsets", {bytes, bytes + static_cast<int64_t>(hash.size())}}};
  std::string json = header.dump();
  json.resize((json.size() + 7) / 8 * 8, ' ');
  std::string out;
  for (int i = 0; i < 8; ++i) out += static_cast<char>(json.size() >> (8 * i));
  return out + json;
}

// The cache spares work; where it fails the work is done without it.
template <typename Work>
CachedRows or_nothing(const Work& work) {
  try {
    return work();
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    log(LogLevel::kWarning, "label embeddings are not kept: {}", first_line(error.what()));
    return {};
  }
}

}  // namespace

TableKey::TableKey(std::string name, const std::vector<std::string>& labels, at::ScalarType dtype)
    : name(std::move(name)),
      hash(label_hash(labels)),
      rows(static_cast<int64_t>(labels.size())),
      dtype(dtype) {}

EmbeddingCache::EmbeddingCache(std::string folder, ModelIdentity identity)
    : folder_(std::move(folder)),
      identity_(std::move(identity)),
      digest_(identity_.weights_files, folder_) {}

std::string EmbeddingCache::model_key(const Progress& progress) {
  return sha256_hex(ByteSpan(digest_.get(progress) + "\n" + identity_.text_config));
}

std::string EmbeddingCache::shared_path(const TableKey& table, const Progress& progress) {
  std::string name = file_name_part(identity_.name);
  if (!identity_.is_published) name += "-" + model_key(progress).substr(0, kShortKey);
  name += "_" + file_name_part(table.name) + kEnding;
  return path_text(fs::u8path(folder_) / fs::u8path(name));
}

std::string EmbeddingCache::own_path(const TableKey& table, const char* ending,
                                     const Progress& progress) {
  std::string path = shared_path(table, progress);
  path.resize(path.size() - std::strlen(kEnding));
  const std::string key = sha256_hex(ByteSpan(model_key(progress) + table.hash));
  return path + "-" + key.substr(0, kLongKey) + ending;
}

EmbeddingCache::State EmbeddingCache::read(CachedRows& found, const TableKey& table,
                                           int64_t least_rows, int64_t most_rows,
                                           const Progress& progress) {
  const std::string& path = found.path;
  std::error_code ignored;
  if (!fs::exists(fs::u8path(path), ignored)) return State::kAbsent;
  auto damaged = [&](const std::string& why) {
    log(LogLevel::kWarning, "{}: a damaged cache ({}); its embeddings are made anew", path, why);
    return State::kDamaged;
  };
  try {
    auto file = open_checkpoint(path);
    auto known_model = file->metadata.find(kModelKey);
    bool ours = known_model != file->metadata.end();
    if (rejected_.count(path)) return ours ? State::kDamaged : State::kForeign;
    auto rows = file->tensors.find("embeds"), text = file->tensors.find("hash");
    if (rows == file->tensors.end() || text == file->tensors.end())
      return damaged("no tensors 'embeds' and 'hash'");
    const TensorView &view = rows->second, &hash_view = text->second;
    const bool half = table.dtype == at::kHalf;
    if (view.dtype != (half ? DType::kF16 : DType::kF32) || view.shape.size() != 2 ||
        view.shape[1] < 1 || view.shape[1] > kMaxWidth || hash_view.dtype != DType::kI8 ||
        hash_view.bytes.size() != 64)
      return damaged(fmt::format("'embeds' is not [N, D] {} or 'hash' not [64] int8",
                                 half ? "float16" : "float32"));
    if (hash_view.bytes.text() != table.hash) return State::kForeign;
    if (ours && known_model->second != model_key(progress)) return State::kForeign;
    if (view.shape[0] < least_rows || view.shape[0] > most_rows)
      return damaged(fmt::format("{} rows", view.shape[0]));
    // Copied: a mapped file that another program truncates would end the process.
    at::Tensor copy = at::empty({view.shape[0], view.shape[1]}, table.dtype);
    std::memcpy(copy.mutable_data_ptr(), view.bytes.data(), copy.nbytes());
    if (!rows_are_normalised(copy, progress)) return damaged("rows that are not normalised");
    found.embeds = copy;
    found.names_weights = ours;
    return State::kUsable;
  } catch (const Cancelled&) {
    throw;
  } catch (const Error& error) {
    return damaged(error.what());
  }
}

CachedRows EmbeddingCache::load(const TableKey& table, const Progress& progress) {
  if (folder_.empty() || table.rows == 0) return {};
  return or_nothing([&] {
    CachedRows found;
    found.path = shared_path(table, progress);
    State state = read(found, table, table.rows, table.rows, progress);
    // The second name costs the weights' digest, and is written only where the first is taken.
    if (state == State::kUsable || state == State::kAbsent) return found;
    found.path = own_path(table, kEnding, progress);
    read(found, table, table.rows, table.rows, progress);
    return found;
  });
}

void EmbeddingCache::write(const std::string& path, const TableKey& table, const at::Tensor& embeds,
                           const Progress& progress) {
  Json metadata = {{kModelKey, model_key(progress)}, {kWeightsKey, digest_.get(progress)}};
  std::error_code error;
  fs::create_directories(fs::u8path(folder_), error);
  if (error) throw_error<Error>("{}: cannot be made: {}", folder_, error.message());
  TemporaryFile file(path);
  file.write(ByteSpan(safetensors_header(embeds, table.hash, metadata)));
  file.write({static_cast<const uint8_t*>(embeds.const_data_ptr()), embeds.nbytes()});
  file.write(ByteSpan(table.hash));
  file.commit();
  rejected_.erase(path);
}

void EmbeddingCache::store(const TableKey& table, const at::Tensor& embeds,
                           const Progress& progress) {
  parts_.erase(table.name + table.hash);
  if (folder_.empty() || table.rows == 0) return;
  or_nothing([&] {
    CachedRows shared;
    shared.path = shared_path(table, progress);
    State state = read(shared, table, table.rows, table.rows, progress);
    write(state == State::kForeign ? own_path(table, kEnding, progress) : shared.path, table,
          embeds, progress);
    std::error_code ignored;
    fs::remove(fs::u8path(own_path(table, kPartEnding, progress)), ignored);
    return CachedRows();
  });
}

CachedRows EmbeddingCache::load_part(const TableKey& table, const Progress& progress) {
  auto part = parts_.find(table.name + table.hash);
  if (part != parts_.end()) return {part->second, "", true};
  if (folder_.empty() || table.rows == 0) return {};
  return or_nothing([&] {
    CachedRows found;
    found.path = own_path(table, kPartEnding, progress);
    read(found, table, 1, table.rows - 1, progress);
    return found;
  });
}

void EmbeddingCache::store_part(const TableKey& table, const at::Tensor& rows,
                                const Progress& progress) {
  parts_[table.name + table.hash] = rows;
  if (folder_.empty()) return;
  or_nothing([&] {
    write(own_path(table, kPartEnding, progress), table, rows, progress);
    return CachedRows();
  });
}

std::vector<int64_t> label_order(const std::vector<std::string>& labels) {
  std::vector<int64_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return labels[a] < labels[b]; });
  return order;
}

}  // namespace img2prompt
