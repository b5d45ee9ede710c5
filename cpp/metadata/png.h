// PNG's chunks, read by hand: libpng refuses a whole file for one wrong checksum, and its text
// chunks have a history of memory errors. Reference: PNG specification, third edition, sections 5
// and 11.3.
#pragma once

#include "base/file_window.h"
#include "metadata/container.h"

namespace img2prompt {

// Adds the text of tEXt, zTXt, iTXt and eXIf chunks, also of those after the pixels; chunks of
// other types are stepped over without their bytes being touched. `file` begins with PNG's
// signature.
void walk_png(FileWindow& file, RawFields& out);

}  // namespace img2prompt
