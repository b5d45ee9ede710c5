#include "metadata/read.h"

#include "base/file_window.h"
#include "base/utf8.h"
#include "metadata/dialects.h"

namespace img2prompt {

namespace {

Metadata parse_metadata(FileWindow& file, const std::string& name) {
  Metadata metadata;
  metadata.raw = parse_container(file, name);
  metadata.info = recognise(metadata.raw);
  for (std::string& line : metadata.info.warnings) metadata.raw.warn(std::move(line));
  metadata.info.warnings.clear();
  metadata.provenance = find_provenance(metadata.raw);
  return metadata;
}

}  // namespace

Metadata parse_metadata(ByteSpan bytes, const std::string& name) {
  FileWindow file(bytes);
  return parse_metadata(file, name);
}

Metadata read_metadata(const std::string& path) {
  FileWindow file(path);
  return parse_metadata(file, repair_utf8(path));
}

}  // namespace img2prompt
