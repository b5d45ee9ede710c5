"""Seeded generator of texts that break tokenizers, for comparisons with the reference systems."""

from __future__ import annotations

import html.entities
import random
import unicodedata

ASSIGNED = [
    chr(c)
    for c in range(0x110000)
    if not 0xD800 <= c < 0xE000 and unicodedata.category(chr(c)) not in ("Cn", "Co")
]
MARKS = [c for c in ASSIGNED if unicodedata.combining(c)]
COMPOSED = [c for c in ASSIGNED if unicodedata.normalize("NFD", c) != c]
WIDTH_FORMS = [chr(c) for c in range(0xFF01, 0xFFF0)] + ["\u3000"]
LIGATURES = list("ĲĳŉǱǲǳǄǅǆǇǈǉǊǋǌﬀﬁﬂﬃﬄﬅﬆæœ")
QUOTES = list("ʼ‘’‚‛“”„‟«»‹›'\"`´")
CONTROLS = [chr(c) for c in (*range(0x20), *range(0x7F, 0xA1), 0xAD, 0xFEFF, 0xFFFD)] + [
    chr(c) for c in (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070))
]
EMOJI = [
    "😀",
    "🎉",
    "👩‍👩‍👧‍👦",
    "🇩🇪",
    "✌🏽",
    "❤️",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "☺",
    "⌚︎",
]
CJK = list("日本語テキスト漢字仮名カタカナひらがな한국어中文字符𠀀𪜀々〆〇㍿ｶﾞﾊﾟ")
CASE = list("ΣσςİIıſKÅẞßǅΆᾼÐðþ") + ["ΟΔΟΣ", "ΑΣ.", "Σ", "'ſ", "'S", "'LL", "\u0345", "ᾳ"]
WORDS = "a photo of Cat's don't I'll they'VE it's trending on artstation 8k f/1.8 3d_render".split()
MARKUP = [
    "<",
    "<b>",
    "<start_of_text>",
    "<end_of_text>",
    "<START_OF_TEXT>",
    "</w>",
    "[SEP]",
    "[MASK]",
    "##a",
]
MISREAD_IN = [
    "latin-1", "cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1257",
    "iso-8859-2", "macroman", "cp437",
]  # fmt: skip
MEANT = [
    "café", "naïve", "“quoted”", "it’s", "…", "–", "—", "日本", "привет", "Ελληνικά", "ÀÉÎÕÜ",
    "ß", "œuvre",
    "à la", "fácil", "€20", "½", "™", "😀", "señor", "Österreich", "Dvořák", "żółw", "ığdır", "ā",
    "×", "²",
    "مرحبا", "हिन्दी", "\u00a0", "ő", "Ω", "•",
]  # fmt: skip
NAMES = list(html.entities.html5)


def entity(rng: random.Random) -> str:
    kind = rng.randrange(6)
    if kind == 0:
        name = rng.choice(NAMES)
        return "&" + rng.choice([name, name.upper(), name.lower(), name.rstrip(";"), name[:-2]])
    if kind == 1:
        return "&amp;" * rng.randint(1, 3) + rng.choice(["amp;", "#39;", "lt;", "eacute;", "x"])
    if kind == 2:
        return f"&#{rng.choice([rng.randrange(0x250), rng.randrange(0x120000)])}" + rng.choice(
            ";; a"
        )
    if kind == 3:
        number = rng.choice([rng.randrange(0x100), rng.randrange(0x120000)])
        return f"&#{rng.choice('xX')}{number:{rng.choice('xX')}}" + rng.choice(";; g")
    if kind == 4:
        return "&" + rng.choice(
            ["notit;", "ampamp", "#", "#x;", "#0;", "#xD800;", "#128;", ";", "& ", "#9999999999;"]
        )
    return rng.choice(["&quot;", "&#x27;", "&nbsp;", "&ldquo;", "&fflig;", "&EACUTE;", "&SZLIG;"])


def misread(rng: random.Random, times: int | None = None) -> str:
    """A text whose UTF-8 was read in an 8-bit character set, perhaps more than once."""
    text = "".join(rng.choice(MEANT) + rng.choice(["", " ", "a"]) for _ in range(rng.randint(1, 3)))
    for _ in range(times if times is not None else rng.choice([1, 1, 1, 2])):
        data = text.encode("utf-8")
        charset = rng.choice(MISREAD_IN)
        if rng.random() < 0.5:
            text = data.decode(charset, errors="replace")
        else:
            text = "".join(
                c if (c := bytes([b]).decode(charset, errors="ignore")) else chr(b) for b in data
            )
        if rng.random() < 0.15:
            text = text.replace("\u00a0", " ")
    return text


def piece(rng: random.Random) -> str:
    kind = rng.randrange(14)
    if kind == 0:
        return rng.choice(ASSIGNED)
    if kind == 1:
        return rng.choice("aeiouAEOcn=") + "".join(
            rng.choice(MARKS) for _ in range(rng.randint(1, 4))
        )
    if kind == 2:
        return rng.choice(COMPOSED) + rng.choice(MARKS) * rng.randrange(2)
    if kind == 3:
        return entity(rng)
    if kind == 4:
        return misread(rng)
    if kind == 5:
        return rng.choice([str(rng.randrange(10**6)), "½", "Ⅷ", "٣", "①", "²", "1.5x"])
    if kind == 6:
        return rng.choice(
            [" ", "  ", "\t", "\n", "\r\n", "\r", "\u00a0", "\u2003", "\x0b", "\x0c", "\x85"]
        )
    if kind == 7:
        return "".join(
            rng.choice(".,;:!?-_()[]{}#@%^&*+=~|/\\$€£…") for _ in range(rng.randint(1, 4))
        )
    if kind == 8:
        return rng.choice(["\x1b[31m", "\x1b[0;1m", "\x1b[", "\x1b[1;"])
    group = [LIGATURES, QUOTES, CONTROLS, EMOJI + CJK, CASE + MARKUP][kind - 9]
    return rng.choice(group)


def texts(seed: int, count: int) -> list[str]:
    """`count` texts of 0 to 12 pieces, words among them."""
    rng = random.Random(seed)
    return [
        "".join(
            rng.choice(WIDTH_FORMS) if rng.random() < 0.05
            else rng.choice(WORDS) + rng.choice(["", " "]) if rng.random() < 0.3
            else piece(rng)
            for _ in range(rng.randint(0, 12))
        )
        for _ in range(count)
    ]  # fmt: skip
