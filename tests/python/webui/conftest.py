"""The small host of contract/, once for each gradio, and a headless Chromium to use it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from PIL import Image

import img2prompt

ROOT = Path(__file__).resolve().parents[3]
CONTRACT = Path(__file__).parent / "contract"
START_S = 300  # of a machine with much else to do
GRADIOS = ("gradio3", "gradio4")


def missing(what: str) -> None:
    """Skips, or fails where everything is expected to be there (as in `make test`)."""
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(what)
    pytest.skip(what)


def host_python(gradio: str) -> Path:
    python = ROOT / "build" / "hosts" / gradio / "bin" / "python"
    if not python.exists():
        missing(f"no {gradio} environment; make it: bash scripts/dev/make_host_venvs.sh")
    return python


@dataclass
class ContractHost:
    """A running host."""

    gradio: str
    url: str
    root: Path
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            return json.load(answer)

    def post(self, path: str, value: object = None) -> dict:
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(value).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def state(self) -> dict:
        return self.get("/contract/state")

    def wait_until_ready(self, times: int = 1) -> None:
        """Waits until it has said so that often: once, and again after each reload."""
        end = time.monotonic() + START_S
        while self.output().count("contract host: ready") < times:
            if self.process.poll() is not None or time.monotonic() > end:
                self.process.kill()
                pytest.fail(f"the host did not start:\n{self.output()[-3000:]}")
            time.sleep(0.1)

    def output(self) -> str:
        return self.log.read_text(errors="replace")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_host(
    gradio: str, folder: Path, extensions: Sequence[Path] = (ROOT,), **environment: str
) -> ContractHost:
    """Starts a host with this extension in `folder`, and waits until it serves."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "params.txt").write_text(
        "the last picture\nNegative prompt: old\nSteps: 99, Seed: 9, Size: 640x640"
    )
    port, log = free_port(), folder / "host.log"
    packages = Path(img2prompt.__file__).absolute().parents[1]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [host_python(gradio), CONTRACT / "run_host.py", str(port), *map(str, extensions)],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "CONTRACT_ROOT": str(folder),
                "IMG2PROMPT_CORE": str(packages),
                "GRADIO_ANALYTICS_ENABLED": "False",
                "HF_HUB_OFFLINE": "1",
                # Products this small only lose by being shared out, the more on a busy machine.
                "OMP_NUM_THREADS": "1",
                "PYTHONPATH": "",
                **environment,
            },
        )
    host = ContractHost(gradio, f"http://127.0.0.1:{port}", folder, process, log)
    host.wait_until_ready()
    return host


@pytest.fixture(scope="module", params=GRADIOS)
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """A host for the tests of one file."""
    running = start_host(request.param, tmp_path_factory.mktemp(request.param))
    yield running
    stop(running)


def stop(host: ContractHost) -> None:
    host.process.terminate()
    host.process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    chromium = shutil.which("chromium")
    if chromium is None:
        missing("no chromium; apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield running
        running.close()


@pytest.fixture
def page(host: ContractHost, browser):
    """The host's page, loaded; console errors are on page.errors."""
    opened = open_page(host, browser)
    yield opened
    opened.close()


def open_page(host: ContractHost, browser):
    """The host's page in a tab of its own, loaded."""
    opened = browser.new_page(viewport={"width": 1400, "height": 1000})
    opened.errors = []
    opened.on("pageerror", lambda error: opened.errors.append(str(error)))
    opened.goto(host.url)
    opened.wait_for_function("window.switch_to_extras !== undefined", timeout=60_000)
    return opened


def open_tab(page, label: str, nth: int = 0) -> None:
    """Clicks the tab of that name; nth counts tabs of the same name."""
    names = page.locator(".tabs button, #tabs button").filter(
        has_text=re.compile(rf"^\s*{label}\s*$")
    )
    names.nth(nth).click()


def value(page, selector: str) -> str:
    return page.locator(f"{selector} textarea, {selector} input").first.input_value()


def wait_for(page, selector: str, expected: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while value(page, selector) != expected:
        assert time.monotonic() < end, f"{selector}: {value(page, selector)!r} != {expected!r}"
        page.wait_for_timeout(100)


def require_picture(page, selector: str, path: Path) -> None:
    """The Image component shows that file's pixels, unscaled and none changed."""
    page.wait_for_selector(f"{selector} img", timeout=30_000)
    shown = page.evaluate(
        """async selector => {
          const image = document.querySelector(selector + " img");
          await image.decode();
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
          const context = canvas.getContext("2d");
          context.drawImage(image, 0, 0);
          const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
          return [canvas.width, canvas.height, Array.from(pixels)];
        }""",
        selector,
    )
    with Image.open(path) as image:
        expected = image.convert("RGBA")
    assert tuple(shown[:2]) == expected.size
    assert bytes(shown[2]) == expected.tobytes()


def choose(page, selector: str, name: str) -> None:
    """Chooses an entry of a dropdown by its name."""
    field = page.locator(f"{selector} input").first
    field.click()
    field.fill(name)
    page.locator(f"{selector} [role=option], {selector} li").filter(has_text=name).first.click()


@pytest.fixture(scope="session")
def demo_engine():
    torch.set_num_threads(1)
    return img2prompt.Interrogator(img2prompt.Clip("demo"), img2prompt.Captioner("demo"))


if sys.platform == "win32":
    collect_ignore = ["contract"]
