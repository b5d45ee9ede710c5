"""`img2prompt serve` in a browser: the tabs without a WebUI, on both gradios."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

import img2prompt

from .conftest import GRADIOS, ROOT, START_S, free_port, host_python
from .test_prompt_tab import TAB, generated, prepare

pytestmark = pytest.mark.browser

PACKAGES = Path(img2prompt.__file__).absolute().parents[1]
# Behind the host's own packages: where img2prompt is installed, numpy and pydantic lie beside it.
_COMMAND = f"""
import sys
sys.path.append({str(PACKAGES)!r})
from img2prompt_cli import main
sys.exit(main())
"""


def _default_signals() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def serve(gradio: str, options: list[str], folder: Path, **environment: str):
    """(address, process, log) of a page that listens, started in `folder`."""
    port, log = free_port(), folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [host_python(gradio), "-c", _COMMAND, "serve", "--port", str(port), *options],
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": "", "OMP_NUM_THREADS": "1", **environment},
            preexec_fn=_default_signals,
        )
    url, last = f"http://127.0.0.1:{port}", time.monotonic() + START_S
    while not _listens(port):  # a moment after it has said its address
        assert process.poll() is None and time.monotonic() < last, log.read_text()
        time.sleep(0.1)
    assert url in log.read_text()
    return url, process, log


def end(process, log: Path) -> None:
    process.send_signal(signal.SIGINT)
    assert process.wait(30) in (0, 130), log.read_text()
    assert "Traceback" not in log.read_text(), log.read_text()


def run_once(gradio: str, options: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """`serve` where it ends by itself; `folder` goes first on its path."""
    return subprocess.run(
        [host_python(gradio), "-c", _COMMAND, "serve", *options],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module", params=GRADIOS)
def served(request, tmp_path_factory):
    """The address of a running page, and its process."""
    url, process, log = serve(request.param, [], tmp_path_factory.mktemp("serve"))
    yield url, process
    end(process, log)


def test_the_page_guesses_and_has_nowhere_to_send_to(served, browser):
    url, _ = served
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    page.goto(url)
    page.wait_for_selector(f"{TAB}_generate", timeout=60_000)
    prepare(page)
    engine = img2prompt.Interrogator(img2prompt.Clip("demo"), img2prompt.Captioner("demo"))
    picture = ROOT / "models" / "demo" / "picture.png"
    assert generated(page) == engine.interrogate(str(picture), "fast").prompt
    assert page.locator("text=Send to").count() == 0
    # The page stays open: it must not keep Ctrl-C waiting.


def test_the_api_is_beside_the_page(served):
    url, _ = served
    with urllib.request.urlopen(url + "/interrogator/models", timeout=60) as answer:
        assert "demo" in json.load(answer)


def test_without_gradio_one_line_names_the_remedy(tmp_path):
    absent = tmp_path / "gradio.py"
    absent.write_text("raise ImportError('no gradio here')")
    result = run_once("gradio4", [], tmp_path)
    assert result.returncode == 2
    assert "pip install gradio" in result.stderr and len(result.stderr.splitlines()) == 1
