// The holder's name in an X.509 certificate; nothing in it is verified. Reference: RFC 5280,
// sections 4.1 and 4.1.2.4; ITU-T X.690 for DER.
#pragma once

#include <string>

#include "base/byte_span.h"

namespace img2prompt {

// The subject's organisation, else its common name; empty where there is neither. UTF-8.
std::string certificate_holder(ByteSpan certificate);

}  // namespace img2prompt
