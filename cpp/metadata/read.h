// The whole way from a picture file to what its generator wrote into it.
#pragma once

#include <optional>
#include <string>

#include "base/byte_span.h"
#include "metadata/container.h"
#include "metadata/generation_info.h"
#include "metadata/provenance.h"

namespace img2prompt {

struct Metadata {
  RawFields raw;
  GenerationInfo info;
  std::optional<Provenance> provenance;  // what the file claims, not verified
};

// No metadata is a value: an empty info. Throws MetadataError, naming `name`, where the bytes are
// no picture that is known here.
Metadata parse_metadata(ByteSpan bytes, const std::string& name);

// The same of a file; throws Error where it cannot be opened.
Metadata read_metadata(const std::string& path);

}  // namespace img2prompt
