"""`img2prompt models pull` and `verify` as commands: exit status, lines, Ctrl-C."""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from img2prompt.cli import main

BLIP_BASE_BYTES = 989_820_849  # of the published file, as its card says


class Handler(http.server.BaseHTTPRequestHandler):
    """Announces blip-base and stalls after 100 kB; nothing else is here."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.ranges.append(self.headers.get("Range"))
        if "blip-image-captioning-base" not in self.path:
            self.send_error(404)
            return
        start = int((self.headers.get("Range") or "bytes=0-")[6:].split("-")[0])
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(BLIP_BASE_BYTES - start))
        self.send_header("ETag", '"one"')
        last = BLIP_BASE_BYTES - 1
        self.send_header("Content-Range", f"bytes {start}-{last}/{BLIP_BASE_BYTES}")
        self.end_headers()
        self.wfile.write(bytes(100_000))
        self.wfile.flush()
        self.server.sent.set()
        self.server.over.wait(60)


@pytest.fixture
def server():
    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    made.ranges, made.sent, made.over = [], threading.Event(), threading.Event()
    threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True).start()
    yield made
    made.over.set()
    made.shutdown()
    made.server_close()


@pytest.fixture
def alone(tmp_path, server):
    """Variables of a home of its own, for which the server is Hugging Face."""
    home = {name: str(tmp_path) for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME")}
    none = dict.fromkeys(
        ("IMG2PROMPT_WEBUI", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TORCH_HOME"), ""
    )
    return {
        **home,
        **none,
        "IMG2PROMPT_MODELS": str(tmp_path / "models"),
        "HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
    }


@pytest.fixture
def models(alone, monkeypatch, capsys):
    """`img2prompt models ARGUMENTS` in this process: exit status, stdout, stderr."""
    for name, value in alone.items():
        monkeypatch.setenv(name, value)

    def run(*arguments):
        status = main(["models", *arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return status, printed.out, printed.err

    return run


def test_one_that_fails_does_not_end_the_others(models):
    status, out, _ = models("pull", "--json", "blip-large", "demo", "nobody/none")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert [row["name"] for row in rows] == ["blip-large", "demo", "nobody/none"]
    assert "is not there" in rows[0]["error"] and "no such CLIP model" in rows[2]["error"]
    assert models("pull", "blip-large")[0] == 2


def test_offline_is_one_line(models, tmp_path, monkeypatch):
    monkeypatch.setenv("IMG2PROMPT_OFFLINE", "1")
    status, _, errors = models("pull", "blip-base")
    (line,) = errors.splitlines()
    assert status == 2
    for part in ("pytorch_model.bin", "990 MB", "/Salesforce/blip-image-captioning-base/"):
        assert part in line
    assert str(tmp_path) in line


def test_weights_on_disk_are_not_fetched(models, server, tmp_path):
    path = tmp_path / "models" / "blip-base" / "pytorch_model.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")
    status, out, _ = models("pull", "blip-base")
    assert status == 0 and str(path) in out and server.ranges == []
    status, _, errors = models("verify", "blip-base")
    assert status == 2 and "damaged, or of another model" in errors
    status, _, errors = models("verify", "blip-large")
    assert status == 2 and "not on this disk" in errors


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_ctrl_c_keeps_the_part_says_so_and_the_next_run_goes_on(alone, server, tmp_path):
    code = "import sys; from img2prompt_cli import main; sys.exit(main())"

    def interrupted():
        server.sent.clear()
        process = subprocess.Popen(
            [sys.executable, "-c", code, "models", "pull", "blip-base"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **alone},
            # A shell starts background jobs with SIGINT ignored, and so would this process.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        assert server.sent.wait(60)
        time.sleep(0.5)  # for the bytes to arrive
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130 and "Traceback" not in errors
        return errors.strip().splitlines()[-1]

    assert "100 kB are kept, and the next download goes on from there" in interrupted()
    part = tmp_path / "models" / "blip-base" / "pytorch_model.bin.part"
    assert part.stat().st_size == 100_000
    assert "200 kB are kept" in interrupted()
    assert server.ranges == [None, "bytes=100000-"]
