"""A model's weights from where its card says to where the search finds them."""

from __future__ import annotations

import hashlib
import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

import img2prompt as i2p
from img2prompt import assets
from img2prompt.assets import hub
from img2prompt.assets.cards import WeightsFile
from img2prompt.assets.find import find
from img2prompt.assets.limits import Limits
from img2prompt.assets.pull import pull, pull_with_words

from . import server as wrong
from .conftest import FILE, REPOSITORY, SHA256, WEIGHTS
from .server import Request, whole

LIMITS = Limits(open_seconds=20, stall_seconds=20, first_wait=0.01, attempts=2, margin_bytes=0)
OLDER = "open_clip_pytorch_model.bin"
AT_HOST = f"/{REPOSITORY}/resolve/main/"
WITHIN = 15  # seconds; a hang is what is looked for


@pytest.fixture
def without_hub(monkeypatch):
    monkeypatch.setattr(hub, "is_installed", lambda: False)


def as_the_hub(content: bytes, **more: object) -> wrong.Answer:
    """With the headers that huggingface_hub needs."""

    def answer(request: Request) -> None:
        etag = '"' + hashlib.sha256(content).hexdigest() + '"'
        whole(content, etag=etag, **{"X-Repo-Commit": "c" * 40, **more})(request)

    return answer


def refusal(act, kind=i2p.ModelError) -> str:
    with pytest.raises(kind) as caught:
        act()
    message = str(caught.value)
    assert "\n" not in message and len(message) < 600, message
    return message


def assert_helps(message: str, folder: Path, server) -> None:
    """File, size, address and folder."""
    for part in (FILE, "9 MB", f"{server.url}{AT_HOST}{FILE}", str(folder / "Tiny_test")):
        assert part in message


def test_weights_go_to_the_models_folder_and_are_found_there(tiny, server, home):
    server.answer(whole(WEIGHTS))
    path = pull(tiny, home / "models", limits=LIMITS)
    assert path == home / "models" / "Tiny_test" / FILE and path.read_bytes() == WEIGHTS
    found = find(tiny, assets.search_path(home / "models"))
    assert found and found.path == path
    assert [path for _, path, _ in server.requests] == [AT_HOST + FILE]


def test_without_the_library_the_users_own_folder_is_used(tiny, server, home, without_hub):
    server.answer(whole(WEIGHTS))
    path = pull(tiny, limits=LIMITS)
    assert path == home / ".cache" / "img2prompt" / "models" / "Tiny_test" / FILE
    assert assets.resolve_clip("Tiny/test").weights == path


def test_a_folder_that_is_chosen_is_used_with_the_library_too(tiny, server, home, monkeypatch):
    monkeypatch.setenv("IMG2PROMPT_MODELS", str(home / "chosen"))
    server.answer(whole(WEIGHTS))
    assert pull(tiny, limits=LIMITS) == home / "chosen" / "Tiny_test" / FILE


def test_the_older_file_of_the_repository_serves_where_the_first_is_missing(tiny, server, home):
    server.answer_at(AT_HOST + FILE, wrong.status(404))
    server.answer(whole(WEIGHTS))
    path = pull(tiny, home / "models", limits=LIMITS)
    assert path.name == OLDER and path.read_bytes() == WEIGHTS
    found = find(tiny, assets.search_path(home / "models"))
    assert found and found.path == path


def test_a_repository_without_the_file_is_named(tiny, server, home):
    server.answer(wrong.status(404))
    message = refusal(lambda: pull(tiny, home / "models", limits=LIMITS))
    assert "Tiny/test" in message and f"https://huggingface.co/{REPOSITORY}" in message


def test_what_is_no_checkpoint_is_not_kept_where_no_sha256_tells(tiny, server, home):
    page = b"<html>log in</html>"
    server.answer(whole(page))
    small = replace(tiny, files=(replace(tiny.files[0], sha256="", about_size=len(page)),))
    assert "holds no weights" in refusal(lambda: pull(small, home / "models", limits=LIMITS))
    assert not list(home.rglob(FILE))


@pytest.mark.parametrize(
    "variable", ["IMG2PROMPT_OFFLINE", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"]
)
def test_offline_names_file_size_address_and_folder_at_once(
    variable, tiny, server, home, monkeypatch
):
    monkeypatch.setenv(variable, "1")
    message = refusal(lambda: pull(tiny, home / "models"))
    assert_helps(message, home / "models", server)
    assert variable in message and server.requests == []
    assert variable in refusal(lambda: i2p.Clip("Tiny/test", models_dir=home / "models"))


@pytest.mark.parametrize("chosen", [True, False])
def test_no_network_names_them_too_within_seconds(chosen, tiny, server, home):
    server.close()
    started = time.monotonic()
    folder = home / "models" if chosen else home / ".cache" / "img2prompt" / "models"
    message = refusal(lambda: pull(tiny, folder if chosen else None))
    assert_helps(message, folder, server)
    assert "cannot be reached" in message and time.monotonic() - started < WITHIN
    assert not list(home.rglob("*.part*"))


def test_a_model_fetches_what_it_lacks_once_and_says_so(tiny, server, home, capfd):
    server.answer(whole(WEIGHTS))
    clip = i2p.Clip("Tiny/test", device="cpu", models_dir=home / "models")
    assert clip.encode_text("a blue heart").shape == (1, clip.embed_dim)
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("img2prompt: downloading Tiny/test") and "9 MB" in line
    assert str(home / "models") in line
    i2p.Clip("Tiny/test", device="cpu", models_dir=home / "models")
    assert len(server.requests) == 1 and capfd.readouterr().err == ""


def test_a_callback_is_told_instead(tiny, server, home, capfd):
    server.answer(whole(WEIGHTS))
    told: list[tuple[str, int, int]] = []
    i2p.Clip(
        "Tiny/test",
        device="cpu",
        models_dir=home / "models",
        progress=lambda *step: told.append(step),
    )
    assert told[0][0] == f"download {FILE}" and told[-1][1:] == (len(WEIGHTS), len(WEIGHTS))
    assert capfd.readouterr().err == ""


def test_cancel_ends_the_download_of_a_model(tiny, server, home):
    server.answer(wrong.stalls(WEIGHTS, 100_000), whole(WEIGHTS))
    begun = threading.Event()
    options = {"device": "cpu", "models_dir": home / "models"}
    message = refusal(
        lambda: i2p.Clip(
            "Tiny/test", progress=lambda *_: begun.set(), cancel=begun.is_set, **options
        ),
        i2p.Cancelled,
    )
    assert "goes on from there" in message
    i2p.Clip("Tiny/test", **options)
    assert server.ranges()[1] is not None


@pytest.mark.parametrize("by", ["argument", "variable"])
def test_a_switch_keeps_a_model_from_downloading(by, tiny, server, home, monkeypatch):
    monkeypatch.setenv("IMG2PROMPT_DOWNLOAD", "never" if by == "variable" else "")
    message = refusal(
        lambda: i2p.Clip("Tiny/test", models_dir=home / "models", download=by == "variable")
    )
    assert_helps(message, home / "models", server)
    assert "`img2prompt models pull Tiny/test`" in message and server.requests == []


def test_the_library_fetches_to_its_cache_when_it_is_there(tiny, server, home):
    pytest.importorskip("huggingface_hub")
    server.answer(as_the_hub(WEIGHTS))
    told: list[tuple[str, int, int]] = []
    path = pull(tiny, progress=lambda *step: told.append(step), limits=LIMITS)
    cache = home / ".cache" / "huggingface" / "hub" / "models--org--tiny"
    assert path == cache / "snapshots" / ("c" * 40) / FILE and path.read_bytes() == WEIGHTS
    assert assets.resolve_clip("Tiny/test").weights == path
    assert told and all(0 < done <= total for _, done, total in told)
    assert any("hf_hub" in str(headers) for _, _, headers in server.requests)


def test_other_bytes_than_the_published_ones_leave_that_cache_again(tiny, server, home):
    pytest.importorskip("huggingface_hub")
    server.answer(as_the_hub(WEIGHTS[:-1] + b"x"))
    message = refusal(lambda: pull(tiny, limits=LIMITS))
    assert SHA256 in message and "removed" in message
    assert find(tiny, assets.search_path()) is None
    assert not [path for path in home.rglob("*") if path.is_file() and path.stat().st_size > 1e6]


def test_cancel_ends_the_librarys_download_too(tiny, server, home):
    pytest.importorskip("huggingface_hub")
    asked = threading.Event()

    def answer(request: Request) -> None:
        if request.command == "GET" and request.headers.get("Range") != "bytes=0-0":
            asked.set()
            request.server.gone.wait(60)
        as_the_hub(WEIGHTS)(request)

    server.answer(answer)
    started = time.monotonic()
    assert "goes on from there" in refusal(
        lambda: pull(tiny, cancel=asked.is_set, limits=LIMITS), i2p.Cancelled
    )
    assert time.monotonic() - started < WITHIN  # its process was ended, not waited for


def test_where_the_library_fails_the_other_way_is_taken(tiny, server, home):
    pytest.importorskip("huggingface_hub")
    server.answer(whole(WEIGHTS))  # without the headers that it needs
    path = pull(tiny, limits=LIMITS)
    assert path == home / ".cache" / "img2prompt" / "models" / "Tiny_test" / FILE


def test_a_full_disk_is_said_before_the_library_begins(tiny, server, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 1000))
    assert "must be free" in refusal(lambda: pull(tiny))
    assert server.requests == []


def test_files_elsewhere_are_fetched_from_their_address(tiny, server, home):
    """Nothing but tests gives http addresses; cards cannot."""
    other = WeightsFile("w.pth", url=f"{server.url}/models/w.pth?x=1", about_size=len(WEIGHTS))
    model = replace(tiny, kind="caption", name="blip-x", files=(other,))
    server.answer(whole(WEIGHTS))
    path = pull(model, limits=LIMITS)
    assert path == home / ".cache" / "img2prompt" / "models" / "blip-x" / "w.pth"
    assert server.requests[0][1] == "/models/w.pth?x=1"


def test_words_say_where_a_download_goes(tiny, server, home, capfd):
    pytest.importorskip("huggingface_hub")
    server.answer(as_the_hub(WEIGHTS))
    pull_with_words(tiny)
    assert "to the Hugging Face cache" in capfd.readouterr().err
