"""Small picture files with records put where generators put them, byte for byte."""

from __future__ import annotations

import gzip
import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

USER_COMMENT, MAKER_NOTE, MAKE, MODEL, SOFTWARE = 0x9286, 0x927C, 0x010F, 0x0110, 0x0131
TEXT, UNDEFINED = 2, 7  # EXIF's types
Tag = tuple[int, int, bytes]


def saved(kind: str = "PNG", channels: int = 3, **options: object) -> bytes:
    """Noise of 8 x 8 pixels as Pillow saves it."""
    pixels = np.random.RandomState(0).randint(0, 256, (8, 8, channels), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def damaged(chunk_bytes: bytes) -> bytes:
    """The chunk with another checksum."""
    return chunk_bytes[:-1] + bytes([chunk_bytes[-1] ^ 1])


def text(key: str, value: str, encoding: str = "latin-1") -> bytes:
    return chunk(b"tEXt", key.encode() + b"\0" + value.encode(encoding))


def ztxt(key: str, value: str, encoding: str = "latin-1") -> bytes:
    return chunk(b"zTXt", key.encode() + b"\0\0" + zlib.compress(value.encode(encoding)))


def itxt(key: str, value: str, compressed: bool = False) -> bytes:
    data = zlib.compress(value.encode()) if compressed else value.encode()
    return chunk(b"iTXt", key.encode() + (b"\0\1" if compressed else b"\0\0") + b"\0\0\0" + data)


def png(before: bytes = b"", after: bytes = b"") -> bytes:
    """A PNG with these chunks before and after its pixels."""
    base = saved()
    pixels, end = base.index(b"IDAT") - 4, base.index(b"IEND") - 4
    return base[:pixels] + before + base[pixels:end] + after + base[end:]


def texts(pairs: dict[str, str]) -> bytes:
    """A PNG with a tEXt for each pair."""
    return png(b"".join(text(key, value) for key, value in pairs.items()))


def tiff(first: list[Tag], exif: list[Tag] | None = None, order: str = ">") -> bytes:
    """EXIF with tags in the picture's directory and, where given, in Exif's own."""

    def directory(tags: list[Tag], offset: int, exif_at: int | None) -> bytes:
        if exif_at is not None:
            tags = [*tags, (0x8769, 4, struct.pack(order + "I", exif_at))]
        values_at = offset + 2 + 12 * len(tags) + 4
        entries, values = b"", b""
        for tag, kind, value in sorted(tags):
            entries += struct.pack(order + "HHI", tag, kind, 1 if kind == 4 else len(value))
            if len(value) <= 4:
                entries += value.ljust(4, b"\0")
            else:
                entries += struct.pack(order + "I", values_at + len(values))
                values += value + b"\0" * (len(value) % 2)
        return struct.pack(order + "H", len(tags)) + entries + b"\0\0\0\0" + values

    header = (b"MM" if order == ">" else b"II") + struct.pack(order + "HI", 42, 8)
    if exif is None:
        return header + directory(first, 8, None)
    exif_at = 8 + len(directory(first, 8, 0))
    return header + directory(first, 8, exif_at) + directory(exif, exif_at, None)


def comment(value: str, encoding: str = "utf-16-be", order: str = ">") -> bytes:
    """EXIF with a UserComment marked as UNICODE."""
    return tiff([], [(USER_COMMENT, UNDEFINED, b"UNICODE\0" + value.encode(encoding))], order)


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def jpeg(exif: bytes | None = None, segments: bytes = b"") -> bytes:
    base = saved("JPEG")
    if exif is not None:
        segments = segment(0xE1, b"Exif\0\0" + exif) + segments
    return base[:2] + segments + base[2:]


def webp(exif: bytes) -> bytes:
    return saved("WEBP", exif=exif)


def gif(comment_bytes: bytes) -> bytes:
    out = io.BytesIO()
    Image.new("P", (8, 8)).save(out, "GIF", comment=comment_bytes)
    return out.getvalue()


def hide(pixels: NDArray[np.uint8], value: str, kind: str, appended: bytes = b"") -> NDArray:
    """A copy of [height, width, channels] with the text in its lowest bits, column by column.

    `kind` is the record's signature: those of alpha, or of the colours where it says rgb.
    """
    payload = gzip.compress(value.encode()) if kind.endswith("comp") else value.encode()
    record = kind.encode() + struct.pack(">I", len(payload) * 8) + payload + appended
    bits = np.unpackbits(np.frombuffer(record, np.uint8))
    columns = pixels.transpose(1, 0, 2).copy()
    carrier = columns[:, :, :3] if "rgb" in kind else columns[:, :, 3:]
    lowest = carrier.reshape(-1)
    lowest[: len(bits)] = lowest[: len(bits)] & 0xFE | bits
    carrier[:] = lowest.reshape(carrier.shape)
    return np.ascontiguousarray(columns.transpose(1, 0, 2))


def hidden(value: str, kind: str, container: str = "PNG", appended: bytes = b"") -> bytes:
    """Noise of 96 x 160 pixels, opaque where it has alpha, with the text hidden in it."""
    pixels = np.random.RandomState(1).randint(0, 256, (160, 96, 4), dtype=np.uint8)
    pixels[:, :, 3] = 255
    pixels = hide(pixels[:, :, :3] if "rgb" in kind else pixels, value, kind, appended)
    out = io.BytesIO()
    options = {"lossless": True, "exact": True} if container == "WEBP" else {}
    Image.fromarray(pixels).save(out, container, **options)
    return out.getvalue()
