"""Bad input gets one line that says what to do and the right exit status; nothing else is lost."""

import json
import os
import pickle

import pytest

from .conftest import DEMO

PICTURE = DEMO / "picture.png"
CLIP = ["--clip-model", DEMO / "clip.json", "--labels", DEMO / "labels", "--mode", "negative"]


def write(path, data):
    path.write_bytes(data)
    return path


def test_missing_file_is_named(refused, tmp_path):
    refused(2, "info", tmp_path / "nope.png", must="nope.png")


@pytest.mark.parametrize(
    "content", [b"", b"hello", os.urandom(4000)], ids=["empty", "text", "noise"]
)
def test_what_is_no_picture_is_named(refused, tmp_path, content):
    refused(2, "info", write(tmp_path / "bad.png", content), must="bad.png")


def test_a_budget_that_is_no_size_is_named(refused):
    refused(2, "interrogate", PICTURE, *CLIP, "--device-budget", "much", must="'much'")


def test_a_budget_too_small_for_a_model_is_named_with_what_it_needs(refused):
    refused(2, "interrogate", PICTURE, *CLIP, "--device-budget", "1M", must="the budget is 1 MiB")


def test_one_bad_file_does_not_end_the_others(refused, tmp_path):
    bad = write(tmp_path / "bad.png", b"hello")
    run = refused(1, "info", "--json", PICTURE, bad, PICTURE, must="bad.png")
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["file"] for line in lines] == [str(PICTURE), str(bad), str(PICTURE)]
    assert set(lines[1]) == {"file", "error"} and "prompt" in lines[2]


def test_truncated_picture_cannot_be_interrogated(refused, tmp_path):
    cut = write(tmp_path / "cut.png", PICTURE.read_bytes()[:3000])
    weights = DEMO / "clip.safetensors"
    refused(2, "interrogate", cut, *CLIP, "--clip-weights", weights, must="cut.png")


def test_damaged_checkpoints_are_named(refused, tmp_path):
    weights = (DEMO / "clip.safetensors").read_bytes()
    cut = write(tmp_path / "cut.safetensors", weights[: len(weights) // 2])
    header = json.dumps(
        {"x": {"dtype": "F32", "shape": [1 << 40], "data_offsets": [0, 1 << 42]}}
    ).encode()
    lying = write(tmp_path / "lying.safetensors", len(header).to_bytes(8, "little") + header)
    for path in (cut, lying):
        refused(2, "interrogate", PICTURE, *CLIP, "--clip-weights", path, must=path.name)


def test_a_pickle_is_refused_and_never_run(refused, tmp_path):
    class Evil:
        def __reduce__(self):
            return os.system, (f"touch {tmp_path}/owned",)

    path = write(tmp_path / "evil.pth", pickle.dumps({"model": Evil()}))
    refused(2, "interrogate", PICTURE, *CLIP, "--clip-weights", path, must="evil.pth")
    assert not (tmp_path / "owned").exists()


def test_unknown_names_are_named(refused):
    refused(2, "interrogate", PICTURE, "--clip-model", "ViT-Z-99/nobody", must="ViT-Z-99")
    coca = "coca_ViT-L-14/laion2b_s13b_b90k"
    refused(2, "interrogate", PICTURE, "--clip-model", coca, must=f"{coca} is not supported: ")
    refused(2, "interrogate", PICTURE, "--mode", "bestest", must="bestest")
    refused(2, "interrogat", must="interrogat")


def test_missing_weights_name_the_file_and_where_it_belongs(refused, tmp_path):
    nowhere = {"HF_HOME": str(tmp_path), "IMG2PROMPT_MODELS": str(tmp_path)}
    refused(
        2, "interrogate", PICTURE, "--clip-model", "ViT-L-14/openai", must=str(tmp_path), **nowhere
    )


def test_no_labels_says_how_to_get_them(refused, tmp_path):
    refused(
        2,
        "interrogate",
        PICTURE,
        *CLIP[:2],
        "--mode",
        "negative",
        "--labels",
        tmp_path,
        must="negative.txt",
    )
