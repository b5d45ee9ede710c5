"""The routes, asked as clients do, in both hosts' servers."""

from __future__ import annotations

import base64
import http.client
import json
import time
import urllib.error
import urllib.request
import uuid

import pytest

import img2prompt

from .conftest import ROOT

pytestmark = pytest.mark.browser

PICTURE = ROOT / "models" / "demo" / "picture.png"
SAMPLE = ROOT / "models" / "demo" / "sample.png"
IMAGE = base64.b64encode(PICTURE.read_bytes()).decode()


def refused(host, path: str, value: object) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        host.post(path, value)
    detail = json.load(caught.value)["detail"]
    assert isinstance(detail, str) and "\n" not in detail and "Traceback" not in detail
    return caught.value.code, detail


def test_models_list_the_rivals_names(host):
    names = host.get("/interrogator/models")
    assert {"ViT-L-14/openai", "ViT-H-14/laion2b_s32b_b79k", "demo"} <= set(names)


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_prompt_answers_as_the_engine_does(host, demo_engine, prefix):
    request = {"image": prefix + IMAGE, "clip_model_name": "demo", "mode": "classic"}
    expected = demo_engine.interrogate(str(PICTURE), "classic").prompt
    assert host.post("/interrogator/prompt", request) == {"prompt": expected}


def test_analyze_answers_with_the_rivals_fields(host, demo_engine):
    answer = host.post("/interrogator/analyze", {"image": IMAGE, "clip_model_name": "demo"})
    assert list(answer) == ["medium", "artist", "movement", "trending", "flavor"]
    for label, similarity in demo_engine.analyze(str(PICTURE), top=5)["mediums"]:
        assert answer["medium"][label] == pytest.approx(similarity, abs=1e-6)


@pytest.mark.parametrize(
    "change, status, must",
    [
        ({"image": "***"}, 422, "base64"),
        ({"image": ""}, 422, "no picture"),
        ({"image": base64.b64encode(b"no picture").decode()}, 422, "bytes"),
        ({"mode": "worst"}, 422, "accepted are best"),
        ({"mode": 3.5}, 422, "mode"),
        ({"clip_model_name": "/etc/passwd"}, 404, "/etc/passwd"),
        ({"clip_model_name": "ViT-H-14/laion2b_s32b_b79k"}, 503, "ViT-H-14"),
    ],
)
def test_wrong_input_is_refused_in_one_sentence(host, change, status, must):
    request = {"image": IMAGE, "clip_model_name": "demo", "mode": "fast", **change}
    code, detail = refused(host, "/interrogator/prompt", request)
    assert (code, must in detail) == (status, True), detail
    state = host.state()
    assert state["queue_free"] and state["state"]["job"] == "" and state["reports"] == []


def test_info_takes_json_and_forms(host):
    expected = img2prompt.read_metadata(SAMPLE).to_dict()
    image = base64.b64encode(SAMPLE.read_bytes()).decode()
    assert host.post("/img2prompt/info", {"image": image}) == expected
    assert form(host, "/img2prompt/info", [("image", SAMPLE.read_bytes())]) == expected
    no_picture = base64.b64encode(b"no picture").decode()
    assert refused(host, "/img2prompt/info", {"image": no_picture})[0] == 422
    assert refused(host, "/img2prompt/info", [1])[0] == 422


def form(host, path: str, fields: list[tuple[str, object]]) -> dict:
    """Posts a form; bytes are files."""
    boundary, body = uuid.uuid4().hex, b""
    for name, value in fields:
        is_file = isinstance(value, bytes)
        filename = '; filename="a.png"' if is_file else ""
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{filename}'.encode()
        body += b"\r\n\r\n" + (value if is_file else str(value).encode()) + b"\r\n"
    request = urllib.request.Request(
        host.url + path,
        data=body + f"--{boundary}--\r\n".encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def test_every_route_takes_forms(host, demo_engine):
    chosen = [("clip_model_name", "demo"), ("mode", "caption")]
    picture = ("image", PICTURE.read_bytes())
    expected = {"prompt": demo_engine.interrogate(str(PICTURE), "caption").prompt}
    assert form(host, "/interrogator/prompt", [picture, *chosen]) == expected
    analyzed = host.post("/interrogator/analyze", {"image": IMAGE, "clip_model_name": "demo"})
    assert form(host, "/interrogator/analyze", [picture, chosen[0]]) == analyzed
    job = form(host, "/img2prompt/batch", [("images", picture[1]), ("images", b"no"), *chosen])
    job = finished(host, job)
    assert job["result"][0] == expected and list(job["result"][1]) == ["error"]


def test_a_request_that_is_too_large_is_refused_unread(host):
    address = host.url.removeprefix("http://")
    for header in (("Content-Length", str(1 << 40)), ("Transfer-Encoding", "chunked")):
        connection = http.client.HTTPConnection(address, timeout=60)
        connection.putrequest("POST", "/interrogator/prompt")
        connection.putheader("Content-Type", "application/json")
        connection.putheader(*header)
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 413 and "256 MB" in json.load(answer)["detail"]
        connection.close()


def finished(host, job: dict, seconds: float = 90) -> dict:
    end = time.monotonic() + seconds
    while job["state"] in ("queued", "running"):
        assert time.monotonic() < end, job
        time.sleep(0.1)
        job = host.get(f"/img2prompt/jobs/{job['id']}")
    return job


def test_a_batch_is_a_job_whose_bad_picture_ends_nothing(host, demo_engine):
    bad = base64.b64encode(b"no picture").decode()
    request = {"images": [IMAGE, bad, IMAGE], "mode": "caption", "clip_model_name": "demo"}
    job = finished(host, host.post("/img2prompt/batch", request))
    assert job["state"] == "done", job
    caption = demo_engine.interrogate(str(PICTURE), "caption").prompt
    assert [set(row) for row in job["result"]] == [{"prompt"}, {"error"}, {"prompt"}]
    assert job["result"][0]["prompt"] == caption


def test_a_batch_is_cancelled_and_the_others_stay_responsive(host):
    images = [IMAGE] * 200
    job = host.post(
        "/img2prompt/batch", {"images": images, "mode": "best", "clip_model_name": "demo"}
    )
    begun = time.monotonic()
    host.post("/img2prompt/info", {"image": IMAGE})
    assert time.monotonic() - begun < 20
    host.post(f"/img2prompt/jobs/{job['id']}/cancel")
    job = finished(host, job, 30)
    assert job["state"] == "cancelled"
    assert host.state()["queue_free"]


def test_an_unknown_job_is_not_found(host):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        host.get("/img2prompt/jobs/nosuchjob")


def test_every_route_is_described(host):
    paths = host.get("/openapi.json")["paths"]
    for path in ("/interrogator/prompt", "/img2prompt/info", "/img2prompt/batch"):
        assert paths[path]["post"]["summary"]
        assert paths[path]["post"]["requestBody"]
