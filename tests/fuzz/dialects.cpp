// The other generators' records: fields of a file, each as source, key and value behind their
// lengths.
#include "metadata/dialects.h"

#include "base/utf8.h"
#include "metadata/provenance.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace img2prompt;
  fuzz::Parts parts(ByteSpan(data, size));
  RawFields fields;
  while (!parts.rest().empty() && fields.fields.size() < 32) {
    std::string source = repair_utf8(parts.part().text()), key = repair_utf8(parts.part().text());
    fields.add(source, key, repair_utf8(parts.part().text()));
  }
  fuzz::check_info(recognise(fields));
  find_provenance(fields);
  return 0;
}
