"""read_metadata_many gives for each file what read_metadata gives or raises."""

from __future__ import annotations

import os

import pytest

import img2prompt as i2p

PIL = pytest.importorskip("PIL")
from PIL import Image, PngImagePlugin  # noqa: E402

COUNT = 150  # more than two batches


@pytest.fixture
def folder(tmp_path):
    """Pictures whose records tell them apart; every tenth is no picture, every tenth is missing."""
    for index in range(COUNT):
        path = tmp_path / f"{index}.png"
        if index % 10 == 3:
            path.write_bytes(b"no picture")
        elif index % 10 != 7:
            text = PngImagePlugin.PngInfo()
            text.add_text("parameters", f"cat {index}\nSteps: 20, Sampler: Euler, Seed: {index}")
            Image.new("RGB", (8, 8)).save(path, pnginfo=text)
    return tmp_path


def alone(path):
    try:
        return i2p.read_metadata(path)
    except i2p.Error as error:
        return error


@pytest.mark.parametrize("threads", [0, 1, 3])
def test_every_file_gives_what_it_gives_alone_and_in_its_place(folder, threads):
    paths = [folder / f"{index}.png" for index in range(COUNT)]
    found = list(i2p.read_metadata_many(paths, threads=threads))
    assert len(found) == COUNT
    for path, record in zip(paths, found):
        expected = alone(path)
        if isinstance(expected, i2p.Error):
            assert type(record) is type(expected) and str(record) == str(expected)
        else:
            assert record == expected and record.settings["Seed"] == path.stem


def test_files_are_read_a_batch_ahead_and_no_more(folder):
    asked = []

    def paths():
        for index in range(COUNT):
            asked.append(index)
            yield os.fspath(folder / f"{index}.png")

    first = next(iter(i2p.read_metadata_many(paths())))
    assert first.prompt == "cat 0"
    assert 0 < len(asked) < COUNT
    assert list(i2p.read_metadata_many([])) == []


def test_hidden_holds_for_every_file_and_wrong_values_are_named(folder):
    with pytest.raises(i2p.InvalidArgument, match="sometimes"):
        list(i2p.read_metadata_many([folder / "0.png"], hidden="sometimes"))
    with pytest.raises(i2p.InvalidArgument, match="threads=-1"):
        list(i2p.read_metadata_many([folder / "0.png"], threads=-1))
