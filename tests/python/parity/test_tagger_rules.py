"""Tags and prompts equal those of the WebUI 1.10's modules/deepbooru.py for equal probabilities."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pytest

import img2prompt as i2p

from . import deepdanbooru_models as models

GROUPS = (models.Group(1, 4, 4, 4, 8, 1, 1),)
NAMES = [
    *models.SMALL_TAGS,
    *[
        "a(b",
        "a)b",
        "(",
        "\\",
        "\\\\(x)",
        "a_b",
        "a b",
        "A_b",
        "é",
        "e\u0301",
        "ｚ",
        "😀",
        "rating:",
    ],
    *["1girl", "Rating:safe", "tag_1"],  # twice, or nearly
]
FILTERS = [
    "",
    "1girl",
    " long hair , ^ ^",
    "long_hair,tag 3,,TAG_4",
    "miku",
    "\u3000a b\t",
    ",",
    "\\o/",
]


def webui_prompt(labels, row, threshold, alpha, spaces, escape, ranks, filter_tags):
    """Its rules in other words: what passes, the order, what is dropped, how each is written."""
    passed = {}
    for label, probability in zip(labels, row):
        if float(probability) >= threshold and not label.startswith("rating:"):
            passed[label] = probability
    order = sorted(passed) if alpha else sorted(passed, key=lambda label: -passed[label])
    unwanted = {name.strip().replace(" ", "_") for name in filter_tags.split(",")}
    written = []
    for label in order:
        if label not in unwanted:
            text = label.replace("_", " ") if spaces else label
            text = re.sub(r"[\\()]", lambda found: "\\" + found[0], text) if escape else text
            written.append(f"({text}:{passed[label]:.3f})" if ranks else text)
    return ", ".join(written)


@pytest.fixture(scope="module")
def tagger(tmp_path_factory):
    model = models.Published(GROUPS, len(NAMES))
    return models.load(tmp_path_factory.mktemp("tagger"), model, NAMES, 4)


def rows():
    random = np.random.default_rng(3)
    yield random.random(len(NAMES), np.float32)
    # Many ties, thousandths that end in a half, and both ends.
    yield random.integers(0, 17, len(NAMES)).astype(np.float32) / 16
    yield np.float32(random.integers(0, 1001, len(NAMES)) / 1000)
    yield np.zeros(len(NAMES), np.float32)
    yield np.ones(len(NAMES), np.float32)


@pytest.mark.parametrize("threshold", [0.0, 0.25, 0.35, 0.5, 0.7, 0.999, 1.0])
def test_prompts_equal_the_webuis_with_every_option(threshold, tagger):
    seen = set()
    switches = [(False, True)] * 4
    for row, filter_tags in itertools.product(rows(), FILTERS):
        for alpha, spaces, escape, ranks in itertools.product(*switches):
            want = webui_prompt(NAMES, row, threshold, alpha, spaces, escape, ranks, filter_tags)
            ours = tagger.format(
                row,
                threshold,
                sort="name" if alpha else "score",
                use_spaces=spaces,
                escape=escape,
                exclude=filter_tags,
                scores=ranks,
            )
            assert ours == want
            seen.add(ours)
    assert len(seen) > 60


def test_tags_are_those_of_the_prompt_with_their_probabilities(tagger):
    row = next(rows())
    last = dict(zip(NAMES, row))  # of a name that is there twice, where both pass
    tags = tagger.tags(row, 0, sort="name", exclude=["Zebra", "long hair"])
    want = {name for name in NAMES if not name.startswith("rating:")} - {"Zebra", "long_hair"}
    assert [name for name, _ in tags] == sorted(want)
    assert all(last[name] == probability for name, probability in tags)
    by_score = tagger.tags(row, 0, exclude=["Zebra", "long hair"])
    assert by_score == sorted(tags, key=lambda tag: -tag[1])


def test_several_rows_or_pictures_give_a_list(tagger):
    two = np.stack(list(rows())[:2])
    assert tagger.format(two) == [tagger.format(row) for row in two]
    assert tagger.tags(list(two)) == [tagger.tags(row) for row in two]
    picture = np.full((3, 5, 3), 200, np.uint8)
    probabilities = tagger.probabilities(picture)
    assert tagger.tags(picture, 0) == tagger.tags(probabilities[0], 0)
    assert tagger.tags([picture, picture], 0) == 2 * [tagger.tags(picture, 0)]
    assert tagger.tags([]) == [] and tagger.format([]) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 1.5}, "threshold is 1.5, a number from 0 to 1"),
        ({"threshold": float("nan")}, "threshold is nan"),
        ({"threshold": "high"}, "threshold is 'high', a number is accepted"),
        ({"threshold": None}, "threshold is None"),
        ({"sort": "rank"}, 'sort is \'rank\', "name" or "score" is accepted'),
    ],
)
def test_options_out_of_range_are_refused_before_any_work(options, message, tagger):
    for source in (np.zeros(len(NAMES), np.float32), "no such file.png"):
        with pytest.raises(i2p.InvalidArgument) as caught:
            tagger.format(source, **options)
        assert message in str(caught.value)


def test_rows_of_another_length_are_refused(tagger):
    for row in (np.zeros(3, np.float32), np.zeros((2, 3)), np.zeros((1, 2, 3))):
        with pytest.raises(i2p.InvalidArgument, match="one for each label|not a picture|shape"):
            tagger.tags(row)
