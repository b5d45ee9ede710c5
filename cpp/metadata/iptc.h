// IPTC's captions, which Photoshop keeps among its resources. Reference: IPTC-NAA Information
// Interchange Model 4.2, chapters 1 and 2; Adobe's Photoshop file format for image resource blocks.
#pragma once

#include "base/byte_span.h"
#include "metadata/container.h"

namespace img2prompt {

// Adds the named text datasets of the application record: source "IPTC", keys as in
// "Caption-Abstract", "By-line", "Keywords"; repeated ones each for itself.
void parse_iptc(ByteSpan datasets, RawFields& out);

// The same, of the block of IPTC's datasets among Photoshop's image resources.
void parse_photoshop(ByteSpan resources, RawFields& out);

}  // namespace img2prompt
