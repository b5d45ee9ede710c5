"""Writes the tables that the text rules of the core read, as C++ initialisers.

    cpp/base/normalization_tables.inc    canonical decompositions, combining classes (unicodedata)
    cpp/tokenizers/bert_tables.inc       general categories C, Mn and P (unicodedata)
    cpp/tokenizers/html_tables.inc       entity names and values (html.entities, W3C's list)
    cpp/tokenizers/width_tables.inc      full-width and half-width forms
    cpp/tokenizers/charset_tables.inc    8-bit character sets as ftfy reads them
    cpp/tokenizers/mojibake_tables.inc   character sets and sequences of ftfy's mojibake detector

The mojibake sets are facts of ftfy (Robyn Speer, Apache-2.0), read from its compiled patterns. Each
file names the versions that it was made from. Run again only to follow newer ones:

    python scripts/dev/make_text_tables.py
"""

from __future__ import annotations

import html
import html.entities
import re
import re._parser as patterns  # type: ignore[import-not-found]  # Python >= 3.11
import sys
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import ftfy
import ftfy.badness
import ftfy.chardata

CPP = Path(__file__).resolve().parents[2] / "cpp"
CODE_POINTS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HANGUL = range(0xAC00, 0xD7A4)
SOURCES = (
    f"Python {sys.version.split()[0]} (Unicode {unicodedata.unidata_version}), "
    f"ftfy {ftfy.__version__}"
)
WORD, SPACE, COMPLEMENT = 1, 2, 4  # must agree with mojibake_patterns.cpp


def ranges(code_points: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[list[int]] = []
    for c in sorted(set(code_points)):
        if runs and runs[-1][1] == c - 1:
            runs[-1][1] = c
        else:
            runs.append([c, c])
    return [(first, last) for first, last in runs]


def initialiser(declaration: str, comment: str, cells: Iterable[str]) -> str:
    lines, line = [], "   "
    for cell in cells:
        if len(line) + len(cell) + 2 > 100:
            lines.append(line)
            line = "   "
        line += f" {cell},"
    return f"// {comment}\nconstexpr {declaration} = {{\n" + "\n".join([*lines, line]) + "\n};\n"


def write(name: str, tables: list[str]) -> None:
    head = f"// Made by scripts/dev/make_text_tables.py from {SOURCES}; do not edit.\n\n"
    (CPP / name).write_text(head + "\n".join(tables), encoding="utf-8")


def range_cells(code_points: Iterable[int]) -> list[str]:
    return [f"{{0x{a:X}, 0x{b:X}}}" for a, b in ranges(code_points)]


def normalization() -> None:
    decompositions, classes = [], []
    for c in CODE_POINTS:
        char = chr(c)
        mapping = unicodedata.decomposition(char)
        if mapping and not mapping.startswith("<"):
            parts = [int(p, 16) for p in mapping.split()]
            composes = int(unicodedata.normalize("NFC", "".join(map(chr, parts))) == char)
            second = parts[1] if len(parts) > 1 else 0
            decompositions.append(f"{{0x{c:X}, 0x{parts[0]:X}, 0x{second:X}, {composes}}}")
        value = unicodedata.combining(char)
        if value:
            if classes and classes[-1][1] == c - 1 and classes[-1][2] == value:
                classes[-1][1] = c
            else:
                classes.append([c, c, value])
    write(
        "base/normalization_tables.inc",
        [
            initialiser(
                "Decomposition kDecompositions[]",
                "Code point, canonical decomposition (second 0 = one part), whether it composes.",
                decompositions,
            ),
            initialiser(
                "CombiningRange kCombiningClasses[]",
                "First, last, canonical combining class where it is not 0.",
                [f"{{0x{a:X}, 0x{b:X}, {v}}}" for a, b, v in classes],
            ),
        ],
    )


def bert() -> None:
    by_category: dict[str, list[int]] = {}
    for c in CODE_POINTS:
        by_category.setdefault(unicodedata.category(chr(c)), []).append(c)
    groups = {
        "kNonspacingMarks": ("Category Mn.", ["Mn"]),
        "kOthers": ("Categories Cc, Cf, Cn, Co.", [k for k in by_category if k[0] == "C"]),
        "kPunctuation": ("Category P.", [k for k in by_category if k[0] == "P"]),
    }
    write(
        "tokenizers/bert_tables.inc",
        [
            initialiser(
                f"CharacterRange {name}[]",
                comment,
                range_cells(c for k in categories for c in by_category[k]),
            )
            for name, (comment, categories) in groups.items()
        ],
    )


def quoted(text: str) -> str:
    return (
        '"'
        + "".join(
            chr(b) if 32 <= b < 127 and chr(b) not in '"\\' else f"\\{b:03o}" for b in text.encode()
        )
        + '"'
    )


def entities() -> None:
    html5 = html.entities.html5
    # ftfy knows all-capital spellings too. Their value is the upper case of the small spelling's,
    # which is listed where it differs.
    capitals = {}
    for name, value in ftfy.chardata.HTML_ENTITIES.items():
        name = name[1:]
        if name not in html5:
            small = html5[name.lower()]
            assert value == small.upper()
            if value != small:
                capitals[name] = value
    write(
        "tokenizers/html_tables.inc",
        [
            initialiser(
                "Entity kEntities[]",
                "Name as it follows '&', value in UTF-8; in byte order of the names.",
                [f"{{{quoted(k)}, {quoted(v)}}}" for k, v in sorted(html5.items())],
            ),
            initialiser(
                "Entity kCapitalEntities[]",
                "All-capital spellings of small names whose value is then in upper case too.",
                [f"{{{quoted(k)}, {quoted(v)}}}" for k, v in sorted(capitals.items())],
            ),
        ],
    )


class Sets:
    """Numbers the character sets that patterns use."""

    def __init__(self) -> None:
        self.ranges: list[tuple[int, int]] = []
        self.cells: list[str] = []
        self.known: dict[tuple, int] = {}

    def number(self, operation: str, argument: object) -> int:
        code_points: list[int] = []
        flags = 0
        items = argument if operation == "IN" else [(operation, argument)]
        for kind, value in items:  # type: ignore[union-attr]
            kind = str(kind)
            if kind == "LITERAL":
                code_points.append(value)
            elif kind == "RANGE":
                code_points += range(value[0], value[1] + 1)
            elif kind == "NEGATE":
                flags |= COMPLEMENT
            elif kind == "CATEGORY":
                flags |= {"CATEGORY_WORD": WORD, "CATEGORY_SPACE": SPACE}[str(value)]
            elif kind == "ANY":
                code_points.append(ord("\n"))
                flags |= COMPLEMENT
            else:
                sys.exit(f"no set for {kind}")
        key = (tuple(ranges(code_points)), flags)
        if key not in self.known:
            self.known[key] = len(self.cells)
            self.cells.append(f"{{{len(self.ranges)}, {len(key[0])}, {flags}}}")
            self.ranges += key[0]
        return self.known[key]

    def sequences(self, branch: list) -> list[str]:
        """Rules of the alternatives of a branch; one with an optional character makes two."""
        rules = []
        for alternative in branch:
            forms: list[list[int]] = [[]]
            anchored = "false"
            for kind, value in alternative:
                if str(kind) == "AT":
                    anchored = "true"
                    continue
                if str(kind) == "MAX_REPEAT":
                    low, high, (item,) = value
                    number = self.number(str(item[0]), item[1])
                    counts = range(high, low - 1, -1)
                    forms = [f + [number] * n for f in forms for n in counts]
                    continue
                number = self.number(str(kind), value)
                forms = [f + [number] for f in forms]
            rules += [f"{{{len(f)}, {anchored}, {{{', '.join(map(str, f))}}}}}" for f in forms]
        return rules


def parse(pattern: re.Pattern) -> list:
    flags = pattern.flags & ~re.UNICODE if isinstance(pattern.pattern, bytes) else pattern.flags
    return list(patterns.parse(pattern.pattern, flags))


def only_branch(items: list) -> list:
    ((kind, (_, alternatives)),) = items
    assert str(kind) == "BRANCH"
    return alternatives


def mojibake() -> None:
    sets = Sets()
    bad = sets.sequences(only_branch(parse(ftfy.badness.BADNESS_RE)))
    (_, (_, ((kind, strict),))), (_, (_, _, (group,))) = parse(ftfy.chardata.UTF8_DETECTOR_RE)
    detector = sets.sequences(only_branch(list(group[1][3])))
    strict_set = sets.number(str(kind), strict)
    altered = sets.sequences(only_branch(parse(ftfy.chardata.ALTERED_UTF8_RE)))
    lossy = sets.sequences(only_branch(parse(ftfy.chardata.LOSSY_UTF8_RE)))
    tables = [
        initialiser(
            "CharacterRange kSetRanges[]",
            "The code points of the sets below, one set after the other.",
            [f"{{0x{a:X}, 0x{b:X}}}" for a, b in sets.ranges],
        ),
        initialiser(
            "CharacterSet kSets[]",
            f"First range, ranges, flags: {WORD} = and every word character, {SPACE} = and white"
            f" space, {COMPLEMENT} = all but these.",
            sets.cells,
        ),
        initialiser("Sequence kBad[]", "Sequences of sets that tell of mojibake.", bad),
        initialiser("Sequence kLooksLikeUtf8[]", "UTF-8 seen through an 8-bit set.", detector),
        f"constexpr int kContinuationSet = {strict_set};  // not before a run of the above\n",
        initialiser("Sequence kAltered[]", "UTF-8 whose A0 bytes became spaces.", altered),
        initialiser("Sequence kLossy[]", "UTF-8 some of whose bytes were lost.", lossy),
    ]
    write("tokenizers/mojibake_tables.inc", tables)


def charsets() -> None:
    tables = []
    for name in ftfy.chardata.CHARMAP_ENCODINGS:
        chars = bytes(range(128, 256)).decode(name)
        table = "k" + "".join(p.capitalize() for p in re.split(r"[-_]", name))
        tables.append(
            initialiser(f"uint16_t {table}[128]", f"{name}.", [f"0x{ord(c):X}" for c in chars])
        )
    write("tokenizers/charset_tables.inc", tables)


def widths() -> None:
    forms = [f"{{0x{c:X}, {quoted(text)}}}" for c, text in sorted(ftfy.chardata.WIDTH_MAP.items())]
    comment = "Full-width and half-width forms."
    write("tokenizers/width_tables.inc", [initialiser("WidthForm kWidthForms[]", comment, forms)])


if __name__ == "__main__":
    normalization()
    bert()
    entities()
    widths()
    charsets()
    mojibake()
