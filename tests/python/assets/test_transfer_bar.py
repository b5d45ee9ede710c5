"""The line that shows how far a download has got."""

from __future__ import annotations

import io
import time

import pytest

from img2prompt.assets.transfer_bar import TransferBar


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch):
    """Seconds that pass only when a test says so."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def last_line(stream: Terminal) -> str:
    return stream.getvalue().rpartition("\r")[2].rstrip()


def test_it_shows_bytes_rate_and_time_left(clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    stream = Terminal()
    bar = TransferBar(stream)
    for second in range(11):
        bar("download w.bin", second * 10_000_000, 1_000_000_000)
        clock[0] += 1
    assert last_line(stream) == (
        "download w.bin [##----------------------] 100 MB of 1.0 GB, 10 MB/s, 1 min 30 s left"
    )
    for _ in range(10):  # the rate is that of the last seconds
        clock[0] += 1
        bar("download w.bin", 100_000_000, 1_000_000_000)
    assert last_line(stream).endswith("100 MB of 1.0 GB")
    bar.clear()
    assert stream.getvalue().endswith(" \r")


def test_another_stage_begins_anew(clock):
    stream = Terminal()
    bar = TransferBar(stream)
    for stage in ("download a", "check a"):
        for done in (0, 50_000_000, 100_000_000):
            bar(stage, done, 100_000_000)
            clock[0] += 1
    assert "check a [########################] 100 MB of 100 MB, 50 MB/s" in last_line(stream)
    bar("wait for another download of a", 0, 1)
    clock[0] += 1
    bar("wait for another download of a", 0, 1)
    assert last_line(stream) == "wait for another download of a"


def test_a_narrow_terminal_shows_the_numbers_rather_than_the_bar(clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    stream = Terminal()
    bar = TransferBar(stream)
    for second in range(3):
        bar("download w.bin", second * 10_000_000, 1_000_000_000)
        clock[0] += 1
    assert last_line(stream) == "download w.bin 20 MB of 1.0 GB, 10 MB/s, 1 min 38 s left"


def test_the_line_is_never_wider_than_the_terminal(clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    bar = TransferBar(stream)
    for done in range(3):
        bar("download " + "w" * 200, done, 10)
        clock[0] += 1
    assert max(len(line) for line in stream.getvalue().split("\r")) == 39


def test_nothing_is_drawn_where_nobody_looks(clock):
    stream = io.StringIO()
    bar = TransferBar(stream)
    for done in range(5):
        bar("download w.bin", done, 10)
        clock[0] += 1
    bar.clear()
    assert stream.getvalue() == ""
