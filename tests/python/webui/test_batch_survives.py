"""A batch whose page is closed goes on; one whose server is killed is gone on with."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from .conftest import GRADIOS, ROOT, open_page, start_host, stop
from .test_interrogator_parts import open_part

pytestmark = pytest.mark.browser

PICTURE = ROOT / "models" / "demo" / "picture.png"


def start_batch(page, folder: Path, mode: str, existing: str) -> None:
    prefix = open_part(page, "Batch")
    page.locator(f"{prefix}_mode label", has_text=mode).click()
    page.locator(f"{prefix}_existing label", has_text=existing).click()
    page.fill(f"{prefix}_folder textarea, {prefix}_folder input", str(folder))
    page.click(f"{prefix}_run")


def pictures(folder: Path, count: int, before: str = "") -> None:
    folder.mkdir()
    for index in range(count):
        shutil.copy(PICTURE, folder / f"{index}.png")
        if before:
            (folder / f"{index}.txt").write_text(before)


def written(folder: Path, but: str = "") -> list[str]:
    return [text for path in folder.glob("*.txt") if (text := path.read_text()) != but]


def wait_until(condition, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_closing_the_browser_loses_nothing(host, browser, demo_engine, tmp_path):
    pictures(tmp_path / "p", 12)
    page = open_page(host, browser)
    start_batch(page, tmp_path / "p", "best", "keep")
    wait_until(lambda: written(tmp_path / "p"))
    page.close()
    expected = demo_engine.interrogate(str(PICTURE), "best").prompt + "\n"
    wait_until(lambda: len(written(tmp_path / "p")) == 12)
    assert written(tmp_path / "p") == [expected] * 12
    wait_until(lambda: host.state()["queue_free"])
    assert not list((tmp_path / "p").glob(".img2prompt*"))


@pytest.mark.parametrize("gradio", GRADIOS)
def test_a_killed_servers_batch_is_gone_on_with(gradio, browser, demo_engine, tmp_path):
    folder = tmp_path / "p"
    pictures(folder, 12, before="mine\n")
    expected = f"mine, {demo_engine.interrogate(str(PICTURE), 'best').prompt}\n"
    host = start_host(gradio, tmp_path / "first")
    page = open_page(host, browser)
    start_batch(page, folder, "best", "append")
    wait_until(lambda: len(written(folder, but="mine\n")) >= 2)
    host.process.kill()
    host.process.wait(20)
    page.close()
    done = written(folder, but="mine\n")
    assert set(done) == {expected} and len(done) < 12
    host = start_host(gradio, tmp_path / "second")
    page = open_page(host, browser)
    start_batch(page, folder, "best", "append")
    wait_until(lambda: len(written(folder, but="mine\n")) == 12)
    page.wait_for_selector("#img2prompt_batch_status >> text=kept as they were", timeout=30_000)
    page.close()
    stop(host)
    assert written(folder) == [expected] * 12
    assert not list(folder.glob("*.img2prompt-new")) and not list(folder.glob(".img2prompt*"))
