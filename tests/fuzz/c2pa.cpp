// C2PA: JUMBF's boxes, CBOR and JSON in them, the signer's certificate.
#include "metadata/c2pa.h"

#include "metadata/cbor.h"
#include "metadata/certificate.h"
#include "metadata/provenance.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace img2prompt;
  fuzz::Parts parts(ByteSpan(data, size));
  const uint8_t kind = parts.byte() % 4;
  RawFields fields;
  Json value;
  if (kind == 0) parse_c2pa(parts.rest(), fields);
  if (kind == 1) parse_c2pa_superbox(parts.rest(), fields);
  if (kind == 2 && parse_cbor(parts.rest(), value))
    value.dump(-1, ' ', false, Json::error_handler_t::strict);
  if (kind == 3) fields.add("C2PA", "signed_by", certificate_holder(parts.rest()));
  fuzz::check_fields(fields);
  find_provenance(fields);
  return 0;
}
