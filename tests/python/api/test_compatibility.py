"""A core built for another torch is refused before it loads, with both versions and the remedy."""

import os
import subprocess
import sys

import pytest

from img2prompt._compatibility import mismatch


def test_same_minor_and_abi_fit_whatever_the_patch_and_flavour():
    assert mismatch("2.13.0+cpu", True, "2.13.1+cu130", True) is None


@pytest.mark.parametrize(
    "torch_version,abi", [("2.14.0", True), ("2.1.2", True), ("2.13.0", False)]
)
def test_other_minor_or_abi_names_both_and_the_command(torch_version, abi):
    message = mismatch("2.13.0", True, torch_version, abi)
    assert "2.13.0" in message and torch_version in message and "rebuild it: " in message


def test_import_beside_another_torch_fails_with_one_sentence():
    code = (
        "import torch\n"
        "torch.__version__ = '2.5.1'\n"
        "try:\n    import img2prompt\nexcept ImportError as e:\n    print(e)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ
    )
    assert "2.5.1" in run.stdout and "rebuild" in run.stdout and len(run.stdout.splitlines()) == 1
    assert not run.stderr
