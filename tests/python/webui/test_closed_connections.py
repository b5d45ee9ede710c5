"""A client that closes its connection takes its job with it; others and queued batches stay."""

from __future__ import annotations

import base64
import http.client
import json
import time
from pathlib import Path

import pytest

from .conftest import GRADIOS, ROOT, start_host, stop
from .test_api import finished

pytestmark = pytest.mark.browser

PICTURE = (ROOT / "models" / "demo" / "picture.png").read_bytes()
IMAGE = base64.b64encode(PICTURE).decode()
SOON_S = 30  # of a machine with much else to do; what is not cancelled never ends
TYPES = ("application/json", "multipart/form-data; boundary=-")

HOSTS = [(gradio, api) for gradio in GRADIOS for api in ("", "1")]

# Makes mode "negative", every analysis and all tags last until they are cancelled.
SLOW = """
import time

from img2prompt import Cancelled, Interrogator
from img2prompt.service import Service

interrogate = Interrogator.interrogate


def wait(cancel):
    while not cancel():
        time.sleep(0.02)
    raise Cancelled("cancelled")


def slow(self, picture, mode, *others, cancel, **named):
    if mode == "negative":
        wait(cancel)
    return interrogate(self, picture, mode, *others, cancel=cancel, **named)


Interrogator.interrogate = slow
Interrogator.analyze = lambda self, picture, top, *, progress, cancel: wait(cancel)


class SlowTagger:
    def probabilities(self, picture, progress, cancel):
        wait(cancel)


Service.tagger = lambda self: SlowTagger()
"""


@pytest.fixture(
    scope="module", params=HOSTS, ids=lambda host: host[0] + ("-api" if host[1] else "")
)
def host(request, tmp_path_factory):
    """A host with and one without the middleware of --api."""
    gradio, api = request.param
    folder = tmp_path_factory.mktemp(gradio)
    script = folder / "slow" / "scripts" / "slow.py"
    script.parent.mkdir(parents=True)
    script.write_text(SLOW)
    extensions: list[Path] = [ROOT, script.parents[1]]
    running = start_host(gradio, folder / "host", extensions, CONTRACT_API=api)
    yield running
    stop(running)


def body(kind: str, mode: str) -> bytes:
    if kind == TYPES[0]:
        fields = {"image": IMAGE, "clip_model_name": "demo", "mode": mode}
        return json.dumps(fields).encode()
    parts = [(f'"{name}"', value.encode()) for name, value in named(mode).items()]
    parts.append(('"image"; filename="a.png"', PICTURE))
    head = b"---\r\nContent-Disposition: form-data; name="
    return b"".join(head + n.encode() + b"\r\n\r\n" + v + b"\r\n" for n, v in parts) + b"-----\r\n"


def named(mode: str) -> dict[str, str]:
    return {"clip_model_name": "demo", "mode": mode}


def ask(host, path: str, kind: str, mode: str) -> http.client.HTTPConnection:
    """Sends a request; the answer is not waited for."""
    connection = http.client.HTTPConnection(host.url.removeprefix("http://"), timeout=SOON_S)
    connection.request("POST", path, body(kind, mode), {"Content-Type": kind})
    return connection


def wait_until(condition) -> None:
    end = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def is_free(host) -> bool:
    return host.state()["queue_free"]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    "path", ["/interrogator/prompt", "/interrogator/analyze", "/img2prompt/tags"]
)
def test_a_closed_connection_ends_its_job(host, path, kind):
    connection = ask(host, path, kind, "negative")
    wait_until(lambda: not is_free(host))
    connection.close()
    wait_until(lambda: is_free(host))
    fast = ask(host, "/interrogator/prompt", kind, "fast").getresponse()
    assert fast.status == 200 and json.load(fast)["prompt"]
    assert host.state()["reports"] == []


@pytest.mark.parametrize("kind", TYPES)
def test_a_job_that_waits_is_cancelled_too_and_no_other(host, kind):
    runs = ask(host, "/interrogator/prompt", kind, "negative")
    wait_until(lambda: not is_free(host))
    closed = ask(host, "/interrogator/prompt", kind, "negative")
    stays = ask(host, "/interrogator/prompt", kind, "fast")
    time.sleep(0.5)  # both have been read
    closed.close()
    time.sleep(0.5)
    assert not is_free(host)
    runs.close()
    assert stays.getresponse().status == 200
    wait_until(lambda: is_free(host))


@pytest.mark.parametrize("kind", TYPES)
def test_a_client_that_waits_keeps_its_job(host, kind):
    connection = ask(host, "/interrogator/prompt", kind, "negative")
    wait_until(lambda: not is_free(host))
    time.sleep(1)
    assert not is_free(host)
    host.post("/contract/interrupt")
    answer = connection.getresponse()
    assert (answer.status, list(json.load(answer))) == (503, ["detail"])


def test_a_queued_batch_outlives_its_connection(host):
    images = {"images": [IMAGE] * 3, "mode": "fast", "clip_model_name": "demo"}
    runs = ask(host, "/interrogator/prompt", TYPES[0], "negative")
    wait_until(lambda: not is_free(host))
    job = host.post("/img2prompt/batch", images)  # closes its connection
    time.sleep(0.5)
    runs.close()
    job = finished(host, job)
    assert job["state"] == "done" and [set(row) for row in job["result"]] == [{"prompt"}] * 3
