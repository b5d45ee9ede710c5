#include "checkpoints/torch_zip.h"

#include "base/error.h"
#include "checkpoints/state_dict.h"
#include "checkpoints/torchscript.h"
#include "checkpoints/zip.h"

namespace img2prompt {
namespace {

constexpr std::string_view kPickleName = "/data.pkl";

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// The folder that everything in the archive lies in, with its slash.
std::string find_folder(const ZipArchive& archive, const std::string& path) {
  std::string folder;
  bool old_torchscript = false;
  for (const ZipEntry& entry : archive.entries()) {
    size_t slash = entry.name.find('/');
    if (ends_with(entry.name, "/model.json")) old_torchscript = true;
    if (!ends_with(entry.name, kPickleName) || slash != entry.name.size() - kPickleName.size())
      continue;
    if (!folder.empty())
      throw_error<CheckpointError>("{}: an archive of two checkpoints ({} and {}); unpack it", path,
                                   name_text(folder), name_text(entry.name.substr(0, slash + 1)));
    folder = std::string(entry.name.substr(0, slash + 1));
  }
  if (folder.empty() && old_torchscript)
    throw_error<CheckpointError>(
        "{}: a TorchScript archive of torch 1.3 or older; open it with torch.jit.load and save its "
        "state_dict()",
        path);
  if (folder.empty())
    throw_error<CheckpointError>(
        "{}: a zip archive without data.pkl, not written by torch.save; if it was packed for "
        "download, unpack it and use the file inside",
        path);
  return folder;
}

bool is_torchscript(const ZipArchive& archive, const std::string& folder) {
  if (archive.has(folder + "constants.pkl")) return true;
  for (const ZipEntry& entry : archive.entries())
    if (entry.name.substr(0, folder.size() + 5) == folder + "code/") return true;
  return false;
}

}  // namespace

std::shared_ptr<const Checkpoint> read_torch_zip(std::shared_ptr<const MappedFile> file) {
  auto checkpoint = std::make_shared<Checkpoint>();
  checkpoint->path = file->path();
  const ZipArchive archive(*file);
  const std::string folder = find_folder(archive, file->path());
  if (archive.has(folder + "byteorder") && archive.stored(folder + "byteorder").text() != "little")
    throw_error<CheckpointError>(
        "{}: written on a machine of the other byte order; save it anew on a little-endian one",
        file->path());

  size_t position = 0;
  const Pickle pickle =
      Pickle::read(archive.stored(folder + "data.pkl"), position, file->path() + ": data.pkl");
  TorchTensors tensors(pickle, file->path(), [&](const TorchStorage& storage) {
    std::string name = folder + "data/" + std::string(storage.key);
    ByteSpan bytes = archive.stored(name);
    if (bytes.size() < storage.bytes())
      throw_error<CheckpointError>(
          "{}: its entry {} has {} bytes, its tensors need {}; download the file again",
          file->path(), name_text(name), bytes.size(), storage.bytes());
    return bytes.sub(0, storage.bytes());
  });
  if (is_torchscript(archive, folder))
    read_torchscript_module(pickle, tensors, *checkpoint);
  else
    read_state_dict(pickle, tensors, *checkpoint);
  checkpoint->files.push_back(std::move(file));
  return checkpoint;
}

}  // namespace img2prompt
