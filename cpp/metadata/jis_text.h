// Japanese text in JIS codes, by the system's own tables: iconv, or Windows' code pages.
#pragma once

#include <optional>
#include <string>

#include "base/byte_span.h"

namespace img2prompt {

// JIS X 0208 with escape sequences (ISO-2022-JP), or Shift_JIS without; what is ASCII or UTF-8 is
// returned as it is. None where the bytes are neither, or where the system has no
// tables for them.
std::optional<std::string> decode_jis(ByteSpan bytes);

}  // namespace img2prompt
