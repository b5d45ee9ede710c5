"""img2prompt gets the prompt back from an image.

First by reading what the generator wrote into the file, else by looking at the picture: a BLIP
caption and CLIP-ranked phrases, computed by a C++ core on libtorch.
"""

from ._compatibility import load_core

load_core()

from .captioner import Captioner  # noqa: E402
from .clip import Clip  # noqa: E402
from .errors import (  # noqa: E402
    Cancelled,
    CheckpointError,
    DecodeError,
    Error,
    InvalidArgument,
    MetadataError,
    ModelError,
    OutOfDeviceMemory,
)
from .images import load_image, resize  # noqa: E402
from .interrogator import Interrogation, Interrogator, modes  # noqa: E402
from .memory import DeviceBudget, HeldMemory  # noqa: E402
from .metadata import (  # noqa: E402
    Metadata,
    format_infotext,
    parse_infotext,
    read_metadata,
    read_metadata_many,
)
from .metadata_edit import strip_metadata, write_metadata  # noqa: E402
from .native import NativeOptions  # noqa: E402
from .tagger import Tagger  # noqa: E402

__version__ = "0.1.0"

__all__ = [
    "Cancelled",
    "Captioner",
    "CheckpointError",
    "Clip",
    "DecodeError",
    "DeviceBudget",
    "Error",
    "HeldMemory",
    "Interrogation",
    "Interrogator",
    "InvalidArgument",
    "Metadata",
    "MetadataError",
    "ModelError",
    "NativeOptions",
    "OutOfDeviceMemory",
    "Tagger",
    "format_infotext",
    "load_image",
    "modes",
    "parse_infotext",
    "read_metadata",
    "read_metadata_many",
    "resize",
    "strip_metadata",
    "write_metadata",
]
