"""The Download button of the Interrogator tab, against a server of this machine."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from pathlib import Path

import pytest
from assets.server import Answer, Request, Server, breaks_off

import img2prompt

from .conftest import GRADIOS, ROOT, choose, open_tab, start_host, stop
from .test_prompt_tab import PICTURE, TAB, generated

pytestmark = pytest.mark.browser

DEMO = ROOT / "models" / "demo"
WEIGHTS = (DEMO / "clip.safetensors").read_bytes()
FILE = "open_clip_model.safetensors"
NAMES = ("good", "broken", "slow")


def packages_with_cards(folder: Path) -> Path:
    """The packages under test, with the demo model's card as models of a repository each."""
    here = Path(img2prompt.__file__).absolute().parent
    for package in ("img2prompt", "img2prompt_extension"):
        (folder / package).mkdir(parents=True)
        for part in (here.parent / package).iterdir():
            if part.name not in ("models", "__pycache__"):
                (folder / package / part.name).symlink_to(part)
    models = folder / "img2prompt" / "models"
    shutil.copytree(here / "models" / "clip", models / "clip")
    for part in (here / "models").iterdir():
        if part.name != "clip":
            (models / part.name).symlink_to(part)
    card = json.loads((DEMO / "clip.json").read_text())
    entry = {"file": FILE, "megabytes": 9, "licence": "mit"}
    entry["sha256"] = hashlib.sha256(WEIGHTS).hexdigest()
    card["pretrained"] = {name: {**entry, "repository": f"org/{name}"} for name in NAMES}
    (models / "clip" / "Tiny.json").write_text(json.dumps(card))
    return folder


def address(name: str) -> str:
    return f"/org/{name}/resolve/main/{FILE}"


def in_halves(content: bytes, first_sent: threading.Event, go_on: threading.Event) -> Answer:
    """As it should be, but the second half waits."""
    half = len(content) // 2

    def answer(request: Request) -> None:
        start = request.begin(content)
        request.wfile.write(content[start:half])
        request.wfile.flush()
        first_sent.set()
        go_on.wait(120)
        request.wfile.write(content[max(start, half) :])

    return answer


@pytest.fixture(scope="module")
def server():
    made = Server()
    yield made
    made.close()


@pytest.fixture(scope="module", params=GRADIOS)
def host(request, server, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    running = start_host(
        request.param,
        folder / "host",
        IMG2PROMPT_CORE=str(packages_with_cards(folder / "packages")),
        IMG2PROMPT_MODELS=str(folder / "models"),
        HF_ENDPOINT=server.url,
        HF_HUB_OFFLINE="",
        NO_PROXY="127.0.0.1",
    )
    yield running
    stop(running)


def kept(host) -> list[str]:
    """Files of the models' folder that could be taken for whole ones."""
    folder = host.root.parent / "models"
    found = [path for path in folder.rglob("*") if path.is_file()]
    return sorted(str(p.relative_to(folder)) for p in found if p.suffix == ".safetensors")


def press(page, name: str) -> None:
    choose(page, f"{TAB}_clip_model", f"Tiny/{name}")
    choose(page, f"{TAB}_caption_model", "demo")
    page.click(f"{TAB}_download")


def test_what_is_missing_is_fetched_with_progress_and_serves_at_once(page, host, server):
    sent, go_on = threading.Event(), threading.Event()
    server.answer_at(address("good"), in_halves(WEIGHTS, sent, go_on))
    open_tab(page, "Interrogator")
    press(page, "good")
    page.wait_for_selector(f"{TAB}_progress >> text=download {FILE}", timeout=30_000)
    assert sent.is_set() and kept(host) == []
    go_on.set()
    target = host.root.parent / "models" / "Tiny_good" / FILE
    page.wait_for_selector(f"{TAB}_status >> text=Tiny/good: downloaded to {target}")
    assert kept(host) == [f"Tiny_good/{FILE}"] and target.read_bytes() == WEIGHTS
    press(page, "good")
    page.wait_for_selector(f"{TAB}_status >> text=Tiny/good: here already, {target}")
    page.set_input_files(f"{TAB}_image input[type=file]", str(PICTURE))
    page.wait_for_selector(f"{TAB}_image img")
    assert generated(page)
    assert host.state()["reports"] == [] and page.errors == []


def test_a_server_that_breaks_off_is_one_line_and_leaves_no_half_file(page, host, server):
    server.answer_at(address("broken"), breaks_off(WEIGHTS, 1000))
    before = kept(host)
    open_tab(page, "Interrogator")
    press(page, "broken")
    page.wait_for_selector(f"{TAB}_status .error", timeout=90_000)
    told = page.locator(f"{TAB}_status .error").first.inner_text()
    assert FILE in told and "broke off" in told and "\n" not in told.strip()
    assert kept(host) == before
    state = host.state()
    assert state["queue_free"] and state["reports"] == []


def test_interrupt_ends_a_download(page, host, server):
    sent = threading.Event()
    server.answer_at(address("slow"), in_halves(WEIGHTS, sent, threading.Event()))
    before = kept(host)
    open_tab(page, "Interrogator")
    press(page, "slow")
    page.wait_for_selector(f"{TAB}_progress >> text=download {FILE}", timeout=30_000)
    page.click(f"{TAB}_interrupt")
    page.wait_for_selector(f"{TAB}_status >> text=Interrupted", timeout=30_000)
    assert kept(host) == before and host.state()["queue_free"]
