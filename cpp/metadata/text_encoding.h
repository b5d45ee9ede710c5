// Bytes of unknown encoding to UTF-8. Nothing here fails: what cannot be read becomes U+FFFD.
#pragma once

#include <string>

#include "base/byte_span.h"

namespace img2prompt {

// UTF-8 where the bytes are well-formed UTF-8, else Latin-1. PNG's tEXt is Latin-1 by its standard,
// yet stable-diffusion.cpp and others write UTF-8 there.
std::string decode_utf8_or_latin1(ByteSpan bytes);

// UTF-16 of unknown byte order: a byte order mark decides, else the order in which more of the
// units are likely text (zero bytes beside ASCII, but also whole pages of Chinese, where no byte is
// zero). A tie is big-endian, which piexif, and so the WebUI, always writes.
std::string decode_utf16_either_way(ByteSpan bytes);

// EXIF's UserComment: an 8-byte character code, then text. "UNICODE" is UTF-16 either way (or
// UTF-8, as some write); "ASCII" may hold UTF-8; "JIS" is decode_jis()'s; anything else is text
// without a code. Trailing NULs are dropped.
std::string decode_user_comment(ByteSpan bytes);

// Trailing NUL characters removed.
ByteSpan without_trailing_nuls(ByteSpan bytes);

}  // namespace img2prompt
