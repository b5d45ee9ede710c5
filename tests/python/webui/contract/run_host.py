"""Runs the host: `python run_host.py PORT EXTENSION...`, CONTRACT_ROOT being its data folder.

Beside gradio's page it serves, for the tests, GET /contract/state (what a test wants to know),
POST /contract/option/{key} (a JSON value), POST /contract/reload, POST /contract/interrupt (the
host's Interrupt button), and the API's interrogate route.
"""

import base64
import importlib.util
import io
import os
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fastapi import Body  # noqa: E402
from modules import (  # noqa: E402
    call_queue,
    deepbooru,
    errors,
    extras,
    infotext_utils,
    script_callbacks,
    shared,
    ui,
)
from PIL import Image  # noqa: E402


def load_scripts(extension: Path) -> None:
    """Executes each file, its folder first on sys.path only meanwhile, its module nowhere kept."""
    before = list(sys.path)
    for path in sorted((extension / "scripts").glob("*.py")):
        sys.path = [str(extension), *before]
        try:
            spec = importlib.util.spec_from_file_location(path.name, path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
        except Exception:
            errors.report(f"Error loading script: {path}", exc_info=True)
        finally:
            sys.path = before


def decode(text: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text.split(",")[-1])))


def add_middleware(app) -> None:
    """What every request passes in a host that was started with --api."""
    app.middleware_stack = None  # built anew with the next request

    @app.middleware("http")
    async def log_and_time(request, call_next):
        begun = time.monotonic()
        response = await call_next(request)
        response.headers["X-Process-Time"] = f"{time.monotonic() - begun:.4f}"
        return response


def add_routes(app, reload: threading.Event) -> None:
    @app.get("/contract/state")
    def state():
        return {
            "loads_of_sd_model": shared.loads_of_sd_model,
            "reports": errors.reports,
            "pasted": infotext_utils.pasted,
            "state": {k: v for k, v in vars(shared.state).items()},
            "queue_free": _is_free(),
            "pnginfo": f"{extras.run_pnginfo.__module__}.{extras.run_pnginfo.__qualname__}",
            "options": sorted(shared.opts.data_labels),
        }

    @app.post("/contract/option/{key}")
    def option(key: str, value=Body(None)):
        shared.opts.set(key, value)
        return {}

    @app.post("/contract/reload")
    def ask_reload():
        reload.set()
        return {}

    @app.post("/contract/interrupt")
    def interrupt():
        shared.state.interrupt()
        return {}

    @app.post("/sdapi/v1/interrogate")
    def interrogate(request: dict = Body(...)):
        image = decode(request["image"]).convert("RGB")
        with call_queue.queue_lock:
            if request.get("model", "clip") == "clip":
                return {"caption": shared.interrogator.interrogate(image)}
            return {"caption": deepbooru.model.tag(image)}


def _is_free() -> bool:
    if not call_queue.queue_lock.acquire(blocking=False):
        return False
    call_queue.queue_lock.release()
    return True


def main() -> None:
    port, extensions = int(sys.argv[1]), [Path(folder) for folder in sys.argv[2:]]
    queue = os.environ.get("CONTRACT_NO_QUEUE") != "1"
    while True:
        reload = threading.Event()
        for extension in extensions:
            load_scripts(extension)
        script_callbacks.call("before_ui")
        shared.demo = ui.create_ui()
        if queue:
            shared.demo.queue(64)
        app, *_ = shared.demo.launch(
            server_port=port,
            prevent_thread_lock=True,
            quiet=True,
            show_api=False,
            app_kwargs={"docs_url": "/docs"},
        )
        if os.environ.get("CONTRACT_API") == "1":
            add_middleware(app)
        add_routes(app, reload)
        script_callbacks.call("app_started", shared.demo, app)
        print("contract host: ready", flush=True)
        while not reload.wait(0.2):
            pass
        shared.demo.close()
        time.sleep(0.5)
        script_callbacks.call("script_unloaded")
        script_callbacks.clear_callbacks()


if __name__ == "__main__":
    main()
