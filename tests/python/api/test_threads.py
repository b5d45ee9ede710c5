"""Many threads on one engine, callbacks that call back, and ways to stop."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
from parity import deepdanbooru_models

import img2prompt as i2p

pytestmark = pytest.mark.usefixtures("one_thread")

LABELS = i2p.assets.DEMO_DIRECTORY / "labels"
PICTURES = [np.random.RandomState(i).randint(0, 256, (60, 80, 3), np.uint8) for i in range(3)]
TEXTS = [f"a {colour} heart on {ground}" for colour in ("red", "blue") for ground in ("a", "b")]


@pytest.fixture(scope="module")
def tagger_card(tmp_path_factory):
    tags = [f"tag_{i}" for i in range(40)]
    model = deepdanbooru_models.seeded(deepdanbooru_models.SMALL, len(tags), 128, seed=2)
    return deepdanbooru_models.save(tmp_path_factory.mktemp("tagger"), model, tags, 128)


@pytest.fixture(params=[None, "low"])
def budget(request):
    return i2p.DeviceBudget(request.param)


@pytest.fixture
def engine(budget):
    return i2p.Interrogator(
        i2p.Clip("demo", device="cpu"),
        i2p.Captioner("demo", device="cpu"),
        labels=LABELS,
        cache_dir="",
        device_budget=budget,
    )


@pytest.fixture
def tagger(tagger_card, budget):
    return i2p.Tagger(tagger_card, device="cpu", device_budget=budget)


def calls(engine, tagger):
    """What the engine's objects can be asked for, each with a deterministic answer."""
    clip, captioner = engine.clip, engine.captioner
    return [
        lambda: engine.interrogate(PICTURES[0], "fast").to_dict(),
        lambda: engine.analyze(PICTURES[1], top=3),
        lambda: engine.rank(PICTURES[2], "mediums", 4),
        lambda: engine.similarity(PICTURES[0], TEXTS).tolist(),
        lambda: clip.encode_text(TEXTS).tolist(),
        lambda: clip.encode_image(PICTURES).tolist(),
        lambda: captioner.caption(PICTURES),
        lambda: captioner.encode_image(PICTURES[:1]).tolist(),
        lambda: tagger.tags(PICTURES[:2]),
    ]


def test_eight_threads_get_the_answers_that_one_gets(engine, tagger, budget):
    work = calls(engine, tagger)
    want = [call() for call in work]
    wrong: list[object] = []
    rounds = 3

    def run(thread):
        random = np.random.RandomState(thread)
        try:
            for index in [int(i) for _ in range(rounds) for i in random.permutation(len(work))]:
                got = work[index]()
                if got != want[index]:
                    wrong.append((index, got))
                if random.randint(8) == 0:
                    random.choice([engine, engine.clip, engine.captioner, tagger]).unload()
                engine.memory()
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    engine.unload()
    tagger.unload()
    assert [row.bytes for row in budget.memory() + engine.memory()] == [0] * 8


@pytest.mark.parametrize("callback", ["progress", "cancel"])
def test_a_call_from_its_own_callback_is_refused_and_does_not_hang(engine, tagger, callback):
    clip, captioner = engine.clip, engine.captioner
    refused = []

    def inner(call):
        def called_back(*_):
            try:
                call()
            except i2p.InvalidArgument as error:
                refused.append(str(error))
            return False

        return {callback: called_back}

    outer_and_inner = [
        (lambda **c: clip.encode_text(TEXTS, **c), lambda: clip.encode_text(TEXTS)),
        (lambda **c: clip.encode_image(PICTURES, **c), lambda: clip.encode_image(PICTURES)),
        (lambda **c: clip.encode_text(TEXTS, **c), clip.unload),
        (lambda **c: captioner.caption(PICTURES, **c), lambda: captioner.caption(PICTURES)),
        (lambda **c: captioner.encode_image(PICTURES, **c), captioner.unload),
        (lambda **c: tagger.tags(PICTURES, **c), lambda: tagger.tags(PICTURES)),
        (
            lambda **c: engine.interrogate(PICTURES[0], "fast", **c),
            lambda: engine.rank(PICTURES[0], "mediums"),
        ),
        (lambda **c: engine.analyze(PICTURES[0], **c), engine.unload),
    ]
    for outer, call in outer_and_inner:
        refused.clear()
        outer(**inner(call))
        assert refused and all("is called from its own progress" in text for text in refused)
    assert engine.interrogate(PICTURES[0], "fast").prompt


def test_an_error_in_a_callback_comes_out_and_the_engine_stays_usable(engine, tagger):
    class Mine(Exception):
        pass

    def fail(*_):
        raise Mine

    for call in (
        lambda **c: engine.clip.encode_text(TEXTS, **c),
        lambda **c: engine.captioner.caption(PICTURES, **c),
        lambda **c: tagger.tags(PICTURES, **c),
        lambda **c: engine.interrogate(PICTURES[0], "fast", **c),
    ):
        for callbacks in ({"progress": fail}, {"cancel": fail}):
            with pytest.raises(Mine):
                call(**callbacks)
    assert engine.interrogate(PICTURES[0], "fast").prompt


@pytest.mark.parametrize("waiting", [False, True], ids=["at work", "waiting for another"])
def test_another_thread_cancels_within_a_second(engine, waiting):
    """Also a call that only waits until another one is done."""
    stop, working, outcome = threading.Event(), threading.Event(), {}

    def slow(*_):
        working.set()
        time.sleep(0.02)
        return stop.is_set() and not waiting

    holder_stop = threading.Event()

    def holder_cancel():
        working.set()
        time.sleep(0.01)
        return holder_stop.is_set()

    def holder():
        with pytest.raises(i2p.Cancelled):
            while True:
                engine.captioner.caption(PICTURES, cancel=holder_cancel)

    def run():
        cancel = stop.is_set if waiting else slow
        try:
            while True:
                engine.captioner.caption(PICTURES, cancel=cancel)
        except i2p.Cancelled:
            outcome["ended"] = time.monotonic()

    threads = [threading.Thread(target=holder)] if waiting else []
    threads.append(threading.Thread(target=run))
    for thread in threads:
        thread.start()
    assert working.wait(20)
    asked = time.monotonic()
    stop.set()
    threads[-1].join(20)
    assert outcome["ended"] - asked < 1
    holder_stop.set()
    for thread in threads:
        thread.join()
    assert engine.captioner.caption(PICTURES[0])


# A second is what is promised on a quiet machine; the work itself would take minutes.
BUSY_MACHINE_S = 10

INTERRUPTED = """
    import sys, time
    import numpy as np
    import torch
    import img2prompt as i2p
    torch.set_num_threads(1)
    labels = i2p.assets.DEMO_DIRECTORY / "labels"
    engine = i2p.Interrogator(i2p.Clip("demo", device="cpu"), i2p.Captioner("demo", device="cpu"),
                              labels=labels, cache_dir="")
    clip, captioner = engine.clip, engine.captioner
    tagger = i2p.Tagger(sys.argv[2], device="cpu")
    random = np.random.RandomState(0)
    picture = random.randint(0, 256, (60, 80, 3), np.uint8)
    texts = [f"{i} {j} texts" for i in range(200) for j in range(100)]
    work = {
        "encode_text": lambda: [clip.encode_text(texts) for _ in range(1000)],
        "encode_image": lambda: clip.encode_image([picture] * 3000),
        "caption": lambda: captioner.caption([picture] * 3000),
        "caption images": lambda: captioner.encode_image([picture] * 3000),
        "interrogate": lambda: [engine.interrogate(picture) for _ in range(1000)],
        "analyze": lambda: [engine.analyze(picture) for _ in range(10000)],
        "tags": lambda: tagger.tags([picture] * 30000),
        "load": lambda: [i2p.Clip("demo", device="cpu").encode_text("a") for _ in range(10000)],
    }[sys.argv[1]]
    before = clip.encode_text("a cat"), captioner.caption(picture)
    print("ready", flush=True)
    try:
        work()
    except (i2p.Cancelled, KeyboardInterrupt):
        print("stopped", flush=True)
    assert np.array_equal(clip.encode_text("a cat"), before[0])
    assert captioner.caption(picture) == before[1]
    print("usable", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to one process there")
@pytest.mark.parametrize(
    "work",
    [
        "encode_text",
        "encode_image",
        "caption",
        "caption images",
        "interrogate",
        "analyze",
        "tags",
        "load",
    ],
)
def test_ctrl_c_stops_native_work_within_a_second(work, tagger_card):
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(INTERRUPTED), work, tagger_card],
        stdout=subprocess.PIPE,
        text=True,
        # Started in the background, this process may have been told to ignore the signal.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "stopped\n"
    assert time.monotonic() - asked < BUSY_MACHINE_S
    assert process.stdout.readline() == "usable\n"
    assert process.wait(20) == 0
