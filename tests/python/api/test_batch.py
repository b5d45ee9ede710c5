"""Batches: what is written and kept, what a stop leaves, and that one bad file ends nothing."""

from __future__ import annotations

import csv
import json
import os

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from img2prompt import Cancelled, Error, InvalidArgument, ModelError
from img2prompt.batch import BatchOptions, find_pictures, journal, run_batch, writers


def save(path, level: int, **text: str) -> None:
    info = PngImagePlugin.PngInfo()
    for key, value in text.items():
        info.add_text(key, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((4, 4, 3), level, np.uint8)
    Image.fromarray(pixels).save(path, pnginfo=info if path.suffix == ".png" else None)


def level_of(image) -> str:
    return f"level {int(image[0, 0, 0])}"


@pytest.fixture
def folder(tmp_path):
    for name, level in (("2.png", 2), ("10.png", 10), ("sub/3.png", 3)):
        save(tmp_path / name, level)
    (tmp_path / "note.md").write_text("no picture")
    (tmp_path / ".hidden.png").write_bytes(b"")
    return tmp_path


def texts(folder) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in folder.rglob("*.txt")}


def test_pictures_are_found_in_the_order_people_count(folder):
    assert [p.as_posix() for p in find_pictures(folder)] == ["2.png", "10.png"]
    assert [p.as_posix() for p in find_pictures(folder, True)] == ["2.png", "10.png", "sub/3.png"]
    with pytest.raises(InvalidArgument, match="no such folder"):
        find_pictures(folder / "absent")


def test_a_text_is_written_beside_each_picture(folder):
    result = run_batch(folder, BatchOptions(recursive=True), level_of)
    assert (result.done, result.kept, result.failed) == (3, 0, [])
    assert texts(folder) == {
        "2.txt": "level 2\n",
        "10.txt": "level 10\n",
        "sub/3.txt": "level 3\n",
    }


@pytest.mark.parametrize(
    "existing, expected, done",
    [
        ("keep", "mine\n", 1),
        ("overwrite", "level 2\n", 2),
        ("append", "mine, level 2\n", 2),
        ("prepend", "level 2, mine\n", 2),
    ],
)
def test_texts_that_are_there(folder, existing, expected, done):
    (folder / "2.txt").write_text("mine\n")
    result = run_batch(folder, BatchOptions(existing=existing), level_of)
    assert texts(folder)["2.txt"] == expected
    assert result.done == done and result.kept == 2 - done


def test_prefix_and_suffix_go_around_each_prompt(folder):
    run_batch(folder, BatchOptions(prefix="art,", suffix="  8k "), lambda image: "a\n b")
    assert texts(folder)["2.txt"] == "art,, a b, 8k\n"


@pytest.mark.parametrize("output", ["csv", "jsonl", "single"])
def test_one_file_holds_every_prompt(folder, output):
    prompt = 'a "b", c'
    result = run_batch(folder, BatchOptions(output=output), lambda image: prompt)
    (path,) = result.files
    text = path.read_text()
    if output == "csv":
        expected = [["filename", "prompt"], ["2.png", prompt], ["10.png", prompt]]
        assert list(csv.reader(text.splitlines())) == expected
    elif output == "jsonl":
        assert [json.loads(line)["prompt"] for line in text.splitlines()] == [prompt] * 2
    else:
        assert text == f"{prompt}\n" * 2


def test_a_csv_is_gone_on_with(folder):
    run_batch(folder, BatchOptions(output="csv"), level_of)
    save(folder / "11.png", 11)
    result = run_batch(folder, BatchOptions(output="csv"), level_of)
    assert (result.done, result.kept) == (1, 2)
    rows = list(csv.reader((folder / "prompts.csv").read_text().splitlines()))
    assert [row[0] for row in rows] == ["filename", "2.png", "10.png", "11.png"]


def test_a_bad_file_is_noted_and_passed_over(folder):
    (folder / "1.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    result = run_batch(folder, BatchOptions(), level_of)
    assert result.done == 2
    ((name, why),) = result.failed
    assert name == "1.png" and "1.png" in why


def test_two_pictures_never_share_a_text(folder):
    save(folder / "2.jpg", 99)
    result = run_batch(folder, BatchOptions(), level_of)
    assert [name for name, _ in result.failed] == ["2.png"]
    assert "2.jpg" in result.failed[0][1]
    assert set(texts(folder)) == {"2.txt", "10.txt"}


@pytest.mark.parametrize("output", ["txt", "csv"])
@pytest.mark.parametrize("stop", [Cancelled, KeyboardInterrupt])
def test_a_stopped_batch_goes_on_where_it_was(folder, output, stop):
    options = BatchOptions(output=output, existing="append", recursive=True)
    (folder / "2.txt").write_text("mine")
    asked = []

    def stops_at_the_second(image):
        asked.append(level_of(image))
        if len(asked) == 2:
            raise stop("stop")
        return level_of(image)

    first = run_batch(folder, options, stops_at_the_second)
    assert first.cancelled and first.done == 1
    second = run_batch(folder, options, level_of)
    assert (second.done, second.kept, second.cancelled) == (2, 1, False)
    if output == "txt":
        assert texts(folder)["2.txt"] == "mine, level 2\n"  # not appended twice
    else:
        rows = list(csv.reader((folder / "prompts.csv").read_text().splitlines()))
        assert [row[1] for row in rows[1:]] == ["level 2", "level 10", "level 3"]
    assert not list(folder.glob(".img2prompt*"))


def test_a_journal_of_other_options_or_of_nonsense_is_not_taken(folder):
    (folder / ".img2prompt-batch.jsonl").write_text('{"mode": "best"}\n["2.png", "wrong"]\n')
    run_batch(folder, BatchOptions(), level_of)
    assert texts(folder)["2.txt"] == "level 2\n"


def test_a_journal_cut_in_the_middle_of_a_line_is_gone_on_with(folder):
    key = BatchOptions(output="single").key()
    (folder / ".img2prompt-batch.jsonl").write_text(f'{key}\n["2.png", "kept"]\n["10.p')
    run_batch(folder, BatchOptions(output="single"), level_of)
    assert (folder / "prompts.txt").read_text() == "kept\nlevel 10\n"


@pytest.mark.parametrize("output", ["txt", "csv", "single", "jsonl"])
@pytest.mark.parametrize("existing", ["keep", "overwrite", "append", "prepend"])
@pytest.mark.parametrize("step", range(11))
def test_a_batch_killed_at_any_step_ends_as_one_that_was_not(
    folder, output, existing, step, monkeypatch, tmp_path_factory
):
    """Killed before the step-th change on the disk; the folder is then as the kill left it."""

    class Killed(BaseException):
        pass

    whole = tmp_path_factory.mktemp("whole")
    options = BatchOptions(output=output, existing=existing, recursive=True)
    for place in (folder, whole):
        for name, level in (("2.png", 2), ("10.png", 10), ("sub/3.png", 3)):
            save(place / name, level)
        (place / "2.txt").write_text("mine\n")
        (place / "prompts.csv").write_text("filename,prompt\nold.png,old\n")
    run_batch(whole, options, level_of)
    left = [step]

    def counted(function):
        def call(*values, **options):
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return function(*values, **options)

        return call

    monkeypatch.setattr(journal.Journal, "_write", counted(journal.Journal._write))
    monkeypatch.setattr(writers.os, "replace", counted(os.replace))
    monkeypatch.setattr(journal.Journal, "close", lambda self, finished: self._file.close())
    try:
        run_batch(folder, options, level_of)
    except Killed:
        pass
    monkeypatch.undo()
    result = run_batch(folder, options, level_of)
    assert result.failed == [] and not result.cancelled

    def left_in(place):
        files = (p for p in place.rglob("*") if p.is_file() and p.suffix != ".png")
        return {p.relative_to(place): p.read_text() for p in files if p.name != "note.md"}

    assert left_in(folder) == left_in(whole)
    assert left[0] < 0 or step >= 7  # it was killed; no run has fewer steps than that


def test_the_record_is_taken_where_there_is_one(folder):
    save(folder / "2.png", 2, parameters="from the file\nSteps: 1, Seed: 2, Size: 4x4")
    run_batch(folder, BatchOptions(from_record=True), level_of)
    assert texts(folder) == {"2.txt": "from the file\n", "10.txt": "level 10\n"}


def test_a_model_that_is_missing_ends_all_and_leaves_nothing(folder):
    def missing(image):
        raise ModelError("no weights")

    with pytest.raises(ModelError):
        run_batch(folder, BatchOptions(), missing)
    assert not list(folder.glob(".img2prompt*")) and not texts(folder)


def test_a_text_that_cannot_be_written_fails_its_picture_alone(folder):
    (folder / "2.txt").mkdir()
    result = run_batch(folder, BatchOptions(existing="overwrite"), level_of)
    assert [name for name, _ in result.failed] == ["2.png"] and result.done == 1


def test_unknown_options_are_refused():
    with pytest.raises(InvalidArgument, match="accepted are"):
        BatchOptions(output="xml")
    assert issubclass(InvalidArgument, Error)


def test_an_error_that_nobody_expected_ends_only_its_picture(folder, caplog):
    def guess(image):
        if level_of(image) == "level 2":
            raise KeyError("shape")
        return level_of(image)

    result = run_batch(folder, BatchOptions(), guess)
    ((name, why),) = result.failed
    assert name == "2.png" and "2.png failed unexpectedly (KeyError: 'shape')" in why
    assert result.done == 1
    assert texts(folder) == {"10.txt": "level 10\n"}
    assert "KeyError" in caplog.text and "in guess" in caplog.text
