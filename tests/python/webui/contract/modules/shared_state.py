"""What the host is doing, for its progress bar and its Interrupt button."""

import time


class State:
    def __init__(self) -> None:
        self.skipped = self.interrupted = self.stopping_generation = False
        self.job, self.job_no, self.job_count = "", 0, 0
        self.sampling_step = self.sampling_steps = 0
        self.textinfo = None
        self.time_start = None

    def begin(self, job: str = "(unknown)") -> None:
        self.__init__()
        self.job, self.job_count, self.time_start = job, -1, time.time()

    def end(self) -> None:
        self.job, self.job_count = "", 0

    def interrupt(self) -> None:
        self.interrupted = True

    def skip(self) -> None:
        self.skipped = True
