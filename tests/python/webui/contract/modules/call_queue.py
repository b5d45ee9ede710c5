"""Long work takes turns. As in the hosts, an error leaves `job` begun: end() is not reached."""

import html
from functools import wraps

from modules import errors, fifo_lock, progress, shared

queue_lock = fifo_lock.FIFOLock()


def wrap_queued_call(func):
    def call(*args, **kwargs):
        with queue_lock:
            return func(*args, **kwargs)

    return call


def wrap_gradio_gpu_call(func, extra_outputs=None):
    @wraps(func)
    def call(*args, **kwargs):
        first = args[0] if args else None
        task = first if isinstance(first, str) and first.startswith("task(") else None
        with queue_lock:
            shared.state.begin(job=task)
            progress.current_task = task
            try:
                answer = func(*args, **kwargs)
            finally:
                progress.current_task = None
            shared.state.end()
        return answer

    return wrap_gradio_call(call, extra_outputs=extra_outputs, add_stats=True)


def wrap_gradio_call(func, extra_outputs=None, add_stats=False):
    @wraps(func)
    def call(*args, **kwargs):
        try:
            answer = list(func(*args, **kwargs))
        except Exception as error:
            errors.report("Error completing request", exc_info=True)
            text = html.escape(f"{type(error).__name__}: {error}")
            answer = [*(extra_outputs or [None, ""]), f"<div class='error'>{text}</div>"]
        finally:
            shared.state.skipped = shared.state.interrupted = False
            shared.state.stopping_generation = False
            shared.state.job, shared.state.job_count = "", 0
        if add_stats:
            answer[-1] += "<div class='performance'>Time taken</div>"
        return tuple(answer)

    return call
