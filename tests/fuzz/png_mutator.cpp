// Mutations that leave a PNG readable: checksums are put right, and compressed chunks are changed
// behind their compression. Linked into each target that reads PNGs.
#include <zlib.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_span.h"
#include "metadata/build_files.h"
#include "metadata/inflate.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace img2prompt {
namespace {

struct MutableChunk {
  std::string type, data;
};

uint32_t big_endian(const char* bytes) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(bytes[i]);
  return value;
}

// The chunks behind the signature; what cannot be followed is left out.
std::vector<MutableChunk> split_chunks(std::string_view file) {
  std::vector<MutableChunk> chunks;
  for (size_t at = 8; at + 8 <= file.size();) {
    size_t length = big_endian(&file[at]);
    std::string_view data = file.substr(at + 8, length);
    chunks.push_back({std::string(file.substr(at + 4, 4)), std::string(data)});
    at += 8 + data.size() + 4;
  }
  return chunks;
}

std::string join_chunks(const std::vector<MutableChunk>& chunks) {
  std::string out = testing::kPngSignature;
  for (const auto& [type, data] : chunks) out += testing::chunk(type, data);
  return out;
}

std::string mutated(std::string bytes, size_t max_size) {
  size_t size = bytes.size();
  bytes.resize(max_size > size ? max_size : size + 1);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t*>(&bytes[0]), size, bytes.size()));
  return bytes;
}

// Where the chunk's zlib stream begins; npos where it holds none.
size_t stream_begin(const MutableChunk& chunk) {
  if (chunk.type == "IDAT") return 0;
  size_t key_end = chunk.data.find('\0');
  return chunk.type == "zTXt" && key_end != std::string::npos ? key_end + 2 : std::string::npos;
}

void mutate_chunk(MutableChunk& chunk, bool behind_compression, size_t max_size) {
  constexpr size_t kMaxInflated = 1 << 16;
  size_t begin = stream_begin(chunk);
  if (!behind_compression || begin >= chunk.data.size()) {
    chunk.data = mutated(chunk.data, max_size);
    return;
  }
  Inflated plain =
      inflate_bounded(ByteSpan(std::string_view(chunk.data).substr(begin)), kMaxInflated);
  chunk.data.replace(begin, std::string::npos,
                     testing::deflated(mutated(plain.bytes, kMaxInflated), Z_BEST_SPEED));
}

}  // namespace
}  // namespace img2prompt

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  using namespace img2prompt;
  if (seed % 4 == 0) return LLVMFuzzerMutate(data, size, max_size);
  std::string file(reinterpret_cast<const char*>(data), size);
  if (seed % 4 == 1) file = mutated(file, max_size);
  auto chunks = split_chunks(file);
  if (seed % 4 > 1 && !chunks.empty()) {
    MutableChunk& chunk = chunks[seed / 8 % chunks.size()];
    mutate_chunk(chunk, /*behind_compression=*/seed % 4 == 3, max_size / 2 + 1);
  }
  file = join_chunks(chunks);
  if (file.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::memcpy(data, file.data(), file.size());
  return file.size();
}
