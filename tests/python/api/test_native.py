"""Mode native through the package: categories, options, and what is computed only once."""

from __future__ import annotations

import json
import logging
import shutil

import numpy as np
import pytest
import torch

import img2prompt as i2p
from img2prompt import _core
from img2prompt.host_local import LocalHost
from img2prompt.labels import find_category_folder
from img2prompt.service import Service

from . import small_clip

CAPTION = "a dog on a bench"
CATEGORIES = {
    "artists": ["Anna", "Boris Berg", "C. Cole"],
    "flavors.top2": [f"flavor {i} of {'light' if i % 3 else 'dark'}" for i in range(90)],
    "mediums": ["a photo", "a painting"],
}
SCORE_TOLERANCE = 1e-5  # between encoding a text alone and beside others


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Products this small only lose by being shared out."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return small_clip.make(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="module")
def pictures():
    return np.random.RandomState(4).randint(0, 256, (5, 60, 80, 3), np.uint8)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "interrogate"
    folder.mkdir()
    for name, lines in CATEGORIES.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def make(clip, folder, tmp_path):
    """A new engine each time, with the same folder and the same cache on disk."""
    return lambda: i2p.Interrogator(clip=clip, labels=folder, cache_dir=tmp_path / "cache")


def native(engine, picture, progress=None, **options):
    return engine.interrogate(
        picture, "native", CAPTION, native=i2p.NativeOptions(**options), progress=progress
    )


def encoded_labels(engine, picture, **options) -> dict[str, int]:
    """How many labels of which category the text tower is asked for."""
    counts: dict[str, int] = {}

    def progress(stage, done, total):
        if stage.startswith("labels: "):
            counts[stage.removeprefix("labels: ")] = total

    native(engine, picture, progress, **options)
    return counts


def test_result_names_labels_with_their_probabilities(make, pictures):
    engine = make()
    result = native(engine, pictures[0])
    assert (result.mode, result.caption) == ("native", CAPTION)
    assert result.prompt == ", ".join([CAPTION, *(label for label, _ in result.parts)])
    assert len(result.parts) == 4
    assert all(0 < probability <= 1 for _, probability in result.parts)
    assert result.score == pytest.approx(
        engine.similarity(pictures[0], result.prompt)[0], abs=SCORE_TOLERANCE
    )
    assert result.evaluations == 1  # the prompt's own similarity
    json.dumps(result.to_dict())


def test_labels_are_encoded_for_the_first_picture_alone_and_not_after_a_restart(make, pictures):
    engine = make()
    assert encoded_labels(engine, pictures[0]) == {"artists": 3, "flavors.top2": 90, "mediums": 2}
    wanted = [native(engine, picture).prompt for picture in pictures]
    assert len(set(wanted)) > 1
    assert all(encoded_labels(engine, picture) == {} for picture in pictures)
    restarted = make()
    assert encoded_labels(restarted, pictures[1]) == {}
    restarted.unload()
    assert encoded_labels(restarted, pictures[1]) == {}
    assert [native(restarted, picture).prompt for picture in pictures] == wanted


def test_other_modes_tables_of_the_same_lists_stay_apart(make, pictures):
    engine = make()
    wanted = native(engine, pictures[0]).parts
    ranked = engine.rank(pictures[0], "mediums", 2)
    assert engine.analyze(pictures[0])["artists"][0][0].startswith(("by ", "inspired by "))
    for again in (engine, make()):
        assert native(again, pictures[0]).parts == wanted
        assert again.rank(pictures[0], "mediums", 2) == ranked


def test_limit_and_skipped_categories_are_heeded(make, pictures, folder):
    engine = make()
    assert encoded_labels(engine, pictures[0], dict_limit=5, skip_categories=("artists",)) == {
        "flavors.top2": 5,
        "mediums": 2,
    }
    few = native(engine, pictures[0], dict_limit=1)
    assert [label for label, _ in few.parts] == ["Anna", CATEGORIES["flavors.top2"][0], "a photo"]
    assert [probability for _, probability in few.parts] == [1, 1, 1]
    nothing = native(engine, pictures[0], skip_categories=tuple(CATEGORIES))
    assert (nothing.prompt, nothing.parts) == (CAPTION, [])


def test_ranks_are_written_with_three_digits(make, pictures):
    result = native(make(), pictures[0], return_ranks=True)
    wanted = [f"({label}:{probability:.3f})" for label, probability in result.parts]
    assert result.prompt == ", ".join([CAPTION, *wanted])


def test_lists_may_be_given_as_lines_and_keep_their_order(clip, make, pictures):
    backwards = dict(reversed(list(CATEGORIES.items())))
    engine = i2p.Interrogator(clip=clip, labels=backwards, cache_dir="")
    parts = native(engine, pictures[0]).parts
    assert sorted(parts) == sorted(native(make(), pictures[0]).parts)
    assert parts[0][0] in CATEGORIES["mediums"] and parts[-1][0] in CATEGORIES["artists"]


def test_the_list_of_mode_negative_is_no_category(make, pictures, folder):
    (folder / "negative.txt").write_text("ugly\n")
    assert "negative" not in encoded_labels(make(), pictures[0])


def test_a_file_that_is_not_utf8_costs_one_line_of_warning(make, pictures, folder, caplog):
    wanted = native(make(), pictures[0]).prompt
    (folder / "styles.txt").write_bytes(b"caf\xe9\n")
    engine = make()
    with caplog.at_level(logging.WARNING, "img2prompt.core"):
        assert {native(engine, pictures[0]).prompt for _ in range(3)} == {wanted}
    (line,) = [record.getMessage() for record in caplog.records]
    assert "styles.txt: not UTF-8" in line and "\n" not in line


def test_a_missing_folder_is_named_in_one_line(clip, make, pictures, folder):
    engine = make()
    native(engine, pictures[0])
    shutil.rmtree(folder)
    for ask in (make, lambda: native(engine, pictures[0])):
        with pytest.raises(i2p.InvalidArgument) as refused:
            ask()
        assert str(folder) in str(refused.value) and "\n" not in str(refused.value)
    folder.mkdir()
    (folder / "artists.txt").write_text("Anna\n")
    assert native(engine, pictures[0]).prompt == f"{CAPTION}, Anna"


def test_no_list_anywhere_says_how_to_get_them(clip, pictures):
    engine = i2p.Interrogator(clip=clip, labels={}, cache_dir="")
    with pytest.raises(i2p.InvalidArgument, match="mode 'native' needs a folder of label lists: "):
        native(engine, pictures[0])


def test_without_a_caption_model_it_asks_for_a_caption(make, pictures):
    with pytest.raises(i2p.InvalidArgument, match="pass captioner= .* or caption="):
        make().interrogate(pictures[0], mode="native")


@pytest.mark.parametrize(
    "options",
    [
        {"dict_limit": -1},
        {"dict_limit": "many"},
        {"skip_categories": "artists"},
        {"num_beams": 1.5},
    ],
    ids=lambda o: next(iter(o)),
)
def test_options_out_of_range_are_refused_by_name(make, pictures, options):
    with pytest.raises(i2p.InvalidArgument, match=next(iter(options))):
        native(make(), pictures[0], **options)


def test_the_folder_of_categories_is_the_first_that_holds_a_list(tmp_path, monkeypatch):
    webui = tmp_path / "webui"
    (webui / "interrogate").mkdir(parents=True)
    monkeypatch.setenv("IMG2PROMPT_WEBUI", str(webui))
    assert find_category_folder() != webui / "interrogate"
    (webui / "interrogate" / "styles.top2.txt").write_text("x\n")
    assert find_category_folder() == webui / "interrogate"
    assert find_category_folder(tmp_path) == tmp_path
    assert find_category_folder({"artists": ["x"]}) is None
    assert (find_category_folder(model="demo") / "mediums.txt").is_file()


def test_options_default_to_the_webuis_and_are_taken_from_its_settings():
    usual, core = i2p.NativeOptions(), _core.NativeOptions()
    for name in ("num_beams", "min_length", "max_length", "dict_limit", "return_ranks"):
        assert getattr(usual, name) == getattr(core, name)
    assert (usual.skip_categories, core.skip_categories) == ((), [])
    assert i2p.NativeOptions.from_webui({"samples_save": True}) == usual
    settings = {
        "interrogate_clip_num_beams": 4,
        "interrogate_clip_min_length": 10.0,
        "interrogate_clip_max_length": 20,
        "interrogate_clip_dict_limit": 0.0,
        "interrogate_clip_skip_categories": ["artists", "flavors.top3"],
        "interrogate_return_ranks": True,
        "interrogate_use_builtin_artists": True,
    }
    assert i2p.NativeOptions.from_webui(settings) == i2p.NativeOptions(
        4, 10, 20, 0, ("artists", "flavors.top3"), True
    )


def test_the_service_asks_its_host_for_the_webuis_settings():
    settings = {"interrogate_clip_dict_limit": 7, "interrogate_return_ranks": True}
    assert Service(LocalHost(settings=settings)).native_options() == i2p.NativeOptions(
        dict_limit=7, return_ranks=True
    )
    assert Service(LocalHost()).native_options() == i2p.NativeOptions()
