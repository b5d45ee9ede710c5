"""install.py: the core that is there, a wheel, or one line that names the remedy."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import img2prompt

from .conftest import ROOT

sys.path.insert(0, str(ROOT / "python"))
from img2prompt_extension.core_location import core_directory, core_tag, installed_torch  # noqa: E402
from img2prompt_extension.wheels import wheel_key  # noqa: E402


@pytest.fixture
def extension(tmp_path) -> Path:
    """A clone of the extension, its sources but for C++, in a folder of unfriendly name."""
    root = tmp_path / "exténsions und so" / "img2prompt"
    shutil.copytree(ROOT / "python", root / "python", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("install.py", "pyproject.toml", "CMakeLists.txt"):
        shutil.copy(ROOT / name, root / name)
    (root / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "img2prompt_webui.py", root / "scripts")
    return root


def install(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """As the WebUI runs it: another working directory, output captured, no terminal."""
    return subprocess.run(
        [sys.executable, str(root / "install.py")],
        cwd=root.parents[1],
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, **environment},
    )


@pytest.fixture
def wheel(tmp_path):
    """A wheel of the img2prompt that is under test, served from this machine: (address, sha256)."""
    package = Path(img2prompt.__file__).absolute().parent
    path = tmp_path / "served" / "img2prompt.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("img2prompt", "img2prompt_cli", "img2prompt_extension"):
            # Followed, since a development build is a package of links.
            for place, folders, files in os.walk(package.parent / name, followlinks=True):
                folders[:] = [folder for folder in folders if folder != "__pycache__"]
                for file in files:
                    whole = Path(place) / file
                    archive.write(whole, whole.relative_to(package.parent))
    handler = partial(SimpleHTTPRequestHandler, directory=str(path.parent))
    handler.log_message = lambda *_: None
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    yield f"http://127.0.0.1:{server.server_port}/{path.name}", digest
    server.shutdown()


def offer(root: Path, url: str, digest: str) -> None:
    key = wheel_key(installed_torch())
    listed = {"wheels": {key: {"url": url, "sha256": digest}}}
    (root / "python" / "img2prompt_extension" / "wheels.json").write_text(json.dumps(listed))


def test_the_versions_are_read_without_importing_torch():
    code = (
        "import sys; from img2prompt_extension.core_location import installed_torch; "
        "print(installed_torch(), 'torch' in sys.modules)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
    ).stdout.split()
    import torch

    assert printed == [torch.__version__, "False"]
    assert core_tag("2.13.0+cu128").startswith("torch2.13-cp3")


def test_the_list_of_a_release_has_the_keys_that_are_asked_for(tmp_path):
    names = {
        "torch2.9-img2prompt-0.1.0-cp312-cp312-manylinux_2_34_x86_64.whl": "linux_x86_64",
        "torch2.9-img2prompt-0.1.0-cp312-cp312-linux_aarch64.whl": "linux_aarch64",
        "torch2.9-img2prompt-0.1.0-cp312-cp312-macosx_14_0_arm64.whl": "macosx_arm64",
        "torch2.9-img2prompt-0.1.0-cp312-cp312-win_amd64.whl": "win_amd64",
    }
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    script = ROOT / "scripts" / "dev" / "list_wheels.py"
    command = [sys.executable, str(script), str(tmp_path), "https://x/y/"]
    listed = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["wheels"]
    assert set(listed) == {f"torch2.9-cp312-{system}" for system in names.values()}
    entry = listed["torch2.9-cp312-win_amd64"]
    name = next(iter(reversed(names)))
    assert entry["url"] == f"https://x/y/{name}"
    assert entry["sha256"] == hashlib.sha256(name.encode()).hexdigest()
    assert wheel_key("2.9.1+cu128").split("-")[0] == "torch2.9"


def test_a_listed_wheel_is_installed_and_then_found_in_place(extension, wheel):
    offer(extension, *wheel)
    first = install(extension)
    target = core_directory(extension)
    assert first.returncode == 0 and str(target) in first.stdout, first.stdout + first.stderr
    assert (target / "img2prompt" / "__init__.py").is_file()
    assert not (extension / ".core" / "wheel.part").exists()
    second = install(extension)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1] + '/python'); from pathlib import Path; "
        "from img2prompt_extension.core_location import add_core_to_path; "
        "add_core_to_path(Path(sys.argv[1])); import img2prompt; print(img2prompt.__file__)"
    )
    environment = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "IMG2PROMPT_CORE")
    }
    found = subprocess.run(
        [sys.executable, "-c", code, str(extension)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert found.stdout.strip() == str(target / "img2prompt" / "__init__.py"), found.stderr


def test_changed_sources_ask_for_a_new_core(extension, wheel):
    offer(extension, *wheel)
    install(extension)
    (extension / "python" / "img2prompt" / "new.py").write_text("")
    again = install(extension)
    assert "installed in" in again.stdout


@pytest.mark.parametrize("what", ["wrong bytes", "no such file"])
def test_a_wheel_that_is_not_the_listed_one_is_not_used(extension, wheel, what):
    url, _ = wheel
    offer(extension, url if what == "wrong bytes" else url + ".absent", "0" * 64)
    answer = install(extension, PATH="")  # and nothing to build with
    assert answer.returncode == 0
    assert answer.stdout.count("\n") == 1 and "apt-get install" in answer.stdout
    assert not core_directory(extension).exists()
    failure = (extension / ".core" / "failure.txt").read_text()
    assert failure in answer.stdout


def test_without_a_core_the_tab_explains(extension, tmp_path):
    install(extension, PATH="")
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "__init__.py").write_text("")
    (modules / "script_callbacks.py").write_text("def on_ui_tabs(f): print('tab registered')")
    hide = "import sys; sys.modules['img2prompt'] = None; "
    run = f"import runpy; runpy.run_path({str(extension / 'scripts' / 'img2prompt_webui.py')!r})"
    answer = subprocess.run(
        [sys.executable, "-c", hide + run],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert answer.returncode == 0, answer.stderr
    assert "no C++ compiler" in answer.stdout and "tab registered" in answer.stdout


@pytest.mark.slow
def test_a_core_is_built_from_the_sources(extension):
    """To the end, in a path with a space and letters that are not ASCII; then it imports."""
    for name in ("cpp", "cmake", "models"):
        shutil.copytree(ROOT / name, extension / name)
    shutil.copy(ROOT / "README.md", extension)
    shutil.copytree(ROOT / "tests" / "cpp", extension / "tests" / "cpp")
    # Where ccache is there, what was compiled before is found again wherever the clone lies.
    environment = {**os.environ, "CCACHE_BASEDIR": str(extension), "CCACHE_NOHASHDIR": "1"}
    answer = subprocess.run(
        [sys.executable, str(extension / "install.py")],
        capture_output=True,
        text=True,
        timeout=3000,
        env=environment,
    )
    assert "installed in" in answer.stdout, answer.stdout
    code = "import img2prompt; print(img2prompt.__file__, img2prompt.modes()['best'])"
    target = core_directory(extension)
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=extension,
        env={**os.environ, "PYTHONPATH": str(target)},
    )
    assert str(target) in answer.stdout, answer.stderr
    assert install(extension).stdout == ""
