"""`img2prompt tags` on a small tagger: the WebUI's text, its options, and JSON."""

import json

import pytest
import torch
from parity import deepdanbooru_models as models

import img2prompt as i2p

from .conftest import DEMO

PICTURE, SAMPLE = DEMO / "picture.png", DEMO / "sample.png"


@pytest.fixture(scope="module")
def card(tmp_path_factory):
    tags = models.SMALL_TAGS
    model = models.seeded(models.SMALL, len(tags), 128, seed=2)
    return models.save(tmp_path_factory.mktemp("tagger"), model, tags, 128)


@pytest.fixture(scope="module")
def tagger(card):
    return i2p.Tagger(card, device="cpu")


def test_the_prompt_alone_is_printed(command, card, tagger):
    run = command("tags", PICTURE, "--tagger-model", card, "--device", "cpu")
    assert run.returncode == 0 and not run.stderr
    assert run.stdout == tagger.format(PICTURE) + "\n"
    assert run.stdout.count(",") > 3


def test_every_option_is_passed_on(command, card, tagger):
    options = ["--threshold", "0.3", "--sort", "score", "--no-spaces", "--no-escape", "--scores"]
    options += ["--exclude", "long hair, Zebra", "--exclude", "tag 3"]
    files = [PICTURE, SAMPLE]
    run = command("tags", "--json", *files, *options, "--tagger-model", card, "--device", "cpu")
    assert run.returncode == 0, run.stderr
    exclude = ["long_hair", "Zebra", "tag_3"]
    for file, line in zip(files, run.stdout.splitlines()):
        record = json.loads(line)
        tags = tagger.tags(file, 0.3, exclude=exclude)
        assert [tuple(tag) for tag in record["tags"]] == tags
        assert record["file"] == str(file)
        assert record["prompt"] == tagger.format(
            file, 0.3, "score", use_spaces=False, escape=False, exclude=exclude, scores=True
        )
        assert 0 < len(tags) < len(tagger.tags(file, 0.3))


def test_a_bad_file_does_not_end_the_others(refused, card, tmp_path):
    (tmp_path / "bad.png").write_bytes(b"hello")
    files = [PICTURE, tmp_path / "bad.png", SAMPLE]
    run = refused(1, "tags", "--json", *files, "--tagger-model", card, must="bad.png")
    assert [set(json.loads(line)) for line in run.stdout.splitlines()] == [
        {"file", "tags", "prompt"},
        {"file", "error"},
        {"file", "tags", "prompt"},
    ]


@pytest.mark.parametrize("threshold", ["2", "-1", "nan", "much"])
def test_a_threshold_that_is_no_probability_is_wrong_usage(refused, threshold):
    refused(2, "tags", PICTURE, f"--threshold={threshold}", must="--threshold")


def test_missing_weights_are_named_with_their_source(refused, tmp_path):
    must = "get model-resnet_custom_v3.pt (644 MB) from https://github.com/AUTOMATIC1111/"
    refused(2, "tags", PICTURE, "--models-dir", tmp_path, must=must)


def test_weights_named_by_hand(refused, card, tmp_path):
    torch.save({"w": torch.ones(2)}, tmp_path / "other.pt")
    weights = ["--tagger-weights", tmp_path / "other.pt"]
    refused(2, "tags", PICTURE, "--tagger-model", card, *weights, must="other.pt")


def test_models_list_knows_the_tagger(command):
    rows = [json.loads(line) for line in command("models", "list", "--json").stdout.splitlines()]
    (row,) = [row for row in rows if row["name"] == "deepdanbooru"]
    assert row["kind"] == "tagger" and row["megabytes"] == 644 and row["licence"] == "mit"
