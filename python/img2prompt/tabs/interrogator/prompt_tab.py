"""Prompt: one picture, one mode, and the prompt that describes it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ...interrogator import FoundCallback, Interrogation, modes
from ...jobs import Job
from ...service import Service
from ..context import TabContext
from ..gradio_versions import do_not_save, script
from ..send_buttons import add_send_buttons
from .download_button import add_download_button
from .engine_controls import add_engine_controls, engine_choice
from .long_work import Stopped, add_interrupt_button, require_picture, run_job
from .placement_controls import add_placement_controls, held_text

LABEL = "Prompt"
_ID = "img2prompt_prompt"
_MIN_FLAVORS = "Phrases that best and negative take even where one makes the prompt worse"
_MAX_FLAVORS = "Phrases at most, in best, fast and negative"


def build(context: TabContext) -> None:
    """The components, and what its buttons do."""
    service = context.service
    job_id = gr.Textbox(visible=False)
    infotext = gr.Textbox(visible=False)
    with gr.Row(elem_id=_ID):
        with gr.Column():
            image = gr.Image(label="Picture", type="pil", elem_id=f"{_ID}_image")
            context.interrogator_image = image
            controls = add_engine_controls(context, _ID)
            with gr.Accordion("Length of the prompt", open=False):
                min_flavors = gr.Slider(
                    0, 32, value=8, step=1, label=_MIN_FLAVORS, elem_id=f"{_ID}_min_flavors"
                )
                max_flavors = gr.Slider(
                    1, 64, value=32, step=1, label=_MAX_FLAVORS, elem_id=f"{_ID}_max_flavors"
                )
            held = add_placement_controls(service, _ID)
        with gr.Column():
            mode = gr.Radio(list(modes()), value="best", label="Mode", elem_id=f"{_ID}_mode")
            with_negative = gr.Checkbox(
                False, label="A negative prompt too", elem_id=f"{_ID}_with_negative"
            )
            with gr.Row():
                generate = gr.Button("Generate", variant="primary", elem_id=f"{_ID}_generate")
                add_interrupt_button(_ID)
            gr.HTML(f'<div id="{_ID}_progress"></div>')
            prompt = gr.Textbox(
                label="Prompt",
                lines=3,
                interactive=True,
                elem_id=f"{_ID}_text",
            )
            negative = gr.Textbox(
                label="Negative prompt",
                lines=2,
                interactive=True,
                elem_id=f"{_ID}_negative",
            )
            phrases = gr.CheckboxGroup(
                [], label="Phrases and their similarity", visible=False, elem_id=f"{_ID}_phrases"
            )
            status = gr.HTML(elem_id=f"{_ID}_status")
            add_send_buttons(service.host, infotext, image, _ID, prompt)
            add_download_button(context, controls[0], controls[1], job_id, status, _ID)
    answer = gr.State({})

    for text in (prompt, negative):
        text.change(None, [prompt, negative], [infotext], **script("join_prompts"))

    def run(job_id: str, *values: Any) -> tuple[Any, ...]:
        return (*_generate(service, job_id, *values), held_text(service))

    generate.click(
        run,
        inputs=[job_id, image, mode, with_negative, min_flavors, max_flavors, *controls],
        outputs=[prompt, negative, phrases, answer, status, held],
        show_progress="hidden",
        **script("watch_job", ELEMENT=f"{_ID}_progress"),
    )
    phrases.input(_joined, inputs=[phrases, answer], outputs=[prompt], show_progress="hidden")
    do_not_save(image, mode, with_negative, prompt, negative, infotext, phrases, job_id)


def _generate(
    service: Service,
    job_id: str,
    image: Any,
    mode: str,
    both: bool,
    min_flavors: float,
    max_flavors: float,
    *controls: str,
) -> tuple[Any, ...]:
    """Prompt, negative prompt, phrases, the answer, status. On failure the prompts stay."""

    def work(job: Job) -> tuple[Interrogation, str]:
        require_picture(image)
        engine = service.engine(
            engine_choice(service, *controls), with_captioner=mode != "negative"
        )

        def look(mode: str, found: FoundCallback | None = None) -> Interrogation:
            return engine.interrogate(
                image,
                mode,
                min_flavors=int(min_flavors),
                max_flavors=int(max_flavors),
                progress=job.progress,
                cancel=job.cancelled,
                native=service.native_options(),
                found=found,
            )

        answer = look(mode, job.found)
        job.partial = answer.prompt  # stays in sight while the negative one is looked for
        return answer, look("negative").prompt if both else ""

    try:
        answer, negative = run_job(service, "prompt", job_id, work)
    except Stopped as stopped:
        return (*[gr.update()] * 4, str(stopped))
    phrases = {label: text for label, (text, _) in zip(_phrase_labels(answer.parts), answer.parts)}
    return (
        answer.prompt,
        negative if both else gr.update(),
        gr.update(choices=list(phrases), value=list(phrases), visible=len(phrases) > 1),
        {"prompt": answer.prompt, "phrases": phrases, "start": _unlisted_start(answer)},
        f"<p>Similarity {answer.score:.3f}, {answer.evaluations:,} texts compared.</p>",
    )


def _phrase_labels(parts: list[tuple[str, float]]) -> list[str]:
    """What each phrase's box says; a number behind where two phrases are the same."""
    labels: list[str] = []
    for text, similarity in parts:
        label = plain = f"{text} ({similarity:.3f})"
        count = 1
        while label in labels:
            count += 1
            label = f"{plain} #{count}"
        labels.append(label)
    return labels


def _joined(chosen: list[str], answer: dict[str, Any]) -> Any:
    """The prompt of the phrases that are switched on, in their order; all on = the answer's."""
    phrases = answer.get("phrases", {})
    on = [text for label, text in phrases.items() if label in chosen]
    if not phrases:
        return gr.update()
    if len(on) == len(phrases):
        return answer["prompt"]
    return ", ".join([*answer["start"], *on])


def _unlisted_start(answer: Interrogation) -> list[str]:
    """What the prompt begins with and its parts do not list: the caption in mode native."""
    listed = [text for text, _ in answer.parts]
    return [answer.caption] if answer.mode == "native" and answer.caption not in listed else []
