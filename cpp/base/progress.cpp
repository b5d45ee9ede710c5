#include "base/progress.h"

#include "base/error.h"

namespace img2prompt {

void Progress::check() const {
  if (is_cancelled && is_cancelled()) throw Cancelled("cancelled");
}

}  // namespace img2prompt
