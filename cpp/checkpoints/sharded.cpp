#include "checkpoints/sharded.h"

#include <filesystem>

#include "base/error.h"
#include "base/json.h"
#include "base/path_text.h"

namespace img2prompt {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxIndexDepth = 16;

// Where a shard lies; refused unless that is in the index's folder or below by its name alone.
// (What is there may be a link: the Hugging Face cache is made of them.)
std::string shard_path(const std::string& index, const std::string& name) {
  fs::path file = fs::u8path(name);
  bool inside = !name.empty() && name.find('\0') == std::string::npos &&
                name.find('\\') == std::string::npos && !file.has_root_path() &&
                !file.is_absolute();
  for (const fs::path& part : file) inside = inside && part != ".." && part != ".";
  if (!inside)
    throw_error<CheckpointError>(
        "{}: its shard {} lies outside the index's folder and was refused; get the weights from a "
        "source that you trust",
        index, name_text(name));
  return path_text(fs::u8path(index).parent_path() / file);
}

Json parse_index(const MappedFile& index) {
  JsonLimits limits;
  limits.max_bytes = kMaxIndexBytes;
  limits.max_depth = kMaxIndexDepth;
  try {
    return parse_json(index.bytes().text(), index.path(), limits);
  } catch (const Error& error) {
    throw CheckpointError(error.what());
  }
}

}  // namespace

bool looks_like_index(ByteSpan bytes) {
  // A safetensors header's length may begin with this byte too; its upper half is zero, JSON has
  // no zeros.
  return bytes.size() > 8 && bytes[0] == '{' && bytes[7] != 0;
}

std::shared_ptr<const Checkpoint> read_sharded(std::shared_ptr<const MappedFile> index,
                                               const OpenShard& open) {
  const std::string& path = index->path();
  const Json json = parse_index(*index);
  if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object())
    throw_error<CheckpointError>(
        "{}: JSON without a weight_map, so no index of weights; name the weights file itself",
        path);
  auto checkpoint = std::make_shared<Checkpoint>();
  checkpoint->path = path;
  std::map<std::string, std::shared_ptr<const Checkpoint>> shards;
  for (const auto& [name, file] : json["weight_map"].items()) {
    if (!file.is_string())
      throw_error<CheckpointError>("{}: {} is in no named file; download the index again", path,
                                   name_text(name));
    std::shared_ptr<const Checkpoint>& shard = shards[file.get<std::string>()];
    if (shards.size() > kMaxShards)
      throw_error<CheckpointError>("{}: it names more than {} files; download the index again",
                                   path, kMaxShards);
    if (!shard) shard = open(shard_path(path, file.get<std::string>()));
    auto found = shard->tensors.find(name);
    if (found == shard->tensors.end())
      throw_error<CheckpointError>(
          "{}: {} is not in {}, where the index says it is; download both "
          "again",
          path, name_text(name), shard->path);
    checkpoint->tensors.emplace(name, found->second);
  }
  for (const auto& [name, shard] : shards) {
    checkpoint->metadata.insert(shard->metadata.begin(), shard->metadata.end());
    checkpoint->files.insert(checkpoint->files.end(), shard->files.begin(), shard->files.end());
  }
  return checkpoint;
}

}  // namespace img2prompt
