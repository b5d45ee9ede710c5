"""Booru tags in a browser, over the API, and by the host's button, with a small random model."""

from __future__ import annotations

import base64
import shutil

import pytest
from parity import deepdanbooru_models as models

import img2prompt

from .conftest import ROOT, open_tab, value, wait_for
from .test_api import finished
from .test_interrogator_parts import open_part

pytestmark = pytest.mark.browser

PICTURE = ROOT / "models" / "demo" / "picture.png"
IMAGE = base64.b64encode(PICTURE.read_bytes()).decode()
TAGS = [f"tag_{i}_(x)" for i in range(40)]


@pytest.fixture(scope="module")
def tagger(host, tmp_path_factory):
    """The small tagger, which the host's setting names."""
    model = models.seeded(models.SMALL, len(TAGS), 128, seed=2)
    card = models.save(tmp_path_factory.mktemp("tagger"), model, TAGS, 128)
    host.post("/contract/option/img2prompt_tagger_model", str(card))
    return img2prompt.Tagger(card, device="cpu")


def test_options_act_without_a_new_run(page, host, tagger):
    open_tab(page, "Interrogator")
    open_tab(page, "Tags")
    page.set_input_files("#img2prompt_tags_image input[type=file]", str(PICTURE))
    page.wait_for_selector("#img2prompt_tags_image img")
    page.click("#img2prompt_tags_run")
    wait_for(page, "#img2prompt_tags_text", tagger.format(str(PICTURE)))
    begun = host.state()["state"]["time_start"]
    page.locator("#img2prompt_tags_sort label", has_text="score").click()
    wait_for(page, "#img2prompt_tags_text", tagger.format(str(PICTURE), sort="score"))
    field = page.locator("#img2prompt_tags_threshold input[type=number]")
    field.fill("0.2")
    field.blur()
    expected = tagger.format(str(PICTURE), sort="score", threshold=0.2)
    assert expected != tagger.format(str(PICTURE), sort="score")
    wait_for(page, "#img2prompt_tags_text", expected)
    assert host.state()["state"]["time_start"] == begun


def test_a_folder_gets_its_tags(page, host, tagger, tmp_path):
    shutil.copy(PICTURE, tmp_path / "a.png")
    prefix = open_part(page, "Batch")
    page.locator(f"{prefix}_mode label", has_text="tags").click()
    page.locator(".label-wrap", has_text="How mode tags writes them").click()
    page.locator(f"{prefix}_sort label", has_text="score").click()
    field = page.locator(f"{prefix}_threshold input[type=number]")
    field.fill("0.3")
    field.blur()
    page.fill(f"{prefix}_folder textarea, {prefix}_folder input", str(tmp_path))
    page.click(f"{prefix}_run")
    page.wait_for_selector(f"{prefix}_status >> text=1 done", timeout=60_000)
    expected = tagger.format(str(PICTURE), threshold=0.3, sort="score")
    assert (tmp_path / "a.txt").read_text() == expected + "\n"
    assert expected != tagger.format(str(PICTURE))
    assert host.state()["queue_free"]


def test_the_route_answers_with_tags_and_prompt(host, tagger):
    answer = host.post("/img2prompt/tags", {"image": IMAGE, "threshold": 0.3})
    expected = dict(tagger.tags(str(PICTURE), threshold=0.3))
    assert answer["tags"] == pytest.approx(expected, abs=1e-6)
    assert answer["prompt"] == tagger.format(str(PICTURE), threshold=0.3)


def test_a_queued_batch_writes_tags_too(host, tagger):
    job = host.post("/img2prompt/batch", {"images": [IMAGE, "bm8="], "mode": "tags"})
    job = finished(host, job)
    assert job["result"][0] == {"prompt": tagger.format(str(PICTURE))}
    assert list(job["result"][1]) == ["error"]


def test_the_hosts_own_button_and_route_are_answered(page, host, tagger):
    host.post("/contract/option/deepbooru_filter_tags", TAGS[0])
    host.post("/contract/option/img2prompt_replace_buttons", True)
    try:
        expected = tagger.format(str(PICTURE), exclude=TAGS[0])
        request = {"image": IMAGE, "model": "deepdanbooru"}
        assert host.post("/sdapi/v1/interrogate", request)["caption"] == expected
        open_tab(page, "img2img")
        page.set_input_files("#img2img_image input[type=file]", str(PICTURE))
        page.wait_for_selector("#img2img_image img")
        page.click("#deepbooru")
        wait_for(page, "#img2img_prompt", expected)
        assert value(page, "#img2img_prompt")
    finally:
        host.post("/contract/option/img2prompt_replace_buttons", False)
