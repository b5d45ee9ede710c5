"""Every kind of error crosses from C++ as its Python class, with its message and no stack trace."""

import logging

import pytest

import img2prompt as i2p
from img2prompt import _core
from img2prompt.unexpected import sentence

KINDS = [
    "InvalidArgument",
    "DecodeError",
    "MetadataError",
    "CheckpointError",
    "ModelError",
    "OutOfDeviceMemory",
    "Cancelled",
    "Error",
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_raised_as_its_python_class(kind):
    with pytest.raises(i2p.Error) as caught:
        _core._raise(kind, "a: what, b is accepted")
    assert type(caught.value) is getattr(i2p, kind)
    assert str(caught.value) == "a: what, b is accepted"


def test_invalid_argument_is_a_value_error():
    with pytest.raises(ValueError):
        _core._raise("InvalidArgument", "x")


def test_torch_errors_become_one_line():
    with pytest.raises(i2p.ModelError) as caught:
        _core._raise("torch", "size mismatch")
    assert "size mismatch" in str(caught.value)
    assert "\n" not in str(caught.value) and "C++" not in str(caught.value)


def test_core_log_lines_reach_python_logging(caplog):
    with caplog.at_level(logging.DEBUG, logger="img2prompt.core"):
        _core._log("warning", "disk is nearly full")
    assert ("img2prompt.core", logging.WARNING, "disk is nearly full") in caplog.record_tuples


def test_a_sentence_tells_ours_plainly_and_logs_what_nobody_expected(caplog):
    assert sentence(i2p.ModelError("no weights\nmore"), "Batch") == "no weights"
    assert sentence(i2p.Cancelled(), "Batch") == "Cancelled"
    assert not caplog.records
    said = sentence(ZeroDivisionError("by zero\nmore"), "Batch")
    assert said.startswith("Batch failed unexpectedly (ZeroDivisionError: by zero);")
    assert sentence(MemoryError(), "Batch").startswith("Batch failed unexpectedly (MemoryError);")
    assert len(sentence(OSError("x" * 9999), "Batch")) < 400
    assert len(caplog.records) == 3 and all(record.exc_info for record in caplog.records)
