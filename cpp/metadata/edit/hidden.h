// Records hidden in pixels, taken out of them.
#pragma once

#include <string>

namespace img2prompt::edit {

// The PNG or WebP with the lowest bits of hidden records cleared (alpha's set, so that opaque stays
// opaque) and every other bit as it was; the file itself where there are none. A WebP is encoded
// anew without loss, of a lossy one its alpha alone. Throws MetadataError, naming `name`, where the
// pixels are damaged or too many.
std::string clear_hidden_png(std::string file, const std::string& name);
std::string clear_hidden_webp(std::string file, const std::string& name);

}  // namespace img2prompt::edit
