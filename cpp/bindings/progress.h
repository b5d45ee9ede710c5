// Python's progress and cancel callables as the core's Progress.
#pragma once

#include <pybind11/pybind11.h>

#include "base/progress.h"

namespace img2prompt {

// progress: None or callable(stage: str, done: int, total: int). cancel: None or callable() ->
// bool. found: None or callable(prompt: str, similarity: float). They are called with the GIL
// taken, from the thread that runs the work, which has released it. A pending Ctrl-C is seen as a
// cancellation. Keep the result inside the call that made it.
Progress progress_from_python(pybind11::object progress, pybind11::object cancel,
                              pybind11::object found = pybind11::none());

// For short work without callbacks: Ctrl-C alone stops it.
Progress signals_only();

}  // namespace img2prompt
