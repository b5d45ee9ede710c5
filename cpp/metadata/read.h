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

// Whether a record is looked for in the pixels of PNG and WebP (stealth.h).
enum class HiddenSearch {
  kAuto,    // where no other record is recognised
  kAlways,  // a record that is not hidden still goes first
  kNever,   // no pixel is decoded
};

struct ReadOptions {
  HiddenSearch hidden = HiddenSearch::kAuto;
};

// No metadata is a value: an empty info. Throws MetadataError, naming `name`, where the bytes are
// no picture that is known here.
Metadata parse_metadata(ByteSpan bytes, const std::string& name, const ReadOptions& options = {});

// The same of a file; throws Error where it cannot be opened.
Metadata read_metadata(const std::string& path, const ReadOptions& options = {});

}  // namespace img2prompt
