"""`img2prompt serve`: its password, and that no client names files it may not read."""

from __future__ import annotations

import base64
import json
import shutil
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from .conftest import GRADIOS, ROOT
from .test_interrogator_parts import open_part
from .test_prompt_tab import TAB, generated, prepare
from .test_serve import run_once, serve

pytestmark = pytest.mark.browser

PICTURE = ROOT / "models" / "demo" / "picture.png"
USER, PASSWORD = "a user", "pässword: 1"


@pytest.fixture(scope="module", params=GRADIOS)
def guarded(request, tmp_path_factory):
    """The address of a page with a password that may read one folder, and that folder."""
    folder = tmp_path_factory.mktemp("allowed")
    (folder / "notes.txt").write_text("not a picture")
    options = ["--allow", str(folder / "pictures"), "--user", USER]
    (folder / "pictures").mkdir()
    url, process, _ = serve(request.param, options, folder, IMG2PROMPT_PASSWORD=PASSWORD)
    yield url, folder
    process.kill()  # its log holds what gradio says of refused files
    process.wait(20)


def get(url: str, password: str | None) -> int:
    request = urllib.request.Request(url)
    if password is not None:
        login = base64.b64encode(f"{USER}:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {login}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("path", ["/", "/config", "/interrogator/models", "/docs", "/openapi.json"])
def test_nothing_is_answered_without_the_password(guarded, path):
    url, _ = guarded
    assert get(url + path, None) == 401
    assert get(url + path, "wrong") == 401
    assert get(url + path, PASSWORD) == 200


def test_the_page_works_with_the_password(guarded, browser, demo_engine):
    url, _ = guarded
    context = browser.new_context(http_credentials={"username": USER, "password": PASSWORD})
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(f"{TAB}_generate", timeout=60_000)
    prepare(page)
    assert generated(page) == demo_engine.interrogate(str(PICTURE), "fast").prompt
    context.close()


def test_only_allowed_folders_are_read(guarded, browser):
    url, folder = guarded
    shutil.copy(PICTURE, folder / "outside.png")
    shutil.copy(PICTURE, folder / "pictures" / "inside.png")
    context = browser.new_context(http_credentials={"username": USER, "password": PASSWORD})
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(f"{TAB}_generate", timeout=60_000)
    prefix = open_part(page, "Batch")
    field = f"{prefix}_folder textarea, {prefix}_folder input"
    for outside in (folder, folder / "pictures" / "..", Path("/")):
        page.fill(field, str(outside))
        page.click(f"{prefix}_run")
        page.wait_for_selector(f"{prefix}_status .error >> text=not within", timeout=60_000)
    page.locator(f"{prefix}_mode label", has_text="caption").click()
    page.fill(field, str(folder / "pictures"))
    page.click(f"{prefix}_run")
    page.wait_for_selector(f"{prefix}_status >> text=1 done", timeout=60_000)
    assert not (folder / "outside.txt").exists() and (folder / "pictures" / "inside.txt").exists()
    context.close()


def test_files_of_the_working_directory_are_not_handed_out(guarded):
    url, folder = guarded
    for path in (folder / "notes.txt", "notes.txt", ROOT / "README.md", "/etc/passwd"):
        assert get(f"{url}/file={path}", PASSWORD) in (403, 404)


def test_a_file_that_was_not_uploaded_is_not_read(guarded):
    """A request that names a file of the server where the page sends an upload."""
    url, _ = guarded
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
    config = json.load(
        urllib.request.urlopen(urllib.request.Request(url + "/config", headers=headers))
    )
    (files,) = [
        c["id"]
        for c in config["components"]
        if c.get("props", {}).get("elem_id") == "img2prompt_png_info_file"
    ]
    (index,) = [
        number
        for number, dependency in enumerate(config["dependencies"])
        if dependency["inputs"] == [files] and len(dependency["outputs"]) > 2
    ]
    sample = ROOT / "models" / "demo" / "sample.png"

    def asked(path: str) -> str:
        """All that is answered to a request with this path in the upload's place."""
        file = {"name": path, "path": path, "data": None, "is_file": True, "size": 1}
        file["meta"] = {"_type": "gradio.FileData"}
        body = json.dumps({"fn_index": index, "data": [[file]], "session_hash": "x"}).encode()
        seen = ""
        for route in ("/api/predict", "/run/predict", "/api/predict/"):
            request = urllib.request.Request(url + route, data=body, headers=headers)
            try:
                seen += urllib.request.urlopen(request, timeout=60).read().decode()
            except urllib.error.HTTPError as error:
                seen += error.read().decode(errors="replace")
        return seen

    form = b"--x\r\nContent-Disposition: form-data; name=files; filename=sample.png\r\n\r\n"
    upload = urllib.request.Request(
        url + "/upload",
        data=form + sample.read_bytes() + b"\r\n--x--\r\n",
        headers={**headers, "Content-Type": "multipart/form-data; boundary=x"},
    )
    (uploaded,) = json.load(urllib.request.urlopen(upload, timeout=60))
    assert "blue heart" in asked(uploaded)
    assert "blue heart" not in asked(str(sample))


def test_a_user_without_a_password_is_told(tmp_path):
    for options in (["--user", "me"], ["--password", "secret"]):
        result = run_once("gradio4", options, tmp_path)
        assert result.returncode == 2 and "IMG2PROMPT_PASSWORD" in result.stderr
        assert len(result.stderr.splitlines()) == 1
