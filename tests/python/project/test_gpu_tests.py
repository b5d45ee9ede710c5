"""The tests for accelerators skip where there is none, and fail where one is demanded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

GPU_TESTS = Path(__file__).parents[1] / "gpu" / "test_tags_on_device.py"


@pytest.mark.parametrize(("required", "status"), [("0", 0), ("1", 1)])
def test_without_an_accelerator_they_skip_or_fail_as_told(required, status):
    # CUDA's own way to hide devices, so that this holds on a machine with one, too.
    environment = {**os.environ, "REQUIRE_GPU": required, "CUDA_VISIBLE_DEVICES": ""}
    if sys.platform == "darwin":
        pytest.skip("MPS cannot be hidden")
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "gpu", GPU_TESTS],
        capture_output=True,
        text=True,
        env=environment,
        cwd=GPU_TESTS.parents[3],
    )
    assert run.returncode == status, run.stdout
    assert "torch finds neither CUDA nor MPS here" in run.stdout
    assert ("skipped" in run.stdout) is (required == "0")
