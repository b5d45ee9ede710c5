#include "metadata/read.h"

#include "base/mapped_file.h"
#include "base/utf8.h"
#include "metadata/dialects.h"

namespace img2prompt {

Metadata parse_metadata(ByteSpan file, const std::string& name) {
  Metadata metadata;
  metadata.raw = parse_container(file, name);
  metadata.info = recognise(metadata.raw);
  return metadata;
}

Metadata read_metadata(const std::string& path) {
  return parse_metadata(MappedFile::open(path)->bytes(), repair_utf8(path));
}

}  // namespace img2prompt
