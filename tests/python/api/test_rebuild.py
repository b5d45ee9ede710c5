"""The command that rebuilds fits how img2prompt was installed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from img2prompt._rebuild import rebuild_command

PYTHON = f'"{sys.executable}"'
PIP = f"{PYTHON} -m pip install --force-reinstall --no-deps --no-build-isolation"


def command(package: Path, has_module=lambda name: True) -> str:
    package.mkdir(parents=True, exist_ok=True)
    return rebuild_command(package, has_module)


def clone(root: Path) -> Path:
    (root / "python" / "img2prompt").mkdir(parents=True)
    for name in ("install.py", "pyproject.toml"):
        (root / name).touch()
    return root


def installed(site: Path, direct_url: object) -> Path:
    record = site / "img2prompt-0.1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: img2prompt\nVersion: 0.1.0\n")
    if direct_url is not None:
        (record / "direct_url.json").write_text(json.dumps(direct_url))
    return site / "img2prompt"


@pytest.mark.parametrize("place", [".core/torch2.13-cp311/img2prompt", "python/img2prompt"])
def test_a_clone_among_extensions_has_its_install_py(tmp_path, place):
    root = clone(tmp_path / "a webui" / "extensions" / "img2prompt")
    expected = f'{PYTHON} "{root / "install.py"}", or start the WebUI again'
    assert command(root / place) == expected


def test_a_core_that_install_py_made_is_remade_by_it_wherever_the_clone_is(tmp_path):
    root = clone(tmp_path / "somewhere")
    found = command(root / ".core" / "torch2.13-cp311" / "img2prompt")
    assert found.startswith(f'{PYTHON} "{root / "install.py"}"')


def test_sources_are_built_where_they_lie(tmp_path):
    root = clone(tmp_path / "a clone")
    assert command(root / "python" / "img2prompt") == f'{PIP} "{root}"'


def test_what_was_installed_from_sources_is_built_from_them_again(tmp_path):
    root = clone(tmp_path / "ein Klon – ü")
    package = installed(tmp_path / "site", {"url": root.as_uri(), "dir_info": {}})
    assert command(package) == f'{PIP} "{root}"'


@pytest.mark.parametrize(
    "direct_url",
    [
        None,
        [],
        {"url": "file:///gone"},
        {"url": "https://example.org/a.whl"},
        {"url": "file:///a.whl", "archive_info": {}},
    ],
)
def test_without_sources_the_line_says_where_to_run_it(tmp_path, direct_url):
    package = installed(tmp_path / "site", direct_url)
    assert command(package) == f"in a clone of its repository {PIP} ."


def test_build_tools_that_are_missing_come_first(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    root = clone(tmp_path / "clone")
    found = command(root / "python" / "img2prompt", lambda name: name == "ninja")
    tools = f'{PYTHON} -m pip install "scikit-build-core>=0.10" cmake'
    assert found == f'{tools}, then {PIP} "{root}"'
