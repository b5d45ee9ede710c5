#include "interrogate/weights_digest.h"

#include <filesystem>

#include "base/error.h"
#include "base/file_stamp.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mapped_file.h"
#include "base/path_text.h"
#include "base/sha256.h"
#include "base/temporary_file.h"
#include "checkpoints/open.h"
#include "checkpoints/sharded.h"

namespace img2prompt {
namespace fs = std::filesystem;
namespace {

constexpr char kMemoName[] = "weights-sha256.json";
constexpr size_t kMaxMemoBytes = size_t{1} << 20;
constexpr size_t kMaxMemoEntries = 256;
constexpr size_t kPiece = size_t{8} << 20;  // bytes between two looks at the cancel flag
constexpr int64_t kMegabyte = 1'000'000;

std::string absolute(const std::string& path) {
  std::error_code error;
  fs::path full = fs::weakly_canonical(fs::u8path(path), error);
  return error ? path : path_text(full);
}

bool is_digest(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// {"<absolute path>": ["<file_stamp()>", "<sha256>"], ...}
Json read_memo(const std::string& memo_path) {
  try {
    std::vector<uint8_t> bytes = read_file(memo_path, kMaxMemoBytes);
    Json memo;
    if (try_parse_json(ByteSpan(bytes).text(), memo) && memo.is_object()) return memo;
  } catch (const Error&) {  // none yet, or unreadable: the digest is computed
  }
  return Json::object();
}

std::string remembered(const Json& memo, const std::string& path, const std::string& stamp) {
  auto entry = memo.find(path);
  if (entry == memo.end() || !entry->is_array() || entry->size() != 2) return "";
  const Json &known_stamp = (*entry)[0], &digest = (*entry)[1];
  if (!known_stamp.is_string() || !digest.is_string() || known_stamp != stamp) return "";
  std::string text = digest.get<std::string>();
  return is_digest(text) ? text : "";
}

void remember(const std::string& memo_path, const std::string& path, const std::string& stamp,
              const std::string& digest) {
  try {
    Json memo = read_memo(memo_path);
    memo.erase(path);
    while (memo.size() >= kMaxMemoEntries) memo.erase(memo.begin());  // the oldest
    memo[path] = {stamp, digest};
    fs::create_directories(fs::u8path(memo_path).parent_path());
    TemporaryFile file(memo_path);
    std::string text = memo.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
    file.write(ByteSpan(text));
    file.commit();
  } catch (const std::exception& error) {
    log(LogLevel::kDebug, "sha256 of {} is not remembered: {}", path, error.what());
  }
}

// The files that hold the tensors: the file itself, or the shards that an index names.
std::vector<std::string> with_shards(const std::string& path) {
  if (!looks_like_index(MappedFile::open(path)->bytes())) return {path};
  std::vector<std::string> shards;
  const auto checkpoint = open_checkpoint(path);
  for (const auto& file : checkpoint->files) shards.push_back(file->path());
  return shards;
}

}  // namespace

WeightsDigest::WeightsDigest(std::vector<std::string> files, std::string folder)
    : files_(std::move(files)), folder_(std::move(folder)) {}

const std::string& WeightsDigest::get(const Progress& progress) {
  if (!digest_.empty()) return digest_;
  std::string joined;
  for (const std::string& file : files_)
    for (const std::string& shard : with_shards(file)) joined += file_digest(shard, progress);
  constexpr size_t kDigits = 64;
  digest_ = joined.size() == kDigits ? joined : sha256_hex(ByteSpan(joined));
  return digest_;
}

std::string WeightsDigest::file_digest(const std::string& path, const Progress& progress) {
  const std::string full = absolute(path), stamp = file_stamp(path);
  const std::string memo_path = folder_.empty() ? "" : path_text(fs::u8path(folder_) / kMemoName);
  if (!memo_path.empty() && !stamp.empty()) {
    std::string known = remembered(read_memo(memo_path), full, stamp);
    if (!known.empty()) return known;
  }
  auto file = MappedFile::open(path);
  ByteSpan bytes = file->bytes();
  const int64_t total = static_cast<int64_t>(bytes.size()) / kMegabyte + 1;
  Sha256 hash;
  for (size_t start = 0; start < bytes.size(); start += kPiece) {
    progress.check();
    hash.update(bytes.sub(start, kPiece));
    file->release(bytes.sub(start, kPiece));
    progress.report("weights", static_cast<int64_t>(start) / kMegabyte, total);
  }
  progress.report("weights", total, total);
  std::string digest = hash.hex_digest();
  if (!memo_path.empty() && !stamp.empty() && stamp == file_stamp(path))
    remember(memo_path, full, stamp, digest);
  return digest;
}

}  // namespace img2prompt
