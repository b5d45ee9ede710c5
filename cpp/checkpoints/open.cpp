#include "checkpoints/open.h"

#include "base/error.h"
#include "checkpoints/safetensors.h"

namespace img2prompt {
namespace {

struct Layout {
  bool (*matches)(ByteSpan bytes);
  std::shared_ptr<const Checkpoint> (*read)(std::shared_ptr<const MappedFile> file);
};
constexpr Layout kLayouts[] = {{looks_like_safetensors, read_safetensors}};

// What a file that is refused seems to be, by how it begins; for the message.
struct Sign {
  std::string_view prefix;
  const char* what;
};
constexpr Sign kSigns[] = {
    {std::string_view("PK\x03\x04", 4), "a zip archive, as torch.save writes it"},
    {std::string_view("\x80", 1), "a pickle, as old torch.save wrote it"},
    {std::string_view("version https://git-lfs"), "a Git LFS pointer without the weights"},
    {std::string_view("<"), "a web page"},
    {std::string_view("{"), "JSON text"},
};

const char* guess(ByteSpan bytes) {
  if (bytes.empty()) return "an empty file";
  for (const Sign& sign : kSigns)
    if (bytes.starts_with(sign.prefix)) return sign.what;
  return "bytes of an unknown layout";
}

std::shared_ptr<const MappedFile> map(const std::string& path) {
  try {
    return MappedFile::open(path);
  } catch (const Error& error) {
    throw CheckpointError(error.what());
  }
}

}  // namespace

std::shared_ptr<const Checkpoint> open_checkpoint(const std::string& path) {
  std::shared_ptr<const MappedFile> file = map(path);
  for (const Layout& layout : kLayouts)
    if (layout.matches(file->bytes())) return layout.read(file);
  throw_error<CheckpointError>(
      "{}: {}, not a safetensors file; use the model's .safetensors weights or convert them to it",
      path, guess(file->bytes()));
}

}  // namespace img2prompt
