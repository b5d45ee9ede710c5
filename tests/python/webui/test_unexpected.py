"""An error that nobody foresaw: one line where the user looks, the traceback in the log."""

from __future__ import annotations

import base64
import json
import urllib.error

import pytest

from .conftest import GRADIOS, ROOT, choose, open_tab, start_host, stop
from .test_interrogator_parts import PICTURE, open_part
from .test_png_info_tab import drop, picture
from .test_prompt_tab import TAB, prepare

pytestmark = pytest.mark.browser

# Another extension, which breaks what the tabs and the routes call.
_BREAKER = """
import img2prompt.api.info_routes as info_routes
import img2prompt.tabs.png_info as png_info
from img2prompt.service import Service


def broken(*values, **options):
    raise ZeroDivisionError("<b>broken</b> by hand\\nand a second line")


Service.engine = Service.tagger = Service.place = broken
png_info.read_metadata = png_info.strip_metadata = png_info.several.read_rows = broken
info_routes.read_metadata = broken
"""
_WHAT = "failed unexpectedly (ZeroDivisionError: <b>broken</b> by hand)"


@pytest.fixture(scope="module", params=GRADIOS)
def host(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    script = folder / "breaker" / "scripts" / "breaker.py"
    script.parent.mkdir(parents=True)
    script.write_text(_BREAKER)
    running = start_host(request.param, folder, [ROOT, script.parents[1]])
    yield running
    stop(running)


def require_told(page, host, selector: str, part: str) -> None:
    """The line is at the selector, its markup escaped, and the host is as it was before."""
    line = page.locator(f"{selector} .error").filter(has_text="unexpectedly").first
    line.wait_for(timeout=60_000)
    assert line.inner_text().startswith(f"{part} {_WHAT}")
    assert "second line" not in line.inner_text() and line.locator("b").count() == 0
    state = host.state()
    assert state["queue_free"] and state["state"]["job"] == ""
    assert state["state"]["job_count"] == 0 and state["reports"] == []
    log = host.output()
    assert f"{part}: an unexpected error" in log and "in broken" in log


def test_prompt_tells_of_it(page, host):
    prepare(page)
    page.click(f"{TAB}_generate")
    require_told(page, host, f"{TAB}_status", "Prompt")


@pytest.mark.parametrize("part, shown", [("Analyze", "tables"), ("Tags", "status")])
def test_other_parts_with_a_picture_tell_of_it(page, host, part, shown):
    open_tab(page, "Interrogator")
    open_tab(page, part)
    prefix = f"#img2prompt_{part.lower()}"
    page.set_input_files(f"{prefix}_image input[type=file]", str(PICTURE))
    page.wait_for_selector(f"{prefix}_image img")
    if part == "Analyze":
        choose(page, f"{prefix}_clip_model", "demo")
    page.click(f"{prefix}_run")
    require_told(page, host, f"{prefix}_{shown}", part)


def test_batch_tells_of_it(page, host, tmp_path):
    picture(tmp_path)
    prefix = open_part(page, "Batch")
    page.fill(f"{prefix}_folder textarea, {prefix}_folder input", str(tmp_path))
    page.click(f"{prefix}_run")
    require_told(page, host, f"{prefix}_status", "picture.png")


def test_the_choice_of_a_device_tells_of_it(page, host):
    open_tab(page, "Interrogator")
    page.locator(f"{TAB}_placement .label-wrap").click()
    choose(page, f"{TAB}_device", "cpu")
    require_told(page, host, f"{TAB}_held", "Device and memory")


def test_png_info_tells_of_it(page, host, tmp_path):
    drop(page, picture(tmp_path))
    require_told(page, host, "#img2prompt_png_info_summary", "PNG Info")
    page.click("#img2prompt_png_info_strip")
    require_told(page, host, "#img2prompt_png_info_problems", "PNG Info")


def test_the_table_of_several_files_tells_of_it(page, host, tmp_path):
    folder = tmp_path / "second"
    folder.mkdir()
    files = [str(picture(tmp_path)), str(picture(folder))]
    open_tab(page, "PNG Info", nth=1)
    page.set_input_files("#img2prompt_png_info_file input[type=file]", files)
    require_told(page, host, "#img2prompt_png_info_several", "PNG Info")


@pytest.mark.parametrize(
    "path",
    ["/interrogator/prompt", "/interrogator/analyze", "/img2prompt/tags", "/img2prompt/info"],
)
def test_routes_answer_500_with_one_sentence(host, path):
    image = base64.b64encode(PICTURE.read_bytes()).decode()
    request = {"image": image, "clip_model_name": "demo", "mode": "fast"}
    with pytest.raises(urllib.error.HTTPError) as caught:
        host.post(path, request)
    assert caught.value.code == 500
    detail = json.load(caught.value)["detail"]
    assert detail.startswith(f"{path} {_WHAT}") and "\n" not in detail
    assert f"{path}: an unexpected error" in host.output()
    state = host.state()
    assert state["queue_free"] and state["state"]["job"] == ""
