// What a file says about how its picture came about, as far as it says so at all.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metadata/container.h"

namespace img2prompt {

// Claims, none of them verified. Empty texts: not said.
struct Provenance {
  std::string source;               // "C2PA", or "XMP" (IPTC's digital source type there)
  std::string claim_generator;      // the program that wrote the claim, with its version
  std::string title, signed_by;     // signed_by: the organisation of the certificate
  std::string digital_source_type;  // IPTC's term: "trainedAlgorithmicMedia", "digitalCapture", ...
  std::vector<std::string> actions, software_agents;  // each once, in the file's order
  std::optional<bool> ai_generated;                   // none: no source type is stated
};

// None where no field tells. Of several source types one that names a trained model decides, also
// where it belongs to a picture that this one was made from; otherwise the last.
std::optional<Provenance> find_provenance(const RawFields& fields);

}  // namespace img2prompt
