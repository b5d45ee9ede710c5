"""WordPiece ids and captions equal transformers' BertTokenizer."""

from __future__ import annotations

import json
import random
import unicodedata
from pathlib import Path

import pytest
from transformers import BertTokenizer

from img2prompt import _core

from . import nasty_text
from .test_clip_tokens import differing, needs_same_unicode

VOCABULARY = Path(__file__).resolve().parents[3] / "models/vocab/bert_base_uncased.txt"
COUNT = 4000


def encoder(tokenizer: BertTokenizer):
    return lambda text: tokenizer.encode(text, add_special_tokens=False)


@pytest.fixture(scope="module")
def ours() -> _core.WordPieceTokenizer:
    return _core.WordPieceTokenizer(str(VOCABULARY))


@pytest.fixture(scope="module")
def theirs() -> BertTokenizer:
    return BertTokenizer(str(VOCABULARY))


def test_prompts_have_transformers_ids(ours, theirs) -> None:
    texts = [
        "", "a picture of ", "A Photography of", "unaffable cafés, naïve; don't!", "x" * 101,
        "x" * 100,
        "[SEP] a [sep] wor[MASK]ld [CLS][PAD]", "日本語のテキスト한국어", "ΟΔΟΣ İı ẞß",
        "😀 e\u0301\u200d\u00ad\ufffd",
        "f/1.8, (65mm) $5 ^x `y` ~z «w»", "tab\tnew\nline\x0b\x1c\u2028\u3000",
        "\ud83d\ude00 \ud83d",
    ]  # fmt: skip
    got = [ours.encode(text) for text in texts[:-1]]
    assert got == [encoder(theirs)(text) for text in texts[:-1]]
    assert ours.encode(texts[-1]) == ours.encode("😀 ")


@needs_same_unicode
def test_nasty_texts_have_transformers_ids(ours, theirs) -> None:
    texts = nasty_text.texts(seed=30, count=COUNT)
    assert differing(texts, encoder(theirs), ours.encode) == []


@pytest.mark.slow
@pytest.mark.skipif(unicodedata.unidata_version != "14.0.0", reason="needs Unicode 14")
def test_every_code_point_has_transformers_ids(ours, theirs) -> None:
    texts = (f"a{chr(c)}b {chr(c)}" for c in range(0x110000) if not 0xD800 <= c < 0xE000)
    assert differing(texts, encoder(theirs), ours.encode) == []


@pytest.mark.parametrize("skip_special", [True, False])
def test_ids_are_decoded_as_transformers_decodes_them(ours, theirs, skip_special) -> None:
    rng = random.Random(31)
    marks = [999, 1000, 1005, 1010, 1012, 1029, 1055, 1056, 2310, 2128, 1049, 0, 100, 101, 102, 103]
    rows = [
        [
            rng.choice(
                [rng.randrange(30522), rng.randrange(999, 1037), rng.choice(marks), 30522, -1]
            )
            for _ in range(rng.randint(0, 15))
        ]
        for _ in range(COUNT)
    ]
    assert (
        differing(
            rows,
            lambda ids: theirs.decode(ids, skip_special_tokens=skip_special),
            lambda ids: ours.decode(ids, skip_special),
        )
        == []
    )


def write_directory(folder: Path, vocabulary: str, **settings: object) -> None:
    (folder / "vocab.txt").write_text(vocabulary, encoding="utf-8")
    for name, value in settings.items():
        (folder / f"{name}.json").write_text(json.dumps(value))


def check_directory(folder: Path) -> None:
    ours, theirs = _core.WordPieceTokenizer(str(folder)), BertTokenizer.from_pretrained(folder)
    assert len(ours) == len(theirs)
    texts = [
        "[DEC] a picture [ENC]of", "[DEC][DEC]ab[MASK]", "[dec] it's", "q [UNK]x",
        "a[SEP]b [BOX] c",
    ]  # fmt: skip
    assert differing(texts, encoder(theirs), ours.encode) == []
    rng = random.Random(32)
    rows = [[rng.randrange(len(theirs) + 2) for _ in range(9)] for _ in range(200)]
    for skip in (True, False):
        assert (
            differing(
                rows,
                lambda ids: theirs.decode(ids, skip_special_tokens=skip),  # noqa: B023
                lambda ids: ours.decode(ids, skip),  # noqa: B023
            )
            == []
        )


SMALL = (
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##b\npicture\nof\nit\n'\ns\n[\n]\n.\nde\n##c\nbox\n"
)


def test_a_directory_as_transformers_saves_it_with_blips_tokens(tmp_path) -> None:
    write_directory(tmp_path, VOCABULARY.read_text(encoding="utf-8"))
    tokenizer = BertTokenizer.from_pretrained(tmp_path)
    tokenizer.add_special_tokens({"bos_token": "[DEC]"})
    tokenizer.add_special_tokens({"additional_special_tokens": ["[ENC]"]})
    saved = tmp_path / "saved"
    tokenizer.save_pretrained(saved)
    assert _core.WordPieceTokenizer(str(saved)).id("[ENC]") == 30523
    check_directory(saved)


def test_a_directory_in_the_older_layout(tmp_path) -> None:
    write_directory(
        tmp_path,
        SMALL,
        added_tokens={"[DEC]": 19, "[BOX]": 20},
        special_tokens_map={"bos_token": "[DEC]", "unk_token": "[UNK]"},
        tokenizer_config={"do_lower_case": True},
    )
    check_directory(tmp_path)


def test_a_vocabulary_without_special_tokens(tmp_path) -> None:
    write_directory(tmp_path, "a\r\nb\r\n##b\r\npicture\n")
    check_directory(tmp_path)


def test_damage_is_told_in_one_line(tmp_path) -> None:
    write_directory(tmp_path, SMALL)
    (tmp_path / "tokenizer_config.json").write_text("{")
    with pytest.raises(Exception, match=r"tokenizer_config\.json: not JSON") as caught:
        _core.WordPieceTokenizer(str(tmp_path))
    assert "\n" not in str(caught.value)
