"""Pasting a text into a tab's fields, and the buttons that send to a tab."""

import os
import re
import sys

import gradio as gr
from PIL import Image

from modules import script_callbacks, shared
from modules.paths_internal import data_path

sys.modules["modules.generation_parameters_copypaste"] = sys.modules[__name__]

_VALUE = r"""(?P<value>"(?:[^"\\]|\\.)+"(?=,|$)|[^,]*)"""
_PARAMETER = re.compile(rf" *(?P<key>\w[\w /-]+): *{_VALUE}(?:,|$)")
_SIZE = re.compile(r"(\d+)x(\d+)")
paste_fields = {}
registered_param_bindings = []
pasted = []  # (tab, text), for the tests


class ParamBinding:
    def __init__(
        self,
        paste_button,
        tabname,
        source_text_component=None,
        source_image_component=None,
        **other,
    ):
        self.paste_button, self.tabname = paste_button, tabname
        self.source_text_component = source_text_component
        self.source_image_component = source_image_component


def reset():
    paste_fields.clear()
    registered_param_bindings.clear()


def parse_generation_parameters(text):
    *lines, last = text.strip().split("\n")
    pairs = _PARAMETER.findall(last)
    if len(pairs) < 3:
        lines, pairs = [*lines, last], []
    positive, negative, rest = [], [], None
    for line in (line.strip() for line in lines):
        if line.startswith("Negative prompt:"):
            rest, line = negative, line[16:].strip()
        (positive if rest is None else rest).append(line)
    found = {"Prompt": "\n".join(positive), "Negative prompt": "\n".join(negative)}
    for key, value in pairs:
        value = value.strip('"') if value.startswith('"') else value
        size = _SIZE.fullmatch(value)
        if size:
            found[f"{key}-1"], found[f"{key}-2"] = size.groups()
        else:
            found[key] = value
    # As in Forge, where no checkpoint is chosen.
    if "Model" in found and found["Model"] in shared.opts.sd_model_checkpoint:
        del found["Model"]
    return found


def add_paste_fields(tabname, init_img, fields, override_settings_component=None):
    paste_fields[tabname] = {"init_img": init_img, "fields": fields}


def create_buttons(tabs_list):
    return {tab: gr.Button(f"Send to {tab}", elem_id=f"{tab}_tab") for tab in tabs_list}


def register_paste_params_button(binding):
    registered_param_bindings.append(binding)


def send_image_and_dimensions(image):
    if shared.opts.send_size and isinstance(image, Image.Image):
        return image, image.width, image.height
    return image, gr.update(), gr.update()


def _on_click(button, **options):
    """button.click(), with `_js` for both gradios where the button is gradio's own."""
    if isinstance(button, gr.Button) and not gr.__version__.startswith("3."):
        options["js"] = options.pop("_js", None)
    button.click(**options)


def connect_paste_params_buttons():
    for binding in registered_param_bindings:
        if binding.tabname not in paste_fields:
            continue
        target = paste_fields[binding.tabname]
        fields, init_img = target["fields"], target["init_img"]
        sizes = [
            field for name in ("Size-1", "Size-2") for field, key in fields or [] if key == name
        ]
        if binding.source_image_component and init_img:
            with_size = bool(sizes) and binding.tabname != "inpaint"
            _on_click(
                binding.paste_button,
                fn=send_image_and_dimensions if with_size else lambda image: image,
                _js=None,
                inputs=[binding.source_image_component],
                outputs=[init_img, *sizes] if with_size else [init_img],
                show_progress=False,
            )
        if binding.source_text_component is not None and fields is not None:
            _connect_paste(binding, fields)
        _on_click(
            binding.paste_button,
            fn=None,
            _js=f"switch_to_{binding.tabname}",
            inputs=None,
            outputs=None,
            show_progress=False,
        )


def _connect_paste(binding, fields):
    def paste(text):
        if not text:
            with open(os.path.join(data_path, "params.txt"), encoding="utf8") as file:
                text = file.read()
        pasted.append((binding.tabname, text))
        found = parse_generation_parameters(text)
        script_callbacks.call("infotext_pasted", text, found)
        answers = []
        for component, key in fields:
            value = found.get(key)
            kind = type(component.value)
            # One value that cannot be cast ends the paste, as in AUTOMATIC1111.
            answers.append(gr.update() if value is None else gr.update(value=kind(value)))
        return answers

    _on_click(
        binding.paste_button,
        fn=paste,
        inputs=[binding.source_text_component],
        outputs=[component for component, _ in fields],
        show_progress=False,
    )
    _on_click(
        binding.paste_button,
        fn=None,
        _js=f"recalculate_prompts_{binding.tabname}",
        inputs=[],
        outputs=[],
        show_progress=False,
    )
