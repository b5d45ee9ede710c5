"""The page: txt2img, img2img with inpaint, extras, PNG Info, then the extensions' tabs."""

import gradio as gr

from modules import deepbooru, extras, infotext_utils, script_callbacks, shared

_GRADIO_3 = gr.__version__.startswith("3.")

# Tabs are found by their position among the buttons, as the hosts do.
_PAGE_SCRIPT = """() => {
  const tab = n => () => {
    document.querySelector('#tabs').querySelectorAll('button')[n].click();
    return [];
  };
  window.switch_to_txt2img = tab(0);
  window.switch_to_img2img = window.switch_to_inpaint = tab(1);
  window.switch_to_extras = tab(2);
  window.recalculate_prompts_txt2img = window.recalculate_prompts_img2img = () => [];
  window.recalculate_prompts_inpaint = () => [];
}"""


def _image(**options):
    if _GRADIO_3:
        options["source"] = "upload"
    else:
        options["format"] = "png"  # Forge stores every picture so; gradio's own is a lossy WebP
    return gr.Image(type="pil", interactive=True, image_mode="RGBA", **options)


def _fields(tab):
    live = {"interactive": True}
    prompt = gr.Textbox(value="", label="Prompt", elem_id=f"{tab}_prompt", lines=3, **live)
    negative = gr.Textbox(
        value="", label="Negative prompt", elem_id=f"{tab}_neg_prompt", lines=3, **live
    )
    steps = gr.Slider(1, 150, step=1, value=20, label="Steps", elem_id=f"{tab}_steps", **live)
    sampler = gr.Textbox(value="DPM++ 2M", label="Sampler", elem_id=f"{tab}_sampling", **live)
    cfg = gr.Slider(
        1, 30, step=0.5, value=7.0, label="CFG Scale", elem_id=f"{tab}_cfg_scale", **live
    )
    width = gr.Slider(64, 4096, step=1, value=512, label="Width", elem_id=f"{tab}_width", **live)
    height = gr.Slider(64, 4096, step=1, value=512, label="Height", elem_id=f"{tab}_height", **live)
    seed = gr.Textbox(value="-1", label="Seed", elem_id=f"{tab}_seed", **live)
    return [
        (prompt, "Prompt"),
        (negative, "Negative prompt"),
        (steps, "Steps"),
        (sampler, "Sampler"),
        (cfg, "CFG scale"),
        (width, "Size-1"),
        (height, "Size-2"),
        (seed, "Seed"),
    ]


def _txt2img():
    with gr.Blocks(analytics_enabled=False) as tab:
        infotext_utils.add_paste_fields("txt2img", None, _fields("txt2img"))
    return tab


def _img2img():
    with gr.Blocks(analytics_enabled=False) as tab:
        fields = _fields("img2img")
        image = _image(label="Image for img2img", elem_id="img2img_image")
        mask = _image(label="Image for inpainting", elem_id="img2maskimg")
        clip = gr.Button("Interrogate CLIP", elem_id="interrogate")
        booru = gr.Button("Interrogate DeepBooru", elem_id="deepbooru")
        prompt = fields[0][0]
        clip.click(
            lambda image: shared.interrogator.interrogate(image.convert("RGB")), [image], [prompt]
        )
        booru.click(lambda image: deepbooru.model.tag(image), [image], [prompt])
        infotext_utils.add_paste_fields("img2img", image, fields)
        infotext_utils.add_paste_fields("inpaint", mask, fields)
    return tab


def _extras():
    with gr.Blocks(analytics_enabled=False) as tab:
        image = _image(label="Source", elem_id="extras_image")
        infotext_utils.add_paste_fields("extras", image, None)
    return tab


def _png_info():
    with gr.Blocks(analytics_enabled=False) as tab:
        image = _image(label="Source", elem_id="pnginfo_image")
        shown = gr.HTML()
        infotext = gr.Textbox(visible=False, elem_id="pnginfo_generation_info")
        rest = gr.HTML()
        buttons = infotext_utils.create_buttons(["txt2img", "img2img", "inpaint", "extras"])
        for target, button in buttons.items():
            infotext_utils.register_paste_params_button(
                infotext_utils.ParamBinding(
                    paste_button=button,
                    tabname=target,
                    source_text_component=infotext,
                    source_image_component=image,
                )
            )
        image.change(extras.run_pnginfo, [image], [shown, infotext, rest])
    return tab


def create_ui():
    infotext_utils.reset()
    tabs = [
        (_txt2img(), "txt2img", "txt2img"),
        (_img2img(), "img2img", "img2img"),
        (_extras(), "Extras", "extras"),
        (_png_info(), "PNG Info", "pnginfo"),
    ]
    script_callbacks.call("ui_settings")
    tabs += script_callbacks.call("ui_tabs")
    with gr.Blocks(analytics_enabled=False, title="Contract host") as demo:
        infotext_utils.connect_paste_params_buttons()
        with gr.Tabs(elem_id="tabs"):
            for interface, label, identifier in tabs:
                with gr.TabItem(label, id=identifier, elem_id=f"tab_{identifier}"):
                    interface.render()
        demo.load(None, None, None, **{"_js" if _GRADIO_3 else "js": _PAGE_SCRIPT})
    return demo
