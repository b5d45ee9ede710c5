// C2PA manifests: who says how a picture came about. Their signatures are not verified. Reference:
// C2PA technical specification 2.1, sections 8, 10, 11 and 18.15; ISO/IEC 19566-5 for JUMBF's
// boxes.
#pragma once

#include "base/byte_span.h"
#include "metadata/container.h"

namespace img2prompt {

// Adds what the manifests of a store (a JUMBF superbox) claim, the active one last: source "C2PA",
// keys "claim_generator", "title", "action", "softwareAgent", "digitalSourceType", "description",
// "author", and "signed_by", the organisation that the signing certificate names. Each action comes
// with the keys that it has, in their order.
void parse_c2pa(ByteSpan store, RawFields& out);

// The same of what a store's superbox holds.
void parse_c2pa_superbox(ByteSpan contents, RawFields& out);

// ISO/IEC 19566-5, annex D.2: a store in a JPEG's segments, each with the box's number, the part's
// number and the box's header. Returns what is to be appended to the parts before.
ByteSpan c2pa_part(ByteSpan segment, bool is_first);

}  // namespace img2prompt
