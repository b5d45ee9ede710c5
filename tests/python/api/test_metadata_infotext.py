"""parse_infotext and format_infotext from Python. The rules themselves: tests/cpp/metadata."""

from __future__ import annotations

import random

import pytest

import img2prompt as i2p

TEXT = 'a\nNegative prompt: b\nSteps: 20, Size: 512x768, Resources: [{"x": 1, "y": 2}], Model: m'


def test_parse_gives_prompts_first_then_settings_in_order():
    parsed = i2p.parse_infotext(TEXT)
    assert list(parsed.items()) == [
        ("Prompt", "a"),
        ("Negative prompt", "b"),
        ("Steps", "20"),
        ("Size", "512x768"),
        ("Resources", '[{"x": 1, "y": 2}]'),
        ("Model", "m"),
    ]


def test_exact_parse_is_the_webuis():
    parsed = i2p.parse_infotext(TEXT, exact=True)
    assert parsed == {
        "Prompt": "a",
        "Negative prompt": "b",
        "Steps": "20",
        "Size-1": "512",
        "Size-2": "768",
        "Resources": '[{"x": 1',
        "Model": "m",
    }


def test_the_keys_are_there_for_an_empty_text():
    assert i2p.parse_infotext("") == {"Prompt": "", "Negative prompt": ""}


def test_lone_surrogates_do_not_stop_it():
    assert i2p.parse_infotext("a\ud800b")["Prompt"] == "a?b"


def test_format_takes_any_values_and_leaves_none_out():
    settings = {"Steps": 20, "CFG scale": 7.5, "Tiling": True, "Model": None}
    text = i2p.format_infotext("p", "", settings)
    assert text == "p\nSteps: 20, CFG scale: 7.5, Tiling: True"


def test_format_refuses_by_name_as_a_value_error():
    with pytest.raises(i2p.InvalidArgument, match="'a.b'"):
        i2p.format_infotext("", "", {"a.b": "1"})
    with pytest.raises(ValueError, match="negative_prompt"):
        i2p.format_infotext("", "a\nNegative prompt: b", {})


def test_any_values_round_trip():
    random_source = random.Random(11)
    alphabet = ',:"\\[]{} \n\t\r\0x5aé日😀\u2028\u00a0'
    for _ in range(3000):
        settings = {
            f"key {i}": "".join(random_source.choices(alphabet, k=random_source.randrange(12)))
            for i in range(random_source.randrange(6))
        }
        prompt = "p" + "".join(random_source.choices(alphabet, k=9)).replace("\n", "") + "."
        text = i2p.format_infotext(prompt, "n", settings)
        assert i2p.parse_infotext(text) == {"Prompt": prompt, "Negative prompt": "n", **settings}
