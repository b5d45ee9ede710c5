"""Runs on the accelerator that torch finds; REQUIRE_GPU=1 makes a missing one a failure."""

from __future__ import annotations

import os

import parity.conftest  # noqa: F401  the reference packages need its help to be imported
import pytest
import torch


def found_device() -> str | None:
    if torch.cuda.is_available():
        return "cuda"
    mps = getattr(torch.backends, "mps", None)
    return "mps" if mps is not None and mps.is_available() else None


@pytest.fixture(scope="session")
def device() -> str:
    """ "cuda" or "mps"."""
    found = found_device()
    if found is None:
        reason = "torch finds neither CUDA nor MPS here"
        if os.environ.get("REQUIRE_GPU") == "1":
            pytest.fail(f"REQUIRE_GPU=1, but {reason}")
        pytest.skip(reason)
    return found


@pytest.fixture
def cuda(device) -> str:
    if device != "cuda":
        pytest.skip("torch counts a process's memory in this detail on CUDA alone")
    return device


def pytest_collection_modifyitems(items) -> None:
    for item in items:
        if os.path.dirname(__file__) in str(item.fspath):
            item.add_marker(pytest.mark.gpu)


def pytest_report_header() -> str:
    found = found_device()
    name = torch.cuda.get_device_name(0) if found == "cuda" else found
    return f"accelerator: {name or 'none'}"
