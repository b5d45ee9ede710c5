// XMP: a packet of RDF in XML. Reference: ISO 16684-1 (Adobe's XMP part 1), section 7.
#pragma once

#include <string_view>

#include "base/byte_span.h"
#include "metadata/container.h"

namespace img2prompt {

// Adds the packet as it stands (source "XMP", key "packet") and then its properties.
void read_xmp(ByteSpan packet, RawFields& out);

// Adds the text properties of every rdf:Description, in order: source "XMP", the key with the usual
// prefix of its namespace ("exif:UserComment", "dc:description", ...), else the packet's own. Of
// alternatives the first is taken, lists are joined by ", "; structures are left out. `packet` is
// UTF-8. A document type is refused, so that no entity beyond XML's own five is ever expanded.
void parse_xmp(std::string_view packet, RawFields& out);

}  // namespace img2prompt
