"""The commands that make a copy: where it goes, and that nothing is lost on the way."""

from __future__ import annotations

import json
import os

import pytest

import img2prompt as i2p
from img2prompt.cli import main

PIL = pytest.importorskip("PIL")
from PIL import Image, PngImagePlugin  # noqa: E402

INFOTEXT = "a cat, 猫\nSteps: 1, Seed: 2, Model: m"


@pytest.fixture
def picture(tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "secret")
    path = tmp_path / "a.b.png"
    Image.radial_gradient("L").resize((32, 16)).save(path, pnginfo=info)
    os.utime(path, ns=(1_000_000_000, 1_500_000_000_000_000_000))
    path.chmod(0o640)
    return path


def leftovers(folder):
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")]


def test_strip_makes_a_copy_beside_the_file(picture, capsys):
    before = picture.read_bytes()
    assert main(["strip", str(picture)]) == 0
    copy = picture.with_name("a.b-stripped.png")
    assert copy.read_bytes() == i2p.strip_metadata(before)
    assert picture.read_bytes() == before
    assert copy.stat().st_mode & 0o777 == 0o640
    assert "bytes left out" in capsys.readouterr().out
    assert main(["strip", str(picture)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert leftovers(picture.parent) == []


def test_strip_in_place_and_its_time(picture):
    times = picture.stat().st_mtime_ns
    assert main(["strip", "--in-place", "--keep-time", str(picture)]) == 0
    assert b"secret" not in picture.read_bytes()
    assert picture.stat().st_mtime_ns == times
    assert main(["strip", "--in-place", str(picture)]) == 0
    assert picture.stat().st_mtime_ns != times


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_in_place_follows_a_link(picture, tmp_path):
    link = tmp_path / "link.png"
    link.symlink_to(picture)
    assert main(["strip", "--in-place", str(link)]) == 0
    assert link.is_symlink() and b"secret" not in picture.read_bytes()


def test_strip_of_several_files_goes_on_past_a_bad_one(picture, tmp_path, capsys):
    bad = tmp_path / "bad.png"
    bad.write_bytes(picture.read_bytes()[:50])
    out = tmp_path / "out"
    out.mkdir()
    files = [str(bad), str(picture)]
    assert main(["strip", *files, "-o", str(out), "--json"]) == 1
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "damaged or cut" in lines[0]["error"]
    assert lines[1]["output"] == str(out / picture.name)
    assert lines[1]["removed_bytes"] > 0
    assert [path.name for path in out.iterdir()] == [picture.name]
    assert main(["strip", *files, "-o", str(tmp_path / "one.png")]) == 2
    assert "no folder" in capsys.readouterr().err


def test_write_takes_the_text_from_the_command_line_or_a_file(picture, tmp_path):
    out = tmp_path / "out.png"
    assert main(["write", str(picture), "--infotext", INFOTEXT, "-o", str(out)]) == 0
    assert i2p.read_metadata(out).infotext == INFOTEXT
    text = tmp_path / "text.txt"
    text.write_text(INFOTEXT + "\n", encoding="utf-8")
    assert main(["write", str(picture), "--infotext-file", str(text)]) == 0
    assert i2p.read_metadata(tmp_path / "a.b-infotext.png").infotext == INFOTEXT
    assert main(["write", str(picture), "--infotext-file", str(text), "--in-place"]) == 0
    assert i2p.read_metadata(picture).infotext == INFOTEXT
    assert leftovers(tmp_path) == []


def test_write_answers_errors_in_one_line(picture, tmp_path, capsys):
    latin = tmp_path / "latin.txt"
    latin.write_bytes(b"caf\xe9")
    for arguments, message in (
        (["--infotext", ""], "it is empty"),
        (["--infotext-file", str(latin)], "not UTF-8 at byte 3"),
        (["--infotext-file", str(tmp_path / "nope.txt")], "nope.txt"),
        (["--infotext", "a", "-o", str(tmp_path / "no" / "folder.png")], "cannot be written"),
    ):
        assert main(["write", str(picture), *arguments]) == 2
        error = capsys.readouterr().err
        assert message in error and error.count("\n") == 1
    with pytest.raises(SystemExit) as caught:
        main(["write", str(picture)])
    assert caught.value.code == 2
