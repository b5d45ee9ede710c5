"""The errors that img2prompt raises. The C++ core raises these same classes."""


class Error(Exception):
    """Root of every error of this package. The message is one line: what, where, what to do."""


class InvalidArgument(Error, ValueError):
    """A value that the caller passed is not accepted; the message names what is."""


class DecodeError(Error):
    """Bytes that are not the picture they claim to be, or exceed the limits."""


class MetadataError(Error):
    """A file whose structure cannot be walked at all."""


class CheckpointError(Error):
    """A weights file that is damaged, hostile, or of an unknown layout."""


class ModelError(Error):
    """Weights, card and architecture that do not agree, or weights that are not there."""


class OutOfDeviceMemory(Error):
    """The device's memory was exhausted even after a retry with smaller pieces."""


class Cancelled(Error):
    """Stopped by cancel(), Ctrl-C or the host's Interrupt; the engine stays usable."""


def one_line(error: BaseException) -> str:
    """The error's message, its first line only; its class where it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
