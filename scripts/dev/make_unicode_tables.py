"""Writes cpp/base/unicode_tables.h: character classes and lower case, as ranges.

Letters and numbers (general categories L and N) come from the `regex` package, whose \\p{L} and
\\p{N} cut CLIP's words; lower case and white space come from this interpreter's own str methods.
The header names the versions of both. Run it again only to follow a newer Unicode:

    python scripts/dev/make_unicode_tables.py
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import regex

TARGET = Path(__file__).resolve().parents[2] / "cpp/base/unicode_tables.h"
CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
SIGMA = "\u03a3"


def matching(pattern: str) -> list[int]:
    match = regex.compile(pattern).match
    return [c for c in CODE_POINTS if match(chr(c))]


def ranges(code_points: Iterable[int]) -> list[tuple[int, int]]:
    """Runs of neighbours as (first, last)."""
    runs: list[list[int]] = []
    for c in code_points:
        if runs and runs[-1][1] == c - 1:
            runs[-1][1] = c
        else:
            runs.append([c, c])
    return [(first, last) for first, last in runs]


def lower_runs() -> tuple[list[tuple[int, int, int, int]], list[int]]:
    """Single lower case mappings as (first, last, stride, delta), and what maps to several."""
    runs: list[list[int]] = []
    several = []
    for c in CODE_POINTS:
        lower = chr(c).lower()
        if len(lower) > 1:
            several.append(c)
            continue
        delta = ord(lower) - c
        if delta == 0:
            continue
        if runs and runs[-1][3] == delta:
            first, last, stride, _ = runs[-1]
            step = c - last
            if step <= 2 and (first == last or step == stride):
                runs[-1][1:3] = [c, step]
                continue
        runs.append([c, c, 1, delta])
    return [(first, last, stride, delta) for first, last, stride, delta in runs], several


def sigma_classes() -> tuple[list[int], list[int]]:
    """Which code points make a following capital sigma final, and which are looked through.

    Python exposes neither Cased nor Case_Ignorable; str.lower() shows them: a sigma at the end of
    a word becomes final where a cased letter stands before it, ignorable ones skipped.
    """
    cased, ignorable = [], []
    for c in CODE_POINTS:
        after_letter = ("a" + chr(c) + SIGMA).lower()[-1] == "\u03c2"
        after_digit = ("1" + chr(c) + SIGMA).lower()[-1] == "\u03c2"
        if after_digit:
            cased.append(c)
        elif after_letter:
            ignorable.append(c)
    return cased, ignorable


def table(kind: str, name: str, comment: str, rows: list[tuple[int, ...]]) -> str:
    lines, line = [], "   "
    for row in rows:
        *code_points, last = row
        cells = [f"0x{v:X}" for v in code_points[:2]] + [str(v) for v in code_points[2:]]
        cells.append(str(last) if len(row) > 2 else f"0x{last:X}")
        cell = " {" + ",".join(cells) + "},"
        if len(line) + len(cell) > 100:
            lines.append(line)
            line = "   "
        line += cell
    lines.append(line)
    return f"// {comment}\nconstexpr {kind} {name}[] = {{\n" + "\n".join(lines) + "\n};\n"


def main() -> None:
    runs, several = lower_runs()
    if several != [0x130]:
        sys.exit(f"unicode.cpp knows one letter with a longer lower case, not {several}")
    words = {c for c in CODE_POINTS if chr(c).isalnum()}
    letters, numbers, decimals = (matching(rf"\p{{{name}}}") for name in ("L", "N", "Nd"))
    if not words <= set(letters) | set(numbers):
        sys.exit("str.isalnum() holds for more than letters and numbers; is_word() must follow")
    cased, ignorable = sigma_classes()
    TARGET.write_text(
        "// Made by scripts/dev/make_unicode_tables.py; do not edit. Letters and numbers as in\n"
        f"// regex {regex.__version__}, the rest as in Python {sys.version.split()[0]}"
        f" (Unicode {unicodedata.unidata_version}).\n"
        "// clang-format off\n"
        "#pragma once\n\n#include <cstdint>\n\nnamespace img2prompt {\n\n"
        "struct CodePointRange {\n  uint32_t first, last;  // both inside\n};\n\n"
        "struct LowerRun {\n  uint32_t first, last, stride;\n"
        "  int32_t delta;  // what to add to each stride-th code point of first..last\n};\n\n"
        + "\n".join(
            [
                table("CodePointRange", "kLetters", "General category L.", ranges(letters)),
                table("CodePointRange", "kNumbers", "General category N.", ranges(numbers)),
                table("CodePointRange", "kDecimals", "General category Nd.", ranges(decimals)),
                table("CodePointRange", "kCased", "Makes a following sigma final.", ranges(cased)),
                table(
                    "CodePointRange",
                    "kCaseIgnorable",
                    "Looked through when a sigma's place in its word is judged.",
                    ranges(ignorable),
                ),
                table("LowerRun", "kLower", "Lower case of one code point.", runs),
            ]
        )
        + "\n}  // namespace img2prompt\n"
    )


if __name__ == "__main__":
    main()
