"""Writes baseline JPEGs of random coefficients with any sampling factors, scans and restarts."""

from __future__ import annotations

import struct

import numpy as np

SIZES = range(1, 8)  # bits of a coefficient
SYMBOLS = [0, 0xF0, *(run << 4 | size for run in range(16) for size in SIZES)]
DC_SYMBOLS = list(range(12))


def ceil_div(a: int, b: int) -> int:
    return -(-a // b)


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def huffman_table(kind: int, symbols: list[int]) -> bytes:
    """Every code has 8 bits and is its symbol's index."""
    counts = [0] * 16
    counts[7] = len(symbols)
    return segment(0xC4, bytes([kind, *counts, *symbols]))


class BitWriter:
    def __init__(self) -> None:
        self.bits: list[str] = []

    def put(self, value: int, width: int) -> None:
        if width:
            self.bits.append(format(value, f"0{width}b"))

    def put_signed(self, value: int, width: int) -> None:
        self.put(value if value > 0 else value + (1 << width) - 1, width)

    def take(self) -> bytes:
        text = "".join(self.bits)
        text += "1" * (-len(text) % 8)
        self.bits = []
        data = bytes(int(text[i : i + 8], 2) for i in range(0, len(text), 8))
        return data.replace(b"\xff", b"\xff\0")


def put_block(out: BitWriter, rng: np.random.Generator, previous: int) -> int:
    """A block of a few coefficients; returns its mean's coefficient."""
    dc = int(rng.integers(-300, 300))
    difference = dc - previous
    size = abs(difference).bit_length()
    out.put(DC_SYMBOLS.index(size), 8)
    out.put_signed(difference, size)
    k = 1
    for _ in range(rng.integers(0, 9)):
        zeros = int(rng.integers(0, 16))
        if k + zeros > 63:
            break
        value = int(rng.integers(1, 100)) * int(rng.choice([-1, 1]))
        size = abs(value).bit_length()
        out.put(SYMBOLS.index(zeros << 4 | size), 8)
        out.put_signed(value, size)
        k += zeros + 1
    if k < 64:
        out.put(SYMBOLS.index(0), 8)
    return dc


def write_jpeg(
    width: int,
    height: int,
    factors: list[tuple[int, int]],
    *,
    interleaved: bool = True,
    restart: int = 0,
    wide_tables: bool = False,
    seed: int = 0,
) -> bytes:
    """factors: (h, v) of each component. Scans hold all components, or one each."""
    rng = np.random.default_rng(seed)
    h_max, v_max = max(h for h, _ in factors), max(v for _, v in factors)
    quant = rng.integers(1, 6, 64)
    table = quant.astype(">u2").tobytes() if wide_tables else quant.astype(np.uint8).tobytes()
    frame = struct.pack(">BHHB", 8, height, width, len(factors))
    for i, (h, v) in enumerate(factors):
        frame += bytes([i + 1, h << 4 | v, 0])
    parts = [
        b"\xff\xd8",
        segment(0xDB, bytes([0x10 if wide_tables else 0]) + table),
        segment(0xC0, frame),
        huffman_table(0, DC_SYMBOLS),
        huffman_table(0x10, SYMBOLS),
        segment(0xDD, struct.pack(">H", restart)) if restart else b"",
    ]
    scans = [list(range(len(factors)))] if interleaved else [[i] for i in range(len(factors))]
    for scan in scans:
        header = bytes([len(scan)]) + b"".join(bytes([i + 1, 0]) for i in scan) + b"\0\x3f\0"
        parts.append(segment(0xDA, header))
        if len(scan) == 1:
            h, v = factors[scan[0]]
            columns, rows = ceil_div(width * h, h_max), ceil_div(height * v, v_max)
            units = ceil_div(columns, 8) * ceil_div(rows, 8)
            blocks = {scan[0]: 1}
        else:
            units = ceil_div(width, 8 * h_max) * ceil_div(height, 8 * v_max)
            blocks = {i: factors[i][0] * factors[i][1] for i in scan}
        out, previous = BitWriter(), dict.fromkeys(scan, 0)
        for unit in range(units):
            if restart and unit and unit % restart == 0:
                parts.append(out.take() + bytes([0xFF, 0xD0 + (unit // restart - 1) % 8]))
                previous = dict.fromkeys(scan, 0)
            for i in scan:
                for _ in range(blocks[i]):
                    previous[i] = put_block(out, rng, previous[i])
        parts.append(out.take())
    return b"".join(parts) + b"\xff\xd9"
