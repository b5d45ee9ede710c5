"""The C++ core. Private: use the package's classes and functions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

# -- image -----------------------------------------------------------------------------------------
# source: a path, bytes, or an array uint8 [H, W, 3]
def load_image(source: Any) -> NDArray[np.uint8]: ...
def resize(
    source: Any, width: int, height: int, filter: str, threads: int = 0
) -> NDArray[np.uint8]: ...
