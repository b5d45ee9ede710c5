"""Ways to search for a prompt, and many pictures at once, on the bundled small models."""

from __future__ import annotations

import numpy as np
import pytest

import img2prompt as i2p
from img2prompt.assets import DEMO_DIRECTORY

SCORE_TOLERANCE = 1e-5  # between encoding a text or picture alone and beside others


@pytest.fixture(scope="module")
def engine():
    return i2p.Interrogator(
        i2p.Clip("demo", device="cpu"),
        i2p.Captioner("demo", device="cpu"),
        labels=DEMO_DIRECTORY / "labels",
        cache_dir="",
    )


@pytest.fixture(scope="module")
def pictures():
    random = np.random.RandomState(3)
    noise = random.randint(0, 256, (4, 5, 3), np.uint8).repeat(16, 0).repeat(16, 1)
    return [DEMO_DIRECTORY / "picture.png", noise, DEMO_DIRECTORY / "sample.png"]


@pytest.mark.parametrize("mode", ["best", "fast", "classic", "caption", "negative", "native"])
def test_many_pictures_get_what_each_gets_alone(engine, pictures, mode):
    together = engine.interrogate(pictures, mode)
    assert isinstance(together, list)
    for result, picture in zip(together, pictures, strict=True):
        alone = engine.interrogate(picture, mode)
        assert (result.prompt, result.caption) == (alone.prompt, alone.caption)
        assert result.score == pytest.approx(alone.score, abs=SCORE_TOLERANCE)
    assert len({result.prompt for result in together}) > 1


def test_more_pictures_than_are_in_memory_at_a_time_and_none(engine, pictures):
    many = [pictures[i % 2] for i in range(19)]
    told = []
    results = engine.interrogate(
        iter(many), "caption", progress=lambda stage, done, total: told.append((stage, done, total))
    )
    captions = [engine.interrogate(picture, "caption").caption for picture in pictures[:2]]
    assert [result.caption for result in results] == [captions[i % 2] for i in range(19)]
    assert [done for stage, done, _ in told if stage == "pictures"] == [*range(19), 19]
    assert engine.interrogate([], "caption") == []


def test_a_picture_that_cannot_be_read_ends_the_list_and_the_engine_goes_on(engine, pictures):
    with pytest.raises(i2p.DecodeError):
        engine.interrogate([pictures[0], b"no picture"], "fast")
    assert engine.interrogate(pictures[0], "fast").prompt


def test_a_lazy_search_compares_fewer_texts_and_beams_more(engine):
    picture = DEMO_DIRECTORY / "picture.png"
    exact = engine.interrogate(picture)
    lazy = engine.interrogate(picture, search="lazy")
    wide = engine.interrogate(picture, chain_beams=3)
    assert lazy.evaluations < exact.evaluations / 2 < exact.evaluations < wide.evaluations
    assert min(lazy.score, wide.score) > 0.95 * exact.score
    assert lazy.score == pytest.approx(
        engine.similarity(picture, lazy.prompt)[0], abs=SCORE_TOLERANCE
    )


def test_values_that_are_no_search(engine):
    with pytest.raises(i2p.InvalidArgument, match="search 'wide'; accepted are exact and lazy"):
        engine.interrogate(DEMO_DIRECTORY / "picture.png", search="wide")
    for beams in (0, 65):
        with pytest.raises(i2p.InvalidArgument, match=f"chain_beams is {beams}; 1 to 64"):
            engine.interrogate(DEMO_DIRECTORY / "picture.png", chain_beams=beams)


def test_a_first_pass_in_bfloat16_gives_the_same_prompt(engine, pictures):
    for picture in pictures[::2]:
        exact = engine.interrogate(picture)
        rough = engine.interrogate(picture, first_pass="bfloat16")
        assert rough.prompt == exact.prompt
        assert rough.score == pytest.approx(exact.score, abs=SCORE_TOLERANCE)
    held = {memory.name: memory.bytes for memory in engine.memory()}
    assert 0 < held["clip text, first pass"] < held["clip text"]
    engine.unload()
    assert {memory.name: memory.bytes for memory in engine.memory()}["clip text, first pass"] == 0
    with pytest.raises(i2p.InvalidArgument, match="first_pass 'int4'; accepted are"):
        engine.interrogate(pictures[0], first_pass="int4")
