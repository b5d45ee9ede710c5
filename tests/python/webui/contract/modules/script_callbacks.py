"""Callbacks that extensions register while their scripts run; an error in one ends none."""

from collections import defaultdict

from modules import errors

_callbacks = defaultdict(list)


def _register(category):
    def register(callback, *, name=None):
        _callbacks[category].append(callback)

    return register


on_before_ui = _register("before_ui")
on_ui_settings = _register("ui_settings")
on_ui_tabs = _register("ui_tabs")
on_after_component = _register("after_component")
on_app_started = _register("app_started")
on_script_unloaded = _register("script_unloaded")
on_infotext_pasted = _register("infotext_pasted")


def call(category, *args):
    answers = []
    for callback in _callbacks[category]:
        try:
            answers += callback(*args) or []
        except Exception:
            errors.report(f"Error calling {callback}", exc_info=True)
    return answers


def clear_callbacks():
    _callbacks.clear()
