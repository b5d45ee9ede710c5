// The compiled module: registrations only, one line for each file of this folder.
#include <pybind11/pybind11.h>

#include "bindings/captioner.h"
#include "bindings/checkpoints.h"
#include "bindings/clip.h"
#include "bindings/errors.h"
#include "bindings/image.h"
#include "bindings/interrogator.h"
#include "bindings/logging.h"
#include "bindings/metadata.h"
#include "bindings/residency.h"
#include "bindings/tagger.h"
#include "bindings/tokenizers.h"

PYBIND11_MODULE(_core, m) {
  using namespace img2prompt;
  m.doc() = "The C++ core of img2prompt.";
  m.attr("__version__") = I2P_VERSION;
  register_errors(m);
  register_residency(m);
  register_captioner(m);
  register_checkpoints(m);
  register_clip(m);
  register_image(m);
  register_interrogator(m);
  register_logging(m);
  register_metadata(m);
  register_tagger(m);
  register_tokenizers(m);
}
