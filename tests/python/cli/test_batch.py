"""`img2prompt batch` as a user runs it, with the bundled small model."""

from __future__ import annotations

import json
import shutil

from parity import deepdanbooru_models as models

import img2prompt

from .conftest import DEMO

MODELS = ("--clip-model", "demo", "--caption-model", "demo")


def test_a_folder_gets_its_prompts_and_the_bad_file_a_line(command, tmp_path):
    shutil.copy(DEMO / "picture.png", tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"no picture")
    result = command("batch", tmp_path, "--mode", "caption", *MODELS)
    assert result.returncode == 1, result.stderr
    assert "1 done; 1 failed" in result.stdout
    assert "bad.png" in result.stderr and len(result.stderr.strip().splitlines()) == 1
    caption = img2prompt.Captioner("demo").caption(str(DEMO / "picture.png"))
    assert (tmp_path / "good.txt").read_text() == caption + "\n"
    again = command("batch", tmp_path, "--mode", "caption", "--json", *MODELS)
    assert json.loads(again.stdout)["kept"] == 1


def test_a_missing_folder_is_one_line(refused, tmp_path):
    refused(2, "batch", tmp_path / "absent", must="no such folder")


def test_mode_native_takes_its_options(command, tmp_path):
    shutil.copy(DEMO / "picture.png", tmp_path / "a.png")
    options = ("--max-length", "9", "--min-length", "1", "--skip-categories", "artists")
    cache = ("--labels", DEMO / "labels", "--cache-dir", tmp_path / "cache")
    result = command("batch", tmp_path, "--mode", "native", *options, *cache, *MODELS)
    assert result.returncode == 0, result.stderr
    engine = img2prompt.Interrogator(
        img2prompt.Clip("demo"), img2prompt.Captioner("demo"), labels=DEMO / "labels", cache_dir=""
    )
    asked = img2prompt.NativeOptions(max_length=9, min_length=1, skip_categories=("artists",))
    wanted = engine.interrogate(DEMO / "picture.png", "native", native=asked).prompt
    assert (tmp_path / "a.txt").read_text() == wanted + "\n"


def test_mode_tags_takes_its_options_and_loads_the_tagger_alone(command, tmp_path):
    model = models.seeded(models.SMALL, len(models.SMALL_TAGS), 128, seed=2)
    card = models.save(tmp_path, model, models.SMALL_TAGS, 128)
    folder = tmp_path / "pictures"
    folder.mkdir()
    shutil.copy(DEMO / "picture.png", folder / "a.png")
    tagger = img2prompt.Tagger(card, device="cpu")
    plain = ("batch", folder, "--mode", "tags", "--tagger-model", card, "--device", "cpu")
    result = command(*plain)
    assert result.returncode == 0, result.stderr
    assert (folder / "a.txt").read_text() == tagger.format(folder / "a.png") + "\n"
    options = ("--threshold", "0.3", "--sort", "score", "--scores", "--exclude", "tag 3")
    result = command(*plain, "--existing", "overwrite", *options)
    assert result.returncode == 0, result.stderr
    wanted = tagger.format(folder / "a.png", 0.3, "score", exclude="tag 3", scores=True)
    assert (folder / "a.txt").read_text() == wanted + "\n"
    assert wanted != tagger.format(folder / "a.png")
