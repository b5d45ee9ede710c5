"""The exact rules against an oracle that states them as a regular expression.

The oracle is written from the rules of the WebUI's paste (1.10): a setting is a key of one word
character and one or more word characters, spaces, "-" or "/", a colon, and a value that is a quoted
run ended by a comma or the line's end, or else everything up to the next comma.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata

import pytest

import img2prompt as i2p

SETTING = re.compile(
    r"""
    \s* (?P<key> \w [\w\ \-/]+ ) : \s*
    (?P<value> "(?: \\. | [^"\\] )+" | [^,]* )
    (?: , | $ )
    """,
    re.VERBOSE,
)
SIZE = re.compile(r"^(\d+)x(\d+)$")
MARK = "Negative prompt:"
FEWEST = 3


def oracle(text: str) -> dict[str, str]:
    lines = text.strip().split("\n")
    settings = SETTING.findall(lines[-1])
    if len(settings) >= FEWEST:
        lines.pop()
    else:
        settings = []
    prompts = ["", ""]
    which = 0
    for line in map(str.strip, lines):
        if line.startswith(MARK):
            which, line = 1, line[len(MARK) :].strip()
        prompts[which] = f"{prompts[which]}\n{line}" if prompts[which] else line
    out = {}
    for key, value in settings:
        if not value:
            continue
        if value.startswith('"') and value.endswith('"'):
            try:
                value = json.loads(value)
            except ValueError:
                pass
        size = SIZE.match(value)
        if size:
            out[key + "-1"], out[key + "-2"] = size.groups()
        else:
            out[key] = value
    return {**out, "Prompt": prompts[0], "Negative prompt": prompts[1]}


def without_surrogates(parsed: dict[str, str]) -> dict[str, str]:
    """Python's JSON lets lone surrogates through, which UTF-8 cannot hold."""
    return {key: re.sub("[\ud800-\udfff]", "\ufffd", value) for key, value in parsed.items()}


def check(text: str) -> dict[str, str]:
    expected = without_surrogates(oracle(text))
    assert i2p.parse_infotext(text, exact=True) == expected, repr(text)
    return expected


PIECES = [
    *',:"\\ \n\t\r-/x.+_()[]{}',
    ", ",
    ": ",
    '", ',
    ': "',
    '\\"',
    "\\n",
    "\\u00e9",
    "\\ud83d",
    "\\ude00",
    "aa",
    "K",
    "Steps: 20, ",
    "Seed: 5",
    "Size: 512x768, ",
    "1x2",
    '"3x4"',
    "Model hash: ",
    "\nNegative prompt: ",
    "Negative prompt:",
    "日本",
    "é",
    "²",
    "٣x٤",
    "😀",
    "\u2028",
    "\u0085",
    "\u00a0",
    "\u3000",
    "\x1c",
    "\u0301",
    '"a, b", ',
    '{"a": 1, "b": [2, 3]}, ',
    "",
]


@pytest.mark.parametrize("seed", range(8))
def test_random_texts(seed):
    random_source = random.Random(seed)
    for _ in range(2500):
        check("".join(random_source.choices(PIECES, k=random_source.randrange(40))))


@pytest.mark.parametrize("seed", range(8))
def test_random_lines_of_settings(seed):
    """Texts that always have a line of settings, with trouble inside it."""
    random_source = random.Random(1000 + seed)
    inside = [piece for piece in PIECES if "\n" not in piece]
    recognised = 0
    for _ in range(2500):
        trouble = "".join(random_source.choices(inside, k=random_source.randrange(25)))
        line = ["Steps: 20", "Sampler: Euler a", "CFG scale: 7", "Seed: 1"]
        line.insert(random_source.randrange(5), trouble)
        recognised += len(check("a cat\nNegative prompt: a dog\n" + ", ".join(line))) > FEWEST
    assert recognised > 2000


def test_every_character_in_keys_values_and_at_the_ends_of_lines():
    """Characters assigned since this Python's Unicode version are left out: the core knows them."""
    assigned = [chr(c) for c in range(0x30000) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]
    for start in range(0, len(assigned), 64):
        part = assigned[start : start + 64]
        check("\n".join(c + "p" + c for c in part))
        check("aa: b, cc: d, ee: f, " + ", ".join(f"k{c}k: {c}v{c}, {c}1x{c}2: 3" for c in part))
        check("aa: b, cc: d, ee: f, " + ", ".join(f"k{ord(c)}: {c}x{c}" for c in part))
