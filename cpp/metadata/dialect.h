// One way in which generators write their record into the text fields of a file.
#pragma once

#include "metadata/container.h"
#include "metadata/generation_info.h"

namespace img2prompt {

struct Dialect {
  const char* name;                   // what Metadata's `generator` says
  bool (*matches)(const RawFields&);  // cheap; looks at keys before it parses values
  GenerationInfo (*parse)(
      const RawFields&);  // called only where matches() held; never throws Error
};

}  // namespace img2prompt
