"""The Interrogator as its callers see it, on a small CLIP of random numbers."""

from __future__ import annotations

import json
import threading
import time

import numpy as np
import pytest
import torch

import img2prompt as i2p

from . import small_clip

LABELS = {
    "artists": ["Anna", "Boris Berg", "C. Cole"],
    "flavors": [f"flavor {i} of {'light' if i % 3 else 'dark'}" for i in range(90)],
    "mediums": ["a photo", "a painting"],
    "movements": ["cubism", "realism", "art nouveau"],
    "negative": ["ugly", "deformed", "watermark"],
}
CAPTION = "a dog on a bench"
SCORE_TOLERANCE = 1e-5  # between encoding a text alone and beside others
RANK_TOLERANCE = 1e-3  # tables are kept in float16


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Products this small only lose by being shared out, the more the busier the machine is."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return small_clip.make(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="module")
def picture():
    return np.random.RandomState(4).randint(0, 256, (60, 80, 3), np.uint8)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "labels"
    folder.mkdir()
    for name, lines in LABELS.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def engine(clip, folder, tmp_path):
    return i2p.Interrogator(clip=clip, labels=folder, cache_dir=tmp_path / "cache")


def run_everything(engine, picture):
    modes = [m for m in i2p.modes() if m != "negative"]
    prompts = [engine.interrogate(picture, mode=m, caption=CAPTION).prompt for m in modes]
    return [*prompts, engine.interrogate(picture, mode="negative").prompt]


@pytest.mark.parametrize("mode", ["best", "fast", "classic", "negative", "caption"])
def test_result_names_prompt_caption_score_mode_and_parts(engine, picture, mode):
    caption = None if mode == "negative" else CAPTION
    result = engine.interrogate(picture, mode=mode, caption=caption)
    assert str(result) == result.prompt
    assert (result.mode, result.caption) == (mode, caption or "")
    separated = result.prompt
    for phrase, similarity in result.parts:
        assert separated.startswith(phrase)
        separated = separated[len(phrase) :].lstrip(", ")
        assert similarity == pytest.approx(
            engine.similarity(picture, phrase)[0], abs=SCORE_TOLERANCE
        )
    assert separated == ""
    assert result.score == pytest.approx(
        engine.similarity(picture, result.prompt)[0], abs=SCORE_TOLERANCE
    )
    assert result.evaluations > 0
    json.dumps(result.to_dict())


def test_best_is_never_less_similar_than_the_other_modes(engine, picture):
    score = {
        m: engine.interrogate(picture, m, CAPTION).score for m in i2p.modes() if m != "negative"
    }
    assert score["best"] >= max(score.values()) - SCORE_TOLERANCE


def test_flavors_are_limited(engine, picture):
    result = engine.interrogate(picture, "fast", CAPTION, max_flavors=2)
    assert len(result.parts) == 3
    assert engine.interrogate(picture, "negative", max_flavors=0).prompt.count(",") == 0


def test_rank_and_analyze_order_labels_by_similarity(engine, clip, picture):
    image = clip.encode_image(picture)[0]
    for table, top in (("flavors", 7), ("mediums", 50)):
        wanted = clip.encode_text(LABELS[table]) @ image
        got = engine.rank(picture, table, top)
        assert len(got) == min(top, len(LABELS[table]))
        assert np.allclose([s for _, s in got], np.sort(wanted)[::-1][:top], atol=RANK_TOLERANCE)
        for label, similarity in got:
            assert similarity == pytest.approx(
                wanted[LABELS[table].index(label)], abs=RANK_TOLERANCE
            )
    tables = engine.analyze(picture, top=2)
    assert list(tables) == ["mediums", "artists", "movements", "trendings", "flavors"]
    assert all(len(rows) == 2 for rows in tables.values())
    assert tables["flavors"] == engine.rank(picture, "flavors", 2)
    assert tables["artists"][0][0].startswith(("by ", "inspired by "))


def test_similarity_is_float32_of_each_text(engine, clip, picture):
    texts = ["a", "b c", "", "é\udce9"]
    got = engine.similarity(picture, texts)
    assert got.dtype == np.float32 and got.shape == (4,)
    assert np.allclose(
        got[:3], clip.encode_text(texts[:3]) @ clip.encode_image(picture)[0], atol=1e-6
    )
    assert engine.similarity(picture, []).shape == (0,)


def test_a_mode_without_its_caption_or_list_says_what_to_do(clip, engine, folder, picture):
    with pytest.raises(i2p.InvalidArgument, match="pass captioner= .* or caption="):
        engine.interrogate(picture, mode="best")
    with pytest.raises(i2p.InvalidArgument, match="'bestest' is not a mode; there are best, fast"):
        engine.interrogate(picture, mode="bestest", caption=CAPTION)
    with pytest.raises(i2p.InvalidArgument, match="min_flavors is -1; 0 to"):
        engine.interrogate(picture, caption=CAPTION, min_flavors=-1)
    (folder / "movements.txt").unlink()
    less = i2p.Interrogator(clip=clip, labels=folder, cache_dir="")
    with pytest.raises(i2p.InvalidArgument, match=r"needs the label list movements\.txt: .*labels"):
        less.interrogate(picture, caption=CAPTION)
    assert less.interrogate(picture, mode="negative").prompt
    assert "movements" not in less.analyze(picture)
    with pytest.raises(i2p.InvalidArgument, match=r"nonsense\.txt"):
        less.rank(picture, "nonsense", 1)


@pytest.mark.parametrize(
    "options",
    [{"pool_size": 0}, {"chunk_size": -3}, {"selection": "some"}],
    ids=lambda o: next(iter(o)),
)
def test_options_out_of_range_are_refused_with_their_names(clip, folder, options):
    with pytest.raises(i2p.InvalidArgument, match=next(iter(options))):
        i2p.Interrogator(clip=clip, labels=folder, cache_dir="", **options)


def test_lists_may_be_given_as_lines(clip, folder, picture, tmp_path):
    lines = i2p.Interrogator(clip=clip, labels=LABELS, cache_dir="")
    files = i2p.Interrogator(clip=clip, labels=folder, cache_dir="")
    assert run_everything(lines, picture) == run_everything(files, picture)


def test_a_list_of_ones_own_joins_the_analysis_and_changes_are_seen(clip, folder, picture):
    (folder / "styles.top3.txt").write_text("noir\npop\n")
    engine = i2p.Interrogator(clip=clip, labels=folder, cache_dir="")
    assert {label for label, _ in engine.analyze(picture)["styles"]} == {"noir", "pop"}
    time.sleep(0.01)
    (folder / "styles.top3.txt").write_text("noir\npop\ngothic\n")
    assert len(engine.analyze(picture)["styles"]) == 3


def test_tables_are_made_once_and_only_when_needed(engine, clip, folder, picture, tmp_path):
    def stages(engine, mode):
        seen = []
        caption = None if mode == "negative" else CAPTION
        engine.interrogate(picture, mode, caption, progress=lambda stage, *_: seen.append(stage))
        return sorted({stage for stage in seen if stage.startswith("labels")})

    assert stages(engine, "caption") == []
    assert stages(engine, "negative") == ["labels: flavors", "labels: negative"]
    assert stages(engine, "negative") == []
    again = i2p.Interrogator(clip=clip, labels=folder, cache_dir=tmp_path / "cache")
    assert stages(again, "negative") == []
    assert stages(again, "fast") == [
        "labels: artists",
        "labels: mediums",
        "labels: movements",
        "labels: trendings",
    ]


def test_progress_never_runs_back_within_a_stage(engine, picture):
    calls = []
    engine.interrogate(picture, caption=CAPTION, progress=lambda *call: calls.append(call))
    assert {"labels: flavors", "flavor chain"} <= {stage for stage, _, _ in calls}
    for (stage, done, total), (next_stage, next_done, _) in zip(calls, calls[1:]):
        assert 0 <= done <= total
        assert stage != next_stage or next_done >= done


def test_every_better_prompt_of_a_search_is_told_with_its_similarity(engine, picture):
    told = []
    answer = engine.interrogate(
        picture, caption=CAPTION, found=lambda prompt, score: told.append((prompt, score))
    )
    prompts, scores = zip(*told)
    assert prompts[0] == CAPTION and len(prompts) > 1
    assert all(scores[i] < scores[i + 1] for i in range(len(scores) - 1))
    np.testing.assert_allclose(scores, engine.similarity(picture, prompts), atol=SCORE_TOLERANCE)
    assert max(scores) <= answer.score + SCORE_TOLERANCE
    told.clear()
    engine.interrogate(picture, "fast", CAPTION, found=lambda *call: told.append(call))
    assert told == []


@pytest.mark.parametrize("share", [0, 0.3, 0.6, 0.9])
def test_cancel_raises_soon_and_the_engine_stays_usable(clip, folder, picture, share):
    """Cancelled after a share of the times that an undisturbed run asks."""
    undisturbed = i2p.Interrogator(clip=clip, labels=folder, cache_dir="")
    asked = []
    wanted = undisturbed.interrogate(
        picture, caption=CAPTION, cancel=lambda: bool(asked.append(time.monotonic()))
    )
    assert max(after - before for before, after in zip(asked, asked[1:])) < 1

    engine = i2p.Interrogator(clip=clip, labels=folder, cache_dir="")
    left = int(share * len(asked))
    calls = []

    def cancel():
        calls.append(time.monotonic())
        return len(calls) > left

    with pytest.raises(i2p.Cancelled):
        engine.interrogate(picture, caption=CAPTION, cancel=cancel)
    assert time.monotonic() - calls[-1] < 1
    assert len(calls) == left + 1
    assert engine.interrogate(picture, caption=CAPTION) == wanted


def test_an_error_in_progress_reaches_the_caller_and_leaves_the_engine_usable(engine, picture):
    def progress(stage, done, total):
        raise RuntimeError("the caller's own")

    with pytest.raises(RuntimeError, match="the caller's own"):
        engine.interrogate(picture, caption=CAPTION, progress=progress)
    assert engine.interrogate(picture, caption=CAPTION).prompt


def test_unload_frees_and_the_next_call_loads_again(engine, picture):
    before = run_everything(engine, picture)
    engine.unload()
    engine.unload()
    assert run_everything(engine, picture) == before


def test_threads_take_turns_and_a_waiting_one_can_be_cancelled(engine, picture):
    wanted = engine.interrogate(picture, caption=CAPTION)
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(engine.interrogate(picture, caption=CAPTION)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    with pytest.raises(i2p.Cancelled):
        engine.interrogate(picture, caption=CAPTION, cancel=lambda: True)
    for thread in threads:
        thread.join()
    assert [result.prompt for result in got] == [wanted.prompt] * 3


def test_modes_are_described():
    assert next(iter(i2p.modes())) == "best"
    assert all(len(text) > 10 for text in i2p.modes().values())
