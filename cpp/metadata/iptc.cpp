#include "metadata/iptc.h"

#include "base/byte_reader.h"
#include "metadata/text_encoding.h"

namespace img2prompt {
namespace {

constexpr uint8_t kDatasetMark = 0x1C, kApplicationRecord = 2;
constexpr uint16_t kIptcResource = 0x0404;

struct DatasetName {
  uint8_t number;
  const char* name;
};

constexpr DatasetName kDatasets[] = {
    {5, "ObjectName"},
    {25, "Keywords"},
    {40, "SpecialInstructions"},
    {55, "DateCreated"},
    {60, "TimeCreated"},
    {65, "OriginatingProgram"},
    {70, "ProgramVersion"},
    {80, "By-line"},
    {85, "By-lineTitle"},
    {90, "City"},
    {95, "Province-State"},
    {101, "Country-PrimaryLocationName"},
    {105, "Headline"},
    {110, "Credit"},
    {115, "Source"},
    {116, "CopyrightNotice"},
    {120, "Caption-Abstract"},
    {122, "Writer-Editor"},
};

const char* dataset_name(uint8_t number) {
  for (const DatasetName& known : kDatasets)
    if (known.number == number) return known.name;
  return nullptr;
}

}  // namespace

void parse_iptc(ByteSpan datasets, RawFields& out) {
  ByteReader reader(datasets);
  while (reader.remaining() >= 5 && reader.u8() == kDatasetMark) {
    uint8_t record = reader.u8(), number = reader.u8();
    size_t size = reader.u16_be();
    if (size & 0x8000) {  // the size's size
      size_t width = size & 0x7FFF;
      if (width > sizeof(uint32_t)) break;
      for (size = 0; width > 0; --width) size = size << 8 | reader.u8();
    }
    if (size > reader.remaining()) {
      out.warn("IPTC: it ends inside a dataset; the rest was not read");
      return;
    }
    ByteSpan value = without_trailing_nuls(reader.take(size));
    const char* name = record == kApplicationRecord ? dataset_name(number) : nullptr;
    if (name && !value.empty() && out.claim(value.size(), name))
      out.add("IPTC", name, decode_utf8_or_latin1(value));
  }
}

void parse_photoshop(ByteSpan resources, RawFields& out) {
  ByteReader reader(resources);
  while (reader.remaining() >= 12 && reader.take(4).text() == "8BIM") {
    uint16_t id = reader.u16_be();
    size_t name_bytes = reader.u8();
    reader.skip(name_bytes + (name_bytes % 2 == 0));  // padded to an even size with its length
    size_t size = reader.u32_be();
    if (reader.failed() || size > reader.remaining()) {
      out.warn("Photoshop's resources end inside one; the rest was not read");
      return;
    }
    ByteSpan data = reader.take(size);
    if (id == kIptcResource) parse_iptc(data, out);
    if (size % 2 == 1 && reader.remaining() > 0) reader.skip(1);
  }
}

}  // namespace img2prompt
