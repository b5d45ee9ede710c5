"""CLIP's ids equal open_clip's, with the repairs that open_clip takes from ftfy."""

from __future__ import annotations

import gzip
import importlib.util
import random
import time
import unicodedata
from pathlib import Path

import ftfy
import ftfy.chardata
import numpy as np
import pytest
from open_clip.tokenizer import SimpleTokenizer

from img2prompt import _core

from . import nasty_text

MERGES = Path(__file__).resolve().parents[3] / "models/vocab/clip_merges.txt"
COUNT = 4000  # texts of a kind
# The tables are Python 3.11's; texts with later characters may differ under another Python.
SAME_UNICODE = unicodedata.unidata_version == "14.0.0"
needs_same_unicode = pytest.mark.skipif(not SAME_UNICODE, reason="needs Unicode 14's unicodedata")


@pytest.fixture(scope="module")
def ours() -> _core.ClipTokenizer:
    return _core.ClipTokenizer(str(MERGES))


@pytest.fixture(scope="module")
def theirs() -> SimpleTokenizer:
    return SimpleTokenizer()


@pytest.fixture(scope="module")
def nasty() -> list[str]:
    return nasty_text.texts(seed=20, count=COUNT)


def differing(texts, reference, ours) -> list[tuple[str, object, object]]:
    """The first few texts that are answered otherwise, with both answers."""
    pairs = ((text, reference(text), ours(text)) for text in texts)
    return [(text, a, b) for text, a, b in pairs if a != b][:5]


def label_lines() -> list[str]:
    """Every distinct line of clip-interrogator's lists, and the artists' prompts made of them."""
    spec = importlib.util.find_spec("clip_interrogator")
    folder = Path(spec.origin).parent / "data"
    lists = {
        path.stem: path.read_text(encoding="utf-8", errors="replace").split("\n")
        for path in sorted(folder.glob("*.txt"))
    }
    lines = {line.strip() for group in lists.values() for line in group}
    artists = {artist.strip() for artist in lists["artists"]}
    return sorted(
        lines | {f"by {a}" for a in artists} | {f"inspired by {a}" for a in artists},
    )


def test_every_label_of_clip_interrogator_has_open_clips_ids(ours, theirs) -> None:
    lines = label_lines()
    assert len(lines) > 111_789
    start = time.perf_counter()
    got = ours.tokenize(lines)
    print(f"{len(lines)} labels tokenized in {time.perf_counter() - start:.2f} s")
    want = np.concatenate([theirs(lines[i : i + 4096]).numpy() for i in range(0, len(lines), 4096)])
    wrong = np.nonzero((got != want).any(axis=1))[0]
    assert [lines[i] for i in wrong[:5]] == []


def test_texts_that_people_write_have_open_clips_ids(ours, theirs) -> None:
    texts = [
        "", " ", "a photo of a cat", "A  PHOTO,   of &amp;amp; cats", "x" * 400, "one, two. " * 40,
        "café naïve ﬁne — “quoted” …", "日本語のテキスト", "emoji 😀🎉 mix 👩‍👩‍👧",
        "ÀÉÎÕÜ ß Ω ж ΣΑΣ",
        "f/1.8, 65mm 1.5x anamorphic lens, art : : professional", "don't we're I'll they've it's",
        "<html>&lt;b&gt;</html>", "__under_scores__", "a\u0301combining",
        "ｆｕｌｌｗｉｄｔｈ　ﾊﾟ", "null\x00byte",
        "\u200bzero\u200dwidth\ufeff", "…,,,;;;!!!", "tabs\tand\r\nnewlines\x0b",
        "Ã© â€œquotedâ€\x9d",
        "(portrait), [x], {y}", "100% real 3d 4k 8 k ½ Ⅷ ²", "&#x1F600; &notit; &EACUTE; &#128;",
        "<start_of_text> in a text <end_of_text>", "\ud83d\ude00 and a lone \ud83d", "İstanbul ǅ",
    ]  # fmt: skip
    assert differing(texts, theirs.encode, ours.encode) == []
    assert np.array_equal(ours.tokenize(texts), theirs(texts).numpy())
    assert np.array_equal(ours.tokenize(texts, 7), theirs(texts, 7).numpy())


@needs_same_unicode
def test_nasty_texts_are_cleaned_as_open_clip_cleans_them(theirs, nasty) -> None:
    assert differing(nasty, theirs.clean_fn, _core._clean_clip_text) == []
    changed = sum(theirs.clean_fn(text) != text.lower() for text in nasty)
    assert changed > COUNT / 2  # else the generator has lost its teeth


@needs_same_unicode
def test_nasty_texts_have_open_clips_ids(ours, theirs, nasty) -> None:
    assert differing(nasty, theirs.encode, ours.encode) == []
    assert np.array_equal(ours.tokenize(nasty), theirs(nasty).numpy())


@needs_same_unicode
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_normalization_equals_pythons(nasty, form) -> None:
    texts = nasty + [chr(c) for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    assert (
        differing(
            texts, lambda t: unicodedata.normalize(form, t), lambda t: _core._normalize(form, t)
        )
        == []
    )


def test_mojibake_is_repaired_as_ftfy_repairs_it() -> None:
    rng = random.Random(21)
    texts = [nasty_text.misread(rng) for _ in range(COUNT)]
    assert differing(texts, ftfy.fix_text, _core._repair_text) == []
    assert sum(ftfy.fix_text(text) != text for text in texts) > COUNT * 0.8


def test_characters_of_mojibake_at_random_are_judged_as_ftfy_judges_them() -> None:
    rng = random.Random(22)
    charsets = ftfy.chardata.CHARMAP_ENCODINGS
    pool = sorted({c for name in charsets for c in bytes(range(128, 256)).decode(name)})
    pool += list(" \n?aZq.\x1a\ufffd")
    lead = [0xC0, 0xC2, 0xC3, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0x80, 0x82, 0x99, 0xA0, 0xB0, 0xBF]
    surrogates = [
        b"\xed\xa0\xbd\xed\xb8\x80",
        b"\xed\xa0\xbd\xed\xb8\n",
        b"\xed\xa0\x80",
        b"\xc0\x80",
    ]
    words = [
        b"\xc3 ",
        b"quele",
        b"quel",
        b"\xe2 \x99",
        b"\xe0\xa4 ",
        b"\xc3\xa9",
        b"a",
        b"\n",
        b"\xc0\n",
    ]
    texts = ["".join(rng.choices(pool, k=rng.randint(1, 9))) for _ in range(COUNT)]
    for pieces in ([bytes([b]) for b in [*lead, 0x20, 0x0A, 0x1A, 0x3F, 0x41]], surrogates + words):
        texts += [
            b"".join(rng.choices(pieces, k=rng.randint(1, 9))).decode(rng.choice(charsets))
            for _ in range(COUNT)
        ]
    assert differing(texts, ftfy.fix_text, _core._repair_text) == []
    assert sum(ftfy.fix_text(text) != text for text in texts) > COUNT


@pytest.mark.slow
@needs_same_unicode
def test_every_code_point_has_open_clips_ids(ours, theirs) -> None:
    texts = (f"a{chr(c)}b {chr(c)}" for c in range(0x110000))
    assert differing(texts, theirs.encode, ours.encode) == []


def test_merges_of_any_order_are_applied_as_open_clip_applies_them(tmp_path) -> None:
    """CLIP's own merges never make a pair of lower rank than theirs; made-up ones do."""
    rng = random.Random(23)
    for number in range(20):
        symbols = [*"abc", "c</w>", "a</w>"]
        merges = []
        for _ in range(30):
            left, right = rng.choice([s for s in symbols if "<" not in s]), rng.choice(symbols)
            if left + right not in symbols:
                symbols.append(left + right)
            merges.append(f"{left} {right}")
        rng.shuffle(merges)
        text = "#version\n" + "\n".join(dict.fromkeys(merges))
        plain, packed = tmp_path / f"{number}.txt", tmp_path / f"{number}.gz"
        plain.write_text(text)
        packed.write_bytes(gzip.compress(text.encode()))
        words = ["".join(rng.choices("abc", k=rng.randint(1, 40))) for _ in range(100)]
        ours, theirs = _core.ClipTokenizer(str(plain)), SimpleTokenizer(bpe_path=str(packed))
        assert differing(words, theirs.encode, ours.encode) == []


def test_long_texts_take_time_that_grows_with_their_length(ours) -> None:
    start = time.process_time()
    for text in (
        "a" * 10**6,
        "&" + "amp;" * 250_000,
        "a" + "\u0301\u0323" * 500_000,
        "Ã©" * 500_000,
    ):
        assert len(ours.encode(text)) > 0
    assert time.process_time() - start < 60  # 3 s when it was written; quadratic ways take hours
