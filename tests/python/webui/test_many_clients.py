"""Many clients at once, an interrupt and a reload: right answers, nothing stuck, memory flat."""

from __future__ import annotations

import base64
import json
import time
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from .conftest import ROOT

pytestmark = pytest.mark.browser

PICTURE = ROOT / "models" / "demo" / "picture.png"
IMAGE = base64.b64encode(PICTURE.read_bytes()).decode()
NO_PICTURE = base64.b64encode(b"no picture").decode()
CLIENTS, REQUESTS = 8, 100
MODES = ("fast", "classic", "caption", "negative")
BAD = (
    ({"image": "***"}, 422),
    ({"image": NO_PICTURE}, 422),
    ({"mode": "worst"}, 422),
    ({"clip_model_name": "no such model"}, 404),
)
# The process's allocator keeps up to this much of what threads used; a leak of one decoded
# picture (512x512) for each of 100 requests would be more.
FLAT_MB = 48


def megabytes(host) -> float:
    status = Path(f"/proc/{host.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def ask(host, index: int) -> tuple[str, object]:
    """(what was asked, the answer, or the status of an error)"""
    request = {"image": IMAGE, "clip_model_name": "demo", "mode": MODES[index % len(MODES)]}
    if index % 5 == 4:
        change, status = BAD[index // 5 % len(BAD)]
        try:
            host.post("/interrogator/prompt", {**request, **change})
        except urllib.error.HTTPError as error:
            detail = json.load(error)["detail"]
            return f"bad {status}", (error.code, isinstance(detail, str) and "\n" not in detail)
        return f"bad {status}", "taken"
    if index % 5 == 3:
        return "info", host.post("/img2prompt/info", {"image": IMAGE})["container"]
    try:
        return str(request["mode"]), host.post("/interrogator/prompt", request)["prompt"]
    except urllib.error.HTTPError as error:
        return str(request["mode"]), (error.code, json.load(error)["detail"])


def ask_all(host, indices) -> list[tuple[str, object]]:
    with ThreadPoolExecutor(CLIENTS) as clients:
        return list(clients.map(lambda index: ask(host, index), indices))


def wrong(answers, demo_engine) -> list[tuple[str, object]]:
    expected = {mode: demo_engine.interrogate(str(PICTURE), mode).prompt for mode in MODES}
    expected |= {f"bad {status}": (status, True) for _, status in BAD} | {"info": "png"}
    return [(what, answer) for what, answer in answers if answer != expected[what]]


def is_idle(host) -> bool:
    state = host.state()
    return state["queue_free"] and state["state"]["job"] == "" and state["reports"] == []


def test_a_hundred_requests_of_eight_clients_are_answered_rightly(host, demo_engine):
    ask_all(host, range(40))  # models loaded, threads made
    before = megabytes(host)
    answers = ask_all(host, range(REQUESTS))
    assert len(answers) == REQUESTS and wrong(answers, demo_engine) == []
    assert is_idle(host)
    assert megabytes(host) - before < FLAT_MB


def test_an_interrupt_in_the_middle_ends_what_runs_and_nothing_else(host, demo_engine):
    batch = {"images": [IMAGE] * 500, "mode": "best", "clip_model_name": "demo"}
    job = host.post("/img2prompt/batch", batch)
    while job["state"] != "running" or not job["done"]:
        time.sleep(0.05)
        job = host.get(f"/img2prompt/jobs/{job['id']}")
        assert job["state"] in ("queued", "running")
    with ThreadPoolExecutor(CLIENTS) as clients:
        waiting = [clients.submit(ask, host, index) for index in range(30)]
        time.sleep(0.5)
        host.post("/contract/interrupt")
        answers = [future.result() for future in waiting]
    assert wrong(answers, demo_engine) == []
    job = host.get(f"/img2prompt/jobs/{job['id']}")
    assert job["state"] == "cancelled" and 0 < len(job["result"]) < 500
    assert is_idle(host)


def test_a_reload_of_the_page_leaves_nothing_running(host, demo_engine):
    batch = {"images": [IMAGE] * 500, "mode": "best", "clip_model_name": "demo"}
    host.post("/img2prompt/batch", batch)
    begun = host.output().count("contract host: ready")
    host.post("/contract/reload")
    host.wait_until_ready(times=begun + 1)
    answers = ask_all(host, range(20))
    assert wrong(answers, demo_engine) == []
    assert is_idle(host)
