// CBOR of unknown origin, with bounds on nesting and on the number of values. Reference: RFC 8949.
#pragma once

#include "base/byte_span.h"
#include "base/json.h"
#include "metadata/limits.h"

namespace img2prompt {

struct CborLimits {
  int max_depth = kMaxCborDepth;
  size_t max_values = kMaxCborValues;
};

// One data item at the beginning of the bytes. Byte strings become Json's binary values, tags are
// dropped, keys that are integers become decimal text, other keys that are no text are refused. A
// key that comes twice stands there twice. Text is repaired UTF-8. False where the bytes are
// damaged, cut or beyond the limits.
bool parse_cbor(ByteSpan bytes, Json& out, const CborLimits& limits = {});

}  // namespace img2prompt
