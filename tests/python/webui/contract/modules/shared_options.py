"""Settings: labels with defaults, and the values that a user chose."""

from typing import Any


class OptionInfo:
    def __init__(
        self,
        default: Any = None,
        label: str = "",
        component: Any = None,
        component_args: Any = None,
        onchange: Any = None,
        section: Any = None,
        **other: Any,
    ) -> None:
        self.default, self.label, self.section, self.onchange = default, label, section, onchange
        self.component, self.component_args = component, component_args
        self.infotext = other.get("infotext")
        self.do_not_save = False

    def info(self, text: str) -> "OptionInfo":
        return self

    def needs_reload_ui(self) -> "OptionInfo":
        return self

    def needs_restart(self) -> "OptionInfo":
        return self


class Options:
    def __init__(self) -> None:
        self.data_labels: dict[str, OptionInfo] = {}
        self.data: dict[str, Any] = {}

    def add_option(self, key: str, info: OptionInfo) -> None:
        self.data_labels[key] = info
        self.data.setdefault(key, info.default)

    def set(self, key: str, value: Any) -> None:
        self.data[key] = value
        changed = self.data_labels[key].onchange if key in self.data_labels else None
        if changed:
            changed()

    def __getattr__(self, key: str) -> Any:
        data = self.__dict__.get("data", {})
        if key in data:
            return data[key]
        if key in self.__dict__.get("data_labels", {}):
            return self.data_labels[key].default
        raise AttributeError(key)
