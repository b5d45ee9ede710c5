#include "checkpoints/open.h"

#include "base/error.h"
#include "checkpoints/safetensors.h"
#include "checkpoints/sharded.h"
#include "checkpoints/torch_legacy.h"
#include "checkpoints/torch_zip.h"
#include "checkpoints/zip.h"

namespace img2prompt {
namespace {

struct Layout {
  bool (*matches)(ByteSpan bytes);
  std::shared_ptr<const Checkpoint> (*read)(std::shared_ptr<const MappedFile> file);
};
constexpr Layout kLayouts[] = {{looks_like_zip, read_torch_zip},
                               {looks_like_torch_legacy, read_torch_legacy},
                               {looks_like_safetensors, read_safetensors}};

// What a file that is refused seems to be, by its bytes at an offset; for the message.
struct Sign {
  size_t offset;
  std::string_view bytes;
  const char* what;
};
constexpr Sign kSigns[] = {
    {257, "ustar", "a tar archive, as torch wrote before 0.2"},
    {0, "\x80", "a pickle that torch.save did not write"},
    {0, "version https://git-lfs", "a Git LFS pointer without the weights"},
    {0, "<", "a web page"},
    {0, "\x89HDF", "an HDF5 file, as Keras writes it"},
    {0, "GGUF", "a GGUF file, as llama.cpp reads it"},
};

const char* guess(ByteSpan bytes) {
  if (bytes.empty()) return "an empty file";
  for (const Sign& sign : kSigns)
    if (bytes.sub(sign.offset).starts_with(sign.bytes)) return sign.what;
  return "bytes of an unknown layout";
}

std::shared_ptr<const MappedFile> map(const std::string& path) {
  try {
    return MappedFile::open(path);
  } catch (const Error& error) {
    throw CheckpointError(error.what());
  }
}

std::shared_ptr<const Checkpoint> open_file(std::shared_ptr<const MappedFile> file) {
  for (const Layout& layout : kLayouts)
    if (layout.matches(file->bytes())) return layout.read(file);
  throw_error<CheckpointError>(
      "{}: {}; read are safetensors, what torch.save writes, TorchScript archives and an index of "
      "shards: download the model's weights again or save them anew",
      file->path(), guess(file->bytes()));
}

}  // namespace

std::shared_ptr<const Checkpoint> open_checkpoint(const std::string& path) {
  std::shared_ptr<const MappedFile> file = map(path);
  if (!looks_like_index(file->bytes())) return open_file(std::move(file));
  return read_sharded(std::move(file),
                      [](const std::string& shard) { return open_file(map(shard)); });
}

}  // namespace img2prompt
