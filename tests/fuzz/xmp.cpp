// XMP: a packet of RDF in XML, and what it tells of the picture's making.
#include "metadata/xmp.h"

#include "metadata/dialects.h"
#include "metadata/provenance.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace img2prompt;
  RawFields fields;
  read_xmp(ByteSpan(data, size), fields);
  fuzz::check_fields(fields);
  find_provenance(fields);
  fuzz::check_info(recognise(fields));
  return 0;
}
