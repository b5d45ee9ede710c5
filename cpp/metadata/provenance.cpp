#include "metadata/provenance.h"

#include <algorithm>
#include <string_view>

#include "metadata/limits.h"

namespace img2prompt {
namespace {

// IPTC's NewsCodes, digital source type: http://cv.iptc.org/newscodes/digitalsourcetype/
bool is_ai(std::string_view type) {
  return type == "trainedAlgorithmicMedia" || type == "compositeWithTrainedAlgorithmicMedia";
}

std::string_view last_part(std::string_view uri) { return uri.substr(uri.rfind('/') + 1); }

void add_once(std::vector<std::string>& list, const std::string& value) {
  if (list.size() < kMaxClaims && std::find(list.begin(), list.end(), value) == list.end())
    list.push_back(value);
}

void add_source_type(Provenance& out, std::string_view type) {
  type = last_part(type);
  if (!out.ai_generated.value_or(false)) out.digital_source_type = type;
  out.ai_generated = out.ai_generated.value_or(false) || is_ai(type);
}

}  // namespace

std::optional<Provenance> find_provenance(const RawFields& fields) {
  Provenance out;
  for (const RawField& field : fields.fields) {
    if (field.source == "XMP" && field.key == "Iptc4xmpExt:DigitalSourceType") {
      if (out.source.empty()) out.source = "XMP";
      add_source_type(out, field.value);
      continue;
    }
    if (field.source != "C2PA") continue;
    out.source = "C2PA";
    if (field.key == "claim_generator")
      out.claim_generator = field.value;
    else if (field.key == "title")
      out.title = field.value;
    else if (field.key == "signed_by")
      out.signed_by = field.value;
    else if (field.key == "action")
      add_once(out.actions, field.value);
    else if (field.key == "softwareAgent")
      add_once(out.software_agents, field.value);
    else if (field.key == "digitalSourceType")
      add_source_type(out, field.value);
  }
  if (out.source.empty()) return std::nullopt;
  return out;
}

}  // namespace img2prompt
