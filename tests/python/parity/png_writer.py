"""Writes PNG files of every colour type, depth, interlacing and transparency, chunk by chunk."""

from __future__ import annotations

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
ADAM7 = (
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pack_rows(samples: np.ndarray, depth: int, rng: np.random.Generator) -> bytes:
    """samples [h, w, channels] to rows, each with a filter chosen by chance."""
    channels = samples.shape[2]
    step = max(1, channels * depth // 8)
    out, above = [], None
    for row in samples:
        if depth == 16:
            line = row.astype(">u2").tobytes()
        elif depth == 8:
            line = row.astype(np.uint8).tobytes()
        else:
            bits = (row.reshape(-1, 1) >> np.arange(depth - 1, -1, -1)) & 1
            line = np.packbits(bits.astype(np.uint8).reshape(-1)).tobytes()
        current = np.frombuffer(line, np.uint8).astype(np.int64)
        up = np.zeros_like(current) if above is None else above
        left = np.concatenate([np.zeros(step, np.int64), current])[: len(current)]
        filtered = {0: current, 1: current - left, 2: current - up, 3: current - (left + up) // 2}
        kind = int(rng.integers(4))
        out.append(bytes([kind]) + (filtered[kind] % 256).astype(np.uint8).tobytes())
        above = current
    return b"".join(out)


def write_png(
    samples: np.ndarray,
    color_type: int,
    depth: int,
    *,
    interlaced: bool = False,
    palette: bytes = b"",
    transparency: bytes = b"",
    chunks: bytes = b"",
    seed: int = 0,
) -> bytes:
    """samples: [h, w, channels] integers below 2^depth."""
    height, width, _ = samples.shape
    rng = np.random.default_rng(seed)
    raw = b""
    if interlaced:
        for x, y, dx, dy in ADAM7:
            part = samples[y::dy, x::dx]
            if part.size:
                raw += pack_rows(part, depth, rng)
    else:
        raw = pack_rows(samples, depth, rng)
    header = struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    data = zlib.compress(raw)
    cut = len(data) // 2
    return b"".join(
        [
            SIGNATURE,
            chunk(b"IHDR", header),
            chunks,
            chunk(b"PLTE", palette) if palette else b"",
            chunk(b"tRNS", transparency) if transparency else b"",
            chunk(b"IDAT", data[:cut]),
            chunk(b"IDAT", data[cut:]),
            chunk(b"IEND", b""),
        ]
    )
