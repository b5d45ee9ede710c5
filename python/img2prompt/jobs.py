"""Long work with a number that others can ask after: progress, what is found so far, cancel."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .errors import Cancelled, InvalidArgument
from .host import Host

_KEPT = 64  # finished jobs that can still be asked after
_ID_LENGTH = 64

T = TypeVar("T")


@dataclass
class Job:
    """One piece of work. Whoever runs it calls progress() and asks cancelled()."""

    id: str
    kind: str
    host: Host
    state: str = "queued"
    """ "queued", "running", "done", "failed" or "cancelled"."""
    stage: str = ""
    done: int = 0
    total: int = 0
    """0 = not known."""
    partial: str = ""
    """What is found so far, such as the best prompt yet."""
    result: Any = None
    error: str = ""
    created: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None
    _cancel: threading.Event = field(default_factory=threading.Event)
    _stage_started: float = 0.0

    def progress(self, stage: str, done: int, total: int) -> None:
        """What the engine calls from long work."""
        if stage != self.stage or done < self.done:
            self._stage_started = time.monotonic()
        self.stage, self.done, self.total = stage, done, total
        self.host.report(done, total, f"{stage} {done}/{total}" if total else stage)

    def found(self, prompt: str, similarity: float) -> None:
        """What the engine calls with each better prompt of a search."""
        self.partial = prompt

    def cancel(self) -> None:
        """Asks the job to stop; it does so within a second, or never starts."""
        self._cancel.set()

    def cancelled(self) -> bool:
        """What the engine asks."""
        return self._cancel.is_set() or (self.state == "running" and self.host.interrupted())

    def seconds_left(self) -> float | None:
        """Of the present stage, by its rate so far; None when that is not known."""
        passed = time.monotonic() - self._stage_started
        if self.state != "running" or not self.total or not self.done or passed < 0.5:
            return None
        return passed / self.done * (self.total - self.done)

    def to_dict(self) -> dict[str, Any]:
        """Its state, ready for JSON."""
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "stage": self.stage,
            "done": self.done,
            "total": self.total,
            "seconds_left": self.seconds_left(),
            "partial": self.partial,
            "result": self.result,
            "error": self.error,
        }


class Jobs:
    """Runs jobs one after another, by the host's turn, and remembers the last of them."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, kind: str, id: str | None = None) -> Job:
        """A job that waits. id: chosen by a page that wants to ask after it; None = a new one.

        Raises InvalidArgument for an id in use, or one that is not 8 to 64 letters, digits, - or _.
        """
        if id is None:
            id = secrets.token_urlsafe(12)
        plain = id.replace("-", "").replace("_", "")
        if not 8 <= len(id) <= _ID_LENGTH or not plain.isascii() or not plain.isalnum():
            raise InvalidArgument(
                f"job id {id[:80]!r}; accepted are 8 to 64 letters, digits, - or _"
            )
        with self._lock:
            if id in self._jobs and self._jobs[id].state in ("queued", "running"):
                raise InvalidArgument(f"job {id} is there already")
            job = Job(id, kind, self.host)
            self._jobs[id] = job
            finished = [j.id for j in self._jobs.values() if j.ended is not None]
            for old in finished[: max(0, len(finished) - _KEPT)]:
                del self._jobs[old]
        return job

    def get(self, id: str) -> Job | None:
        """The job of that id, or None."""
        with self._lock:
            return self._jobs.get(id)

    def cancel_all(self) -> None:
        """Asks every job that waits or runs to stop."""
        with self._lock:
            for job in self._jobs.values():
                if job.ended is None:
                    job.cancel()

    def waiting(self) -> int:
        """How many jobs are queued or running."""
        with self._lock:
            return sum(job.ended is None for job in self._jobs.values())

    def run(self, job: Job, work: Callable[[Job], T]) -> T:
        """Waits for the host's turn, then returns work(job); called on the thread that waits.

        Raises what work raises; Cancelled too when the job was cancelled while it waited. The job
        keeps its state, result (when it can be written as JSON) and error in every case.
        """
        try:
            with self.host.busy(f"img2prompt {job.kind}"):
                if job._cancel.is_set():
                    raise Cancelled("cancelled before it began")
                job.state, job.started = "running", time.time()
                answer = work(job)
            if isinstance(answer, (str, int, float, list, dict)):
                job.result = answer
            job.state = "done"
            return answer
        except Cancelled:
            job.state = "cancelled"
            raise
        except Exception as error:
            job.state, job.error = "failed", str(error).strip() or type(error).__name__
            raise
        finally:
            if job.ended is None and job.state == "running":
                job.state = "failed"
            job.ended = time.time()

    def start(
        self,
        job: Job,
        work: Callable[[Job], T],
        ended: Callable[[T | None, Exception | None], None] | None = None,
    ) -> None:
        """The same on a thread of its own; the job keeps its state, answer and error.

        ended: called on that thread with the answer and what was raised.
        """

        def run() -> None:
            answer, failure = None, None
            try:
                answer = self.run(job, work)
            except Exception as error:
                failure = error
            if ended is not None:
                ended(answer, failure)

        threading.Thread(target=run, name=f"img2prompt-{job.kind}", daemon=True).start()
