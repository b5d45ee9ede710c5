"""The commands on the bundled model: what they print for people and for programs."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from .conftest import DEMO

PICTURE, SAMPLE = DEMO / "picture.png", DEMO / "sample.png"
MODELS = ["--clip-model", "demo", "--caption-model", "demo", "--labels", DEMO / "labels"]


@pytest.fixture
def models(tmp_path):
    return [*MODELS, "--cache-dir", tmp_path]


def test_info_prints_prompt_and_settings(command):
    run = command("info", SAMPLE)
    assert run.returncode == 0 and not run.stderr
    assert "Prompt:" in run.stdout and "Sampler" in run.stdout


def test_info_json_has_every_documented_key(command):
    record = json.loads(command("info", "--json", SAMPLE).stdout)
    assert {
        "file",
        "container",
        "width",
        "height",
        "generator",
        "prompt",
        "negative_prompt",
    } <= set(record)
    assert {"settings", "infotext", "fields", "warnings"} <= set(record)
    assert record["settings"]["Size"] == f"{record['width']}x{record['height']}"


def test_info_without_record_points_to_interrogate(command):
    run = command("info", PICTURE)
    assert run.returncode == 0 and "interrogate" in run.stdout


def test_interrogate_prints_the_prompt_alone(command, models):
    run = command("interrogate", PICTURE, "--mode", "fast", *models)
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 1 and not run.stderr


def test_models_that_take_turns_give_the_same_prompt(command, models):
    prompts = [
        command("interrogate", PICTURE, "--mode", "fast", *models, *budget).stdout
        for budget in ([], ["--low-vram"], ["--device-budget", "1G"])
    ]
    assert prompts[0].strip() and len(set(prompts)) == 1


def test_interrogate_json_matches_the_text(command, models):
    text = command("interrogate", PICTURE, *models).stdout.strip()
    record = json.loads(command("interrogate", PICTURE, "--json", *models).stdout)
    assert record["prompt"] == text and record["mode"] == "best"
    assert record["caption"] and -1 <= record["score"] <= 1 and record["parts"]


def test_native_takes_the_webuis_options(command, models):
    asked = ["interrogate", PICTURE, "--mode", "native", "--json", *models]
    short = ["--min-length", "1", "--max-length", "20", "--num-beams", "2"]
    record = json.loads(command(*asked, *short).stdout)
    artist, flavor, medium, movement = [label for label, _ in record["parts"]]
    assert record["prompt"] == ", ".join([record["caption"], artist, flavor, medium, movement])
    assert not record["caption"].startswith("a picture of")
    skip = ["--skip-categories", "artists", "--skip-categories", "movements"]
    fewer = json.loads(command(*asked, *short, *skip, "--return-ranks", "--dict-limit", "1").stdout)
    first = [
        (DEMO / "labels" / f"{name}.txt").read_text().split("\n")[0]
        for name in ("flavors", "mediums")
    ]
    assert fewer["prompt"] == f"{record['caption']}, ({first[0]}:1.000), ({first[1]}:1.000)"


def test_analyze_ranks_each_table(command, models):
    record = json.loads(command("analyze", PICTURE, "--top", "3", "--json", *models).stdout)
    for rows in record["tables"].values():
        similarities = [similarity for _, similarity in rows]
        assert len(rows) == 3 and similarities == sorted(similarities, reverse=True)


def test_models_list_names_the_demo_model_as_on_disk(command):
    rows = [json.loads(line) for line in command("models", "list", "--json").stdout.splitlines()]
    demo = [row for row in rows if row["name"] == "demo"]
    assert demo and all(row["path"] for row in demo)
    assert any(row["name"] == "ViT-L-14/openai" for row in rows)


def test_doctor_finds_no_fault_here(command):
    run = command("doctor", "--json")
    report = json.loads(run.stdout)
    assert run.returncode == 0 and report["faults"] == 0
    assert {"torch", "core", "devices"} <= {finding["subject"] for finding in report["findings"]}


def test_demo_shows_both_ways_and_every_mode(command):
    run = command("demo")
    assert run.returncode == 0, run.stderr
    for word in (
        "Prompt:",
        "best (",
        "fast (",
        "classic (",
        "negative (",
        "native (",
        "caption (",
        "similarity",
    ):
        assert word in run.stdout


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_ends_with_130_within_a_second(models):
    code = "import sys; from img2prompt_cli import main; sys.exit(main())"
    many = [str(PICTURE)] * 2000
    process = subprocess.Popen(
        [sys.executable, "-c", code, "interrogate", *many, *map(str, models)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts background jobs with SIGINT ignored, and so would this process.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    process.stdout.readline()  # the first result: the work is under way
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in errors
    assert time.monotonic() - started < 10  # a hang is a failure; the second itself is a benchmark
