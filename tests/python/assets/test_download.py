"""One file from a server on this machine that does everything wrong that servers do."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

import img2prompt as i2p
from img2prompt.assets.addresses import check_address
from img2prompt.assets.cards import WeightsFile
from img2prompt.assets.download import NoConnection, NotPublished, download
from img2prompt.assets.limits import Limits
from img2prompt.assets.partial_file import PartialFile

from . import server as wrong
from .conftest import write
from .server import content_of, whole

CONTENT = content_of(200_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
# Short waits, but times that a busy machine keeps.
LIMITS = Limits(
    open_seconds=20,
    stall_seconds=20,
    first_wait=0.01,
    worthwhile_bytes=1 << 30,
    margin_bytes=0,
)
IMPATIENT = replace(LIMITS, open_seconds=0.3, stall_seconds=0.4)
WITHIN = 15  # seconds, for what must take far less; a hang is what is looked for


@pytest.fixture
def fetch(server, tmp_path):
    """Downloads from the server; returns the target's content. Keywords change file and limits."""

    def run(limits=LIMITS, progress=None, cancel=None, **file):
        known = {"size": len(CONTENT), "about_size": len(CONTENT), "sha256": SHA256, **file}
        published = WeightsFile(**{"file": "w.bin", "url": f"{server.url}/w.bin", **known})
        target = tmp_path / "models" / "m" / "w.bin"
        assert download(published, target, progress, cancel, limits) == target
        return target.read_bytes()

    return run


@pytest.fixture
def left(tmp_path):
    """The files that lie there."""

    def names():
        return sorted(path.name for path in tmp_path.rglob("*") if path.is_file())

    return names


def refusal(fetch, kind=i2p.ModelError, **options) -> str:
    with pytest.raises(kind) as caught:
        fetch(**options)
    message = str(caught.value)
    assert "\n" not in message and len(message) < 500, message
    return message


def test_a_file_comes_whole_and_nothing_else_stays(fetch, server, left):
    server.answer(whole(CONTENT))
    told: list[tuple[str, int, int]] = []
    assert fetch(progress=lambda *step: told.append(step)) == CONTENT
    assert left() == ["w.bin"]
    got = [done for stage, done, _ in told if stage == "download w.bin"]
    assert got == sorted(got) and got[-1] == len(CONTENT)
    assert {total for _, _, total in told} == {len(CONTENT)}
    ((_, _, headers),) = server.requests
    assert headers["Accept-Encoding"] == "identity" and "Range" not in headers


def test_a_file_that_is_there_is_not_fetched_again(fetch, server, tmp_path):
    write(tmp_path / "models" / "m" / "w.bin", b"mine")
    assert fetch() == b"mine" and server.requests == []


def test_what_breaks_off_goes_on_from_there(fetch, server, left):
    server.answer(wrong.breaks_off(CONTENT, 70_000), whole(CONTENT))
    assert fetch() == CONTENT
    assert server.ranges() == [None, "bytes=70000-"]
    assert server.requests[1][2]["If-Range"] == '"one"'
    assert left() == ["w.bin"]


def test_breaking_off_again_and_again_is_borne_while_something_comes(fetch, server):
    server.answer(wrong.breaks_off(CONTENT, 10_000))
    assert fetch(limits=replace(LIMITS, worthwhile_bytes=10_000)) == CONTENT
    assert len(server.requests) == 20


def test_a_later_download_goes_on_where_an_earlier_one_failed(fetch, server, left):
    server.answer(wrong.breaks_off(CONTENT, 70_000), wrong.status(500))
    message = refusal(fetch)
    assert "70 kB are kept" in message and "goes on from there" in message
    assert left() == ["w.bin.part", "w.bin.part.json"]
    server.requests.clear()
    server.answer(whole(CONTENT))
    assert fetch() == CONTENT
    assert server.ranges() == ["bytes=70000-"] and left() == ["w.bin"]


@pytest.mark.parametrize("sha256", ["", SHA256])
def test_a_file_that_changed_in_between_is_fetched_anew(sha256, fetch, server):
    new = content_of(200_000, seed=1)
    server.answer(
        wrong.breaks_off(new if sha256 else CONTENT, 70_000, etag='"old"'),
        whole(CONTENT if sha256 else new, etag='"new"'),
    )
    assert fetch(sha256=sha256) == (CONTENT if sha256 else new)
    assert server.requests[1][2]["If-Range"] == '"old"'


def test_without_validator_and_sha256_nothing_is_built_upon(fetch, server):
    server.answer(wrong.breaks_off(CONTENT, 70_000, etag='W/"weak"'), whole(CONTENT))
    assert fetch(sha256="") == CONTENT
    assert server.ranges() == [None, None]


def test_a_server_that_knows_no_parts_sends_all_again(fetch, server):
    server.answer(wrong.breaks_off(CONTENT, 70_000), wrong.ignores_range(CONTENT))
    assert fetch() == CONTENT


def test_a_server_that_always_begins_anew_and_breaks_off_is_given_up(fetch, server):
    def answer(request):
        request.send(200, {"ETag": '"one"', "Content-Length": len(CONTENT)})
        request.wfile.write(CONTENT[: 10_000 + 1000 * len(server.requests)])

    server.answer(answer)
    refusal(fetch, limits=replace(LIMITS, worthwhile_bytes=1))
    assert len(server.requests) <= LIMITS.attempts + 2


@pytest.mark.parametrize("start", [0, 69_999, 70_001, 150_000])
def test_a_part_that_was_not_asked_for_is_not_taken(start, fetch, server):
    server.answer(
        wrong.breaks_off(CONTENT, 70_000), wrong.another_part(CONTENT, start), whole(CONTENT)
    )
    assert fetch(sha256="") == CONTENT
    assert server.ranges() == [None, "bytes=70000-", None]


@pytest.mark.parametrize("code", [416, 206])
def test_a_part_that_the_server_does_not_know_is_dropped(code, fetch, server):
    server.answer(wrong.breaks_off(CONTENT, 70_000), wrong.status(code), whole(CONTENT))
    assert fetch() == CONTENT
    assert server.ranges() == [None, "bytes=70000-", None]


@pytest.mark.parametrize(
    "note", [None, b"{", b"[]", b'{"url": "x", "sha256": "", "validator": "y"}', b"[" * 9000]
)
def test_a_part_of_unknown_origin_is_not_built_upon(note, fetch, server, tmp_path):
    write(tmp_path / "models" / "m" / "w.bin.part", CONTENT[:70_000])
    if note:
        write(tmp_path / "models" / "m" / "w.bin.part.json", note)
    server.answer(whole(CONTENT))
    assert fetch() == CONTENT and server.ranges() == [None]


def test_a_damaged_part_costs_a_second_download_but_not_the_file(fetch, server, tmp_path):
    server.answer(wrong.breaks_off(CONTENT, 70_000), wrong.status(404))
    refusal(fetch, NotPublished)
    part = tmp_path / "models" / "m" / "w.bin.part"
    part.write_bytes(b"x" + part.read_bytes()[1:])
    server.requests.clear()
    server.answer(whole(CONTENT))
    assert fetch() == CONTENT
    assert server.ranges() == ["bytes=70000-", None]


def test_a_part_that_is_whole_already_is_only_checked(fetch, server, tmp_path):
    server.answer(wrong.breaks_off(CONTENT, 199_999), wrong.status(404))
    refusal(fetch, NotPublished)
    part = tmp_path / "models" / "m" / "w.bin.part"
    part.write_bytes(CONTENT)
    server.requests.clear()
    assert fetch() == CONTENT and server.requests == []


def test_wrong_bytes_are_not_kept(fetch, server, left):
    server.answer(whole(content_of(200_000, seed=1)))
    message = refusal(fetch)
    assert SHA256 in message and "nothing was kept" in message
    assert len(server.requests) == 1 and left() == []


def test_the_first_digits_of_a_sha256_are_compared_where_no_more_are_published(fetch, server):
    server.answer(whole(CONTENT))
    other = SHA256[:7] + ("0" if SHA256[7] != "0" else "1")
    assert other in refusal(fetch, sha256=other)
    assert fetch(sha256=SHA256[:8]) == CONTENT


def test_what_hugging_face_says_of_a_file_is_compared_where_the_card_says_nothing(fetch, server):
    said = {"X_Linked_ETag": f'"{SHA256}"'}
    server.answer_at("/w.bin", wrong.redirect("/moved", **said))
    server.answer(whole(content_of(200_000, seed=1)), whole(CONTENT))
    assert SHA256 in refusal(fetch, sha256="")
    assert fetch(sha256="") == CONTENT


@pytest.mark.parametrize("length", [1000, 199_999, 200_001, 10**12])
def test_another_length_than_the_published_one_is_refused_at_once(length, fetch, server, left):
    server.answer(wrong.says(length, CONTENT))
    message = refusal(fetch)
    assert f"offers {length:,} bytes" in message and "200,000" in message
    assert len(server.requests) == 1 and left() == []


def test_a_length_that_is_too_long_ends_as_one_that_breaks_off(fetch, server):
    server.answer(wrong.says(250_000, CONTENT))
    assert "it broke off after 200 kB of 250 kB" in refusal(fetch, size=0)
    assert len(server.requests) == LIMITS.attempts


def test_a_length_that_is_too_short_is_told_by_the_sha256(fetch, server, left):
    server.answer(wrong.says(150_000, CONTENT))
    assert SHA256 in refusal(fetch, size=0)
    assert left() == []


def test_a_page_in_the_place_of_a_large_file_is_refused(fetch, server, left):
    server.answer(whole(b"<html>Please log in to this network</html>"))
    assert "about 500 MB" in refusal(fetch, size=0, about_size=500_000_000, sha256="")
    assert left() == []


def test_a_body_without_length_is_taken_up_to_the_published_one(fetch, server, left):
    server.answer(wrong.chunked(CONTENT))
    assert fetch() == CONTENT and left() == ["w.bin"]


def test_a_body_without_length_that_is_too_short_is_refused(fetch, server, left):
    server.answer(wrong.chunked(CONTENT[:-1]))
    assert "199,999 bytes" in refusal(fetch, sha256="")
    assert left() == []


@pytest.mark.parametrize("known", [True, False])
def test_an_endless_body_is_cut_off(known, fetch, server, left):
    sent = [0]
    server.answer(wrong.endless(sent))
    sizes = {} if known else {"size": 0, "about_size": 0}
    limits = replace(LIMITS, most_bytes=1_000_000)
    assert "sends more than" in refusal(fetch, limits=limits, **sizes)
    assert sent[0] < 30_000_000 and left() == []  # socket buffers and the queue hold some


def test_a_server_that_stalls_is_asked_again(fetch, server):
    server.answer(wrong.stalls(CONTENT, 70_000), whole(CONTENT))
    assert fetch(limits=replace(LIMITS, stall_seconds=0.5)) == CONTENT
    assert server.ranges() == [None, "bytes=70000-"]


def test_a_server_that_only_drips_has_stalled(fetch, server):
    server.answer(wrong.drips(CONTENT, 0.02))
    started = time.monotonic()
    assert "it stalled" in refusal(fetch, limits=replace(IMPATIENT, attempts=2))
    assert time.monotonic() - started < WITHIN


def test_a_server_that_never_answers_is_given_up_within_the_limit(fetch, server, left):
    server.answer(wrong.silent)
    started = time.monotonic()
    assert "127.0.0.1 cannot be reached" in refusal(fetch, NoConnection, limits=IMPATIENT)
    assert time.monotonic() - started < WITHIN
    assert len(server.requests) == 1 and left() == []


def test_a_port_where_nobody_listens_is_said_at_once(fetch, server):
    port = server.server_port
    server.close()
    message = refusal(fetch, NoConnection, url=f"http://127.0.0.1:{port}/w.bin")
    assert "cannot be reached" in message and "refused" in message


def test_a_name_that_does_not_resolve_is_said_within_seconds(fetch):
    started = time.monotonic()
    # RFC 6761: there is no such name, ever.
    assert "cannot be reached" in refusal(fetch, NoConnection, url="https://nobody.invalid/w")
    assert time.monotonic() - started < 2 * LIMITS.open_seconds


@pytest.mark.parametrize("answer", [wrong.hangs_up, wrong.no_http])
def test_an_answer_that_is_none_is_asked_for_again(answer, fetch, server):
    server.answer(answer, answer, whole(CONTENT))
    assert fetch() == CONTENT
    assert len(server.requests) == 3


@pytest.mark.parametrize("code", [404, 410])
def test_a_file_that_is_not_there_is_said_so(code, fetch, server, left):
    server.answer(wrong.status(code))
    assert f"is not there (status {code})" in refusal(fetch, NotPublished)
    assert len(server.requests) == 1 and left() == []


@pytest.mark.parametrize("code", [401, 403])
def test_a_file_that_needs_an_account_is_said_so(code, fetch, server):
    server.answer(wrong.status(code))
    assert "it may need an account there" in refusal(fetch)
    assert len(server.requests) == 1


@pytest.mark.parametrize("code", [408, 429, 500, 502, 503, 504])
def test_a_status_that_may_pass_is_tried_again(code, fetch, server):
    server.answer(wrong.status(code), wrong.status(code), whole(CONTENT))
    assert fetch() == CONTENT and len(server.requests) == 3


def test_a_server_that_keeps_failing_is_given_up(fetch, server):
    server.answer(wrong.status(500))
    assert "keeps failing: it answered with status 500" in refusal(fetch)
    assert len(server.requests) == LIMITS.attempts


@pytest.mark.parametrize("code", [204, 300, 304, 400, 418, 451, 505])
def test_any_other_status_is_an_error(code, fetch, server):
    server.answer(wrong.status(code))
    assert f"status {code}" in refusal(fetch)
    assert len(server.requests) == 1


def test_the_server_may_ask_to_wait(fetch, server):
    server.answer(wrong.status(429, Retry_After=1), whole(CONTENT))
    started = time.monotonic()
    assert fetch() == CONTENT
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize("asked", ["86400", "Fri, 31 Dec 2999 23:59:59 GMT"])
def test_but_not_for_long(asked, fetch, server):
    server.answer(wrong.status(503, Retry_After=asked))
    started = time.monotonic()
    assert "asks to wait for" in refusal(fetch)
    assert time.monotonic() - started < WITHIN and len(server.requests) == 1


def test_redirects_are_followed(fetch, server):
    server.answer_at("/w.bin", wrong.redirect("/a/b?c=d", 307))
    server.answer_at("/a/b?c=d", wrong.redirect(f"{server.url}/e", 301))
    server.answer(wrong.breaks_off(CONTENT, 70_000), whole(CONTENT))
    assert fetch() == CONTENT
    assert [path for _, path, _ in server.requests] == ["/w.bin", "/a/b?c=d", "/e"] * 2


def test_redirects_without_end_are_not(fetch, server):
    server.answer(wrong.redirect("/w.bin"))
    assert "redirects more than 5 times" in refusal(fetch)
    assert len(server.requests) == LIMITS.redirects + 1


@pytest.mark.parametrize(
    "location",
    [
        "http://example.org/w.bin",
        "ftp://127.0.0.1/w.bin",
        "file:///etc/passwd",
        "data:,x",
        "https://user:word@example.org/x",
        "https://",
        "https://exa mple.org/",
        "http://[::1",
        "https://example.org/" + "a" * 9000,
    ],
)
def test_a_redirect_to_anything_but_https_is_refused(location, fetch, server):
    server.answer(wrong.redirect(location))
    assert "only https addresses are" in refusal(fetch)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/w.bin",
        "http://127.0.0.1.example.org/w.bin",
        "http://localhost.example.org/",
        "http://2130706433/",
        "file:///etc/passwd",
        "/etc/passwd",
        "",
        "https:///x",
        "https://ex\nample.org/",
        "https://exämple.org/",
        "https://example.org:99999/",
    ],
)
def test_an_address_that_is_not_https_is_refused(url):
    with pytest.raises(i2p.ModelError, match="only https addresses are"):
        check_address(url)


def test_http_is_for_this_machine_alone_and_not_after_https():
    for url in ("http://localhost:1/x", "http://127.0.0.1/x", "http://[::1]:8/x"):
        check_address(url)
        with pytest.raises(i2p.ModelError):
            check_address(url, first="https://example.org/")
    check_address("https://example.org/x?y=z", first="https://example.com/")


def test_the_server_does_not_choose_the_files_name(fetch, server, left):
    server.answer(whole(CONTENT, **{"Content-Disposition": 'attachment; filename="../../evil"'}))
    assert fetch() == CONTENT and left() == ["w.bin"]


def test_a_proxy_is_not_asked_for_this_machine(fetch, server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.answer(whole(CONTENT))
    assert fetch() == CONTENT


def test_cancel_keeps_the_part_and_says_that_it_goes_on(fetch, server, left):
    server.answer(wrong.stalls(CONTENT, 70_000), whole(CONTENT))
    asked_to_stop = threading.Event()

    def progress(stage, done, total):
        if done >= 70_000:
            asked_to_stop.set()

    started = time.monotonic()
    message = refusal(fetch, i2p.Cancelled, progress=progress, cancel=asked_to_stop.is_set)
    assert "70 kB are kept" in message and time.monotonic() - started < WITHIN
    assert left() == ["w.bin.part", "w.bin.part.json"]
    assert fetch() == CONTENT and server.ranges() == [None, "bytes=70000-"]


def test_cancel_is_heard_while_the_server_is_silent_and_while_waiting(fetch, server):
    started = time.monotonic()
    for answer in (wrong.silent, wrong.status(503, Retry_After=60)):
        server.answer(answer)
        soon = time.monotonic() + 0.3
        refusal(fetch, i2p.Cancelled, cancel=lambda soon=soon: time.monotonic() > soon)
    assert time.monotonic() - started < WITHIN


def test_ctrl_c_is_taken_as_cancel(fetch, server, left):
    server.answer(whole(CONTENT))

    def progress(stage, done, total):
        raise KeyboardInterrupt

    assert "goes on from there" in refusal(fetch, i2p.Cancelled, progress=progress)
    assert left() == ["w.bin.part", "w.bin.part.json"]


def test_too_little_room_is_said_before_anything_comes(fetch, server, left, monkeypatch):
    server.answer(whole(CONTENT))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=250_000))
    message = refusal(fetch, limits=replace(LIMITS, margin_bytes=100_000))
    assert "300 kB must be free" in message and "250 kB are" in message
    assert left() == []
    assert fetch() == CONTENT


def test_a_disk_that_fills_up_keeps_the_part(fetch, server, left, monkeypatch):
    server.answer(whole(CONTENT))
    real = PartialFile.write

    def full(part, block):
        real(part, block[: 100_000 - part.size])
        if part.size >= 100_000:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(PartialFile, "write", full)
        message = refusal(fetch)
    assert "is full" in message and "100 kB are kept" in message
    assert left() == ["w.bin.part", "w.bin.part.json"]
    assert fetch() == CONTENT and server.ranges() == [None, "bytes=100000-"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_write_that_the_system_refuses_is_said_and_the_part_kept(fetch, server, left):
    import resource

    server.answer(whole(CONTENT))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        assert "100 kB are kept" in refusal(fetch)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert fetch() == CONTENT


def test_a_folder_that_cannot_be_made_is_named(fetch, server, tmp_path):
    write(tmp_path / "models", b"a file")
    server.answer(whole(CONTENT))
    assert "cannot be written to" in refusal(fetch) and server.requests == []


def test_two_at_once_fetch_it_once(fetch, server, left):
    begun, waited = threading.Event(), threading.Event()

    def slow(request):
        begun.set()
        assert waited.wait(30)
        whole(CONTENT)(request)

    server.answer(slow)

    def note_waiting(stage, done, total):
        if stage.startswith("wait for another download"):
            waited.set()

    got: list[bytes] = []
    first = threading.Thread(target=lambda: got.append(fetch()))
    first.start()
    assert begun.wait(30)
    got.append(fetch(progress=note_waiting))
    first.join(30)
    assert got == [CONTENT, CONTENT] and len(server.requests) == 1 and left() == ["w.bin"]


def test_what_a_dead_process_locked_is_free(fetch, server, tmp_path, left):
    write(tmp_path / "models" / "m" / "w.bin.lock", b"")
    server.answer(whole(CONTENT))
    assert fetch() == CONTENT and left() == ["w.bin"]


def test_waiting_for_another_can_be_cancelled(fetch, server):
    begun, over = threading.Event(), threading.Event()

    def slow(request):
        begun.set()
        over.wait(30)
        whole(CONTENT)(request)

    server.answer(slow)
    first = threading.Thread(target=fetch)
    first.start()
    assert begun.wait(30)
    refusal(fetch, i2p.Cancelled, cancel=lambda: True)
    over.set()
    first.join(30)


def test_a_target_is_never_seen_half_written(fetch, server, tmp_path):
    target = Path(tmp_path / "models" / "m" / "w.bin")
    seen: list[bool] = []
    server.answer(*[wrong.breaks_off(CONTENT, 50_000)] * 3, whole(CONTENT))
    fetch(progress=lambda *_: seen.append(os.path.exists(target)))
    assert seen and not any(seen)
