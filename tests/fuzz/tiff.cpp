// TIFF, and EXIF as other containers hold it: read, and with a comment put in.
#include "base/error.h"
#include "metadata/edit/exif.h"
#include "metadata/exif.h"
#include "metadata/iptc.h"
#include "target.h"

namespace {

using namespace img2prompt;

void check_comment(ByteSpan block) {
  const std::string text = "a cat, \u732B";
  const std::string changed = edit::exif_with_comment(block, text);
  RawFields fields;
  parse_exif(ByteSpan(changed), fields);
  const std::string* comment = fields.find("EXIF", "UserComment");
  FUZZ_REQUIRE(comment && *comment == text);
  FUZZ_REQUIRE(edit::exif_orientation(ByteSpan(changed)) == edit::exif_orientation(block));
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Parts parts(ByteSpan(data, size));
  const uint8_t kind = parts.byte() % 5;
  RawFields fields;
  if (kind == 0) fuzz::check_picture(parts.rest());
  if (kind == 1) parse_exif(parts.rest(), fields);
  if (kind == 2) parse_exif_item(parts.rest(), fields);
  if (kind == 3) parse_photoshop(parts.rest(), fields);
  if (kind == 4) check_comment(parts.rest());
  fuzz::check_fields(fields);
  return 0;
}
