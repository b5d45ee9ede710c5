"""A file for each way in which a generator writes its record, with what should be read from it.

Places, keys and encodings are those of the generators' own writers; the values are made up here.
"""

from __future__ import annotations

import html
import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import files as f

PROMPT, NEGATIVE = "a cat, (red sky:1.2)", "bad hands, dog"
UNICODE_PROMPT = "a cat, (red sky:1.2), 猫の城 é"
CHINESE_PROMPT = "一只可爱的猫坐在窗台上看着外面的雨水和城市灯光"
SETTINGS = (
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 123, Size: 512x768, Model hash: abcdef, "
    "Model: m"
)


@dataclass(frozen=True)
class Sample:
    """One file: which generator's, how it is written, and the values that stand in it."""

    generator: str
    name: str
    content: bytes
    prompt: str = PROMPT
    negative_prompt: str = NEGATIVE
    steps: str = "20"
    damaged: bool = False


def infotext(prompt: str = PROMPT, negative: str = NEGATIVE, settings: str = SETTINGS) -> str:
    return f"{prompt}\nNegative prompt: {negative}\n{settings}"


def webui() -> Iterator[Sample]:
    plain, unicode = infotext(), infotext(UNICODE_PROMPT)
    chunks = {
        "tEXt": f.text("parameters", plain),
        "zTXt": f.ztxt("parameters", plain),
        "iTXt": f.itxt("parameters", plain),
        "compressed iTXt": f.itxt("parameters", plain, compressed=True),
        "eXIf": f.chunk(b"eXIf", f.comment(plain)),
    }
    for name, data in chunks.items():
        yield Sample("WebUI, Forge, reForge: PNG", name, f.png(data))
        yield Sample("WebUI, Forge, reForge: PNG", f"{name} after the pixels", f.png(after=data))
        yield Sample("any: text with a wrong checksum", name, f.png(f.damaged(data)), damaged=True)
    yield Sample(
        "WebUI, Forge, reForge: PNG",
        "iTXt, not Latin-1",
        f.png(f.itxt("parameters", unicode)),
        UNICODE_PROMPT,
    )
    for name, chunk in (("tEXt", f.text), ("zTXt", f.ztxt)):
        data = chunk("parameters", unicode, "utf-8")
        yield Sample("stable-diffusion.cpp", f"UTF-8 in {name}", f.png(data), UNICODE_PROMPT)
    for prompt, words in ((UNICODE_PROMPT, "Latin"), (CHINESE_PROMPT, "Chinese")):
        for order in "<>":
            for encoding in ("utf-16-be", "utf-16-le"):
                exif = f.comment(infotext(prompt), encoding, order)
                row = (
                    "WebUI, SD.Next, Civitai: UTF-16BE in EXIF"
                    if encoding == "utf-16-be"
                    else "Civitai, others: UTF-16LE in EXIF"
                )
                name = f"{words}, {'little' if order == '<' else 'big'}-endian TIFF"
                yield Sample(row, f"JPEG, {name}", f.jpeg(exif), prompt)
                yield Sample(row, f"WebP, {name}", f.webp(exif), prompt)
    for code, prompt in ((b"ASCII\0\0\0", PROMPT), (b"", UNICODE_PROMPT)):
        tag = (f.USER_COMMENT, f.UNDEFINED, code + infotext(prompt).encode())
        row = "others: ASCII or UTF-8 in EXIF"
        yield Sample(row, f"JPEG, code {code!r}", f.jpeg(f.tiff([], [tag])), prompt)
        yield Sample(row, f"WebP, code {code!r}", f.webp(f.tiff([], [tag])), prompt)
    yield Sample("WebUI: GIF", "comment", f.gif(plain.encode()))
    no_sampler = (
        "Steps: 20, Size: 64x64, Seed: 16, CFG scale: 6, App: SD.Next, Pipeline: IFPipeline"
    )
    for operations in ("", ", Operations: , Model: m"):
        exif = f.comment(infotext(negative="", settings=no_sampler + operations), order="<")
        yield Sample("SD.Next: no Sampler", f"JPEG{operations}", f.jpeg(exif), negative_prompt="")


GRAPH: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            **{"seed": 123, "steps": 20, "cfg": 7, "sampler_name": "euler", "denoise": 1},
            **{"scheduler": "normal", "model": ["4", 0], "latent_image": ["5", 0]},
            **{"positive": ["6", 0], "negative": ["7", 0]},
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "m.safetensors"}},
    "5": {
        "class_type": "EmptyLatentImage",
        "inputs": {"width": 512, "height": 768, "batch_size": 1},
    },
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": PROMPT, "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": NEGATIVE, "clip": ["4", 1]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["8", 0], "filename_prefix": "x"}},
}


def editors_graph() -> str:
    """The graph as the editor saves it beside the executed one."""
    links = []
    for target, node in GRAPH.items():
        for place, value in enumerate(node["inputs"].values()):
            if isinstance(value, list):
                links.append([len(links) + 1, int(value[0]), value[1], int(target), place, "*"])
    nodes = [
        {
            **{"id": int(number), "type": node["class_type"], "mode": 0, "inputs": []},
            "widgets_values": [v for v in node["inputs"].values() if not isinstance(v, list)],
        }
        for number, node in GRAPH.items()
    ]
    return json.dumps({"last_node_id": 9, "nodes": nodes, "links": links, "version": 0.4})


def comfyui() -> Iterator[Sample]:
    graph, workflow = json.dumps(GRAPH), editors_graph()
    odd = graph.replace('"denoise": 1', '"denoise": 1, "a": NaN, "b": Infinity, "c": -Infinity')
    yield Sample("ComfyUI: PNG", "tEXt", f.texts({"prompt": graph, "workflow": workflow}))
    yield Sample("ComfyUI: PNG", "NaN and Infinity", f.texts({"prompt": odd, "workflow": workflow}))
    late = f.ztxt("prompt", graph) + f.ztxt("workflow", workflow)
    yield Sample("ComfyUI: PNG", "zTXt after the pixels", f.png(after=late))
    for order in "<>":
        for name, value in (("graph", graph), ("NaN", odd)):
            prompt = (f.MODEL, f.TEXT, b"prompt:" + value.encode() + b"\0")
            beside = (f.MAKE, f.TEXT, b"workflow:" + workflow.encode() + b"\0")
            exif = f.tiff([prompt, beside], order=order)
            yield Sample("ComfyUI: WebP", f"{name}, order {order}", f.webp(exif))
            yield Sample(
                "ComfyUI: WebP", f"{name}, Exif, order {order}", f.webp(b"Exif\0\0" + exif)
            )
    asked = {"prompt": PROMPT, "negativePrompt": NEGATIVE, "steps": 20, "seed": 1, "cfgScale": 7}
    record = json.dumps({**GRAPH, "extraMetadata": json.dumps(asked)})
    for encoding in ("utf-16-be", "utf-16-le"):
        exif = f.comment(record, encoding)
        yield Sample("Civitai: graph with extraMetadata", f"JPEG, {encoding}", f.jpeg(exif))


COMMENT: dict[str, Any] = {
    **{"steps": 20, "height": 768, "width": 512, "scale": 5.0, "seed": 123, "uc": NEGATIVE},
    **{"n_samples": 1, "sampler": "k_euler_ancestral", "noise_schedule": "native"},
}
CAPTIONS = {
    "v4_prompt": {
        "caption": {
            "base_caption": PROMPT,
            "char_captions": [{"char_caption": "girl, red hair", "centers": [{"x": 1, "y": 1}]}],
        }
    },
    "v4_negative_prompt": {
        "caption": {
            "base_caption": NEGATIVE,
            "char_captions": [{"char_caption": "lowres", "centers": [{"x": 1, "y": 1}]}],
        }
    },
}


def novelai_texts(comment: dict[str, Any], source: str) -> dict[str, str]:
    return {
        **{"Title": "AI generated image", "Description": PROMPT, "Software": "NovelAI"},
        **{"Source": source, "Comment": json.dumps(comment)},
    }


def novelai() -> Iterator[Sample]:
    v3 = {**COMMENT, "prompt": PROMPT}
    generations = {
        "first models": novelai_texts(COMMENT, "Stable Diffusion 81274D13"),
        "V3": novelai_texts(v3, "Stable Diffusion XL 7BCCAA2C"),
    }
    for name, pairs in generations.items():
        yield Sample("NovelAI, first models and V3", name, f.texts(pairs))
    v4 = novelai_texts({**v3, **CAPTIONS}, "NovelAI Diffusion V4 37442FCA")
    with_characters = (f"{PROMPT}\ngirl, red hair", f"{NEGATIVE}\nlowres")
    yield Sample("NovelAI V4 with characters", "PNG", f.texts(v4), *with_characters)
    appended = struct.pack(">I", 64 * 8) + b"F" * 64
    for kind in ("stealth_pnginfo", "stealth_pngcomp", "stealth_rgbinfo", "stealth_rgbcomp"):
        row = f"hidden in {'colours' if 'rgb' in kind else 'alpha'}, {kind[-4:]}"
        record = json.dumps(generations["V3"])
        for container in ("PNG", "WEBP"):
            data = f.hidden(infotext(), kind, container)
            yield Sample(row, f"infotext, {container}", data)
            data = f.hidden(record, kind, container, appended)
            yield Sample(row, f"NovelAI's, {container}", data)


def invokeai() -> Iterator[Sample]:
    dream = f'"{PROMPT} [{NEGATIVE}]" -s 20 -S 123 -W 512 -H 768 -C 7.0 -A k_euler_a'
    yield Sample("InvokeAI 1 and 2", "Dream", f.texts({"Dream": dream}))
    image = {
        **{"steps": 20, "cfg_scale": 7.0, "height": 768, "width": 512, "seed": 123},
        **{"sampler": "k_euler_a", "type": "txt2img"},
    }
    both = f"{PROMPT} [{NEGATIVE}]"
    for name, prompt in (("list", [{"prompt": both, "weight": 1.0}]), ("string", both)):
        record = {"model_weights": "sd-1.5", "image": {**image, "prompt": prompt}}
        data = f.texts({"sd-metadata": json.dumps(record), "Dream": dream})
        yield Sample("InvokeAI 1 and 2", f"sd-metadata, {name}", data)
    record = {
        **{"app_version": "3.0.0", "positive_prompt": PROMPT, "negative_prompt": NEGATIVE},
        **{"width": 512, "height": 768, "seed": 123, "cfg_scale": 7, "steps": 20},
        **{"scheduler": "euler_a", "model": {"model_name": "m", "base_model": "sd-1"}},
    }
    yield Sample("InvokeAI 3 and later", "3", f.texts({"invokeai_metadata": json.dumps(record)}))
    record["model"] = {"key": "k", "hash": "h", "name": "m", "base": "sdxl", "type": "main"}
    data = f.png(f.itxt("invokeai_metadata", json.dumps(record)))
    yield Sample("InvokeAI 3 and later", "4, iTXt", data)


def fooocus() -> Iterator[Sample]:
    record = json.dumps(
        {
            **{"prompt": PROMPT, "negative_prompt": NEGATIVE, "steps": 20, "seed": "123"},
            **{"guidance_scale": 7, "resolution": "(512, 768)", "sampler": "euler_ancestral"},
            **{"scheduler": "karras", "base_model": "m", "metadata_scheme": "fooocus"},
            **{"full_prompt": [PROMPT], "full_negative_prompt": [NEGATIVE]},
            "version": "Fooocus v2.3.1",
        }
    )
    for scheme, value in (("fooocus", record), ("a1111", infotext())):
        data = f.texts({"parameters": value, "fooocus_scheme": scheme})
        yield Sample("Fooocus: PNG", scheme, data)
        tags = [
            (f.USER_COMMENT, f.TEXT, value.encode() + b"\0"),
            (f.MAKER_NOTE, f.TEXT, scheme.encode() + b"\0"),
            (f.SOFTWARE, f.TEXT, b"Fooocus v2.3.1\0"),
        ]
        for order in "<>":
            exif = f.tiff(tags, order=order)
            yield Sample("Fooocus: JPEG and WebP", f"JPEG, {scheme}, {order}", f.jpeg(exif))
            yield Sample("Fooocus: JPEG and WebP", f"WebP, {scheme}, {order}", f.webp(exif))
    ruined = {
        **{"Prompt": PROMPT, "Negative": NEGATIVE, "steps": 20, "cfg": 7, "seed": 123},
        **{"width": 512, "height": 768, "sampler_name": "euler_ancestral"},
        **{"base_model_name": "m.safetensors", "software": "RuinedFooocus"},
    }
    yield Sample("RuinedFooocus", "PNG", f.texts({"parameters": json.dumps(ruined)}))
    mre = json.dumps(
        {
            **{"prompt": PROMPT, "negative_prompt": NEGATIVE, "seed": 123, "steps": 20, "cfg": 7},
            **{"sampler": "euler_ancestral", "width": 512, "height": 768, "base_model": "m"},
            **{"software": "Fooocus 2.0.78 MRE", "styles": []},
        }
    )
    yield Sample("Fooocus-MRE", "PNG", f.texts({"Comment": mre}))
    yield Sample("Fooocus-MRE", "JPEG", f.jpeg(segments=f.segment(0xFE, mre.encode())))


def others() -> Iterator[Sample]:
    swarm = json.dumps(
        {
            "sui_image_params": {
                **{"prompt": UNICODE_PROMPT, "negativeprompt": NEGATIVE, "model": "m"},
                **{"seed": 123, "steps": 20, "cfgscale": 7, "width": 512, "height": 768},
            }
        },
        ensure_ascii=False,
    )
    data = f.png(f.itxt("parameters", swarm))
    yield Sample("SwarmUI", "PNG", data, UNICODE_PROMPT)
    easy = {
        **{"prompt": PROMPT, "negative_prompt": NEGATIVE, "seed": 123, "guidance_scale": 7},
        **{"num_inference_steps": 20, "width": 512, "height": 768, "sampler_name": "euler_a"},
        "use_stable_diffusion_model": "m",
    }
    titles = {
        **{"Prompt": PROMPT, "Negative Prompt": NEGATIVE, "Seed": "123", "Steps": "20"},
        **{"Guidance Scale": "7", "Width": "512", "Height": "768", "Sampler": "euler_a"},
        "Stable Diffusion model": "m",
    }
    pairs = {key: str(value) for key, value in easy.items()}
    yield Sample("Easy Diffusion", "PNG, keys", f.texts(pairs))
    yield Sample("Easy Diffusion", "PNG, titles", f.texts(titles))
    for encoding in ("utf-16-be", "utf-16-le"):
        exif = f.comment(swarm, encoding, "<")
        yield Sample("SwarmUI", f"JPEG, {encoding}", f.jpeg(exif), UNICODE_PROMPT)
        exif = f.comment(json.dumps(easy), encoding)
        yield Sample("Easy Diffusion", f"WebP, {encoding}", f.webp(exif))
    yield Sample("SwarmUI", "GIF", f.gif(swarm.encode()), UNICODE_PROMPT)
    legacy = f.tiff([(f.MODEL, f.TEXT, swarm.encode() + b"\0")])
    yield Sample("SwarmUI", "JPEG, EXIF Model", f.jpeg(legacy), UNICODE_PROMPT)
    things = {
        **{"c": PROMPT, "uc": NEGATIVE, "steps": 20, "scale": 7, "seed": 123, "size": "512x768"},
        **{"model": "m.ckpt", "sampler": "Euler A"},
    }
    packet = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/">
   <xmp:CreatorTool>Draw Things</xmp:CreatorTool>
   <exif:UserComment>
    <rdf:Alt>
     <rdf:li xml:lang="x-default">{html.escape(json.dumps(things))}</rdf:li>
    </rdf:Alt>
   </exif:UserComment>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>"""
    data = f.png(f.itxt("XML:com.adobe.xmp", packet))
    yield Sample("Draw Things", "PNG", data)
    job = f"{PROMPT} --no {NEGATIVE} --ar 2:3 --v 6 Job ID: 0f9c1b52-8b3b-4a5d-9e14-d2f0b1d3a111"
    pairs = {"Description": job, "Author": "me", "Creation Time": "Mon"}
    yield Sample("Midjourney", "PNG", f.texts(pairs), steps="")


def all_samples() -> list[Sample]:
    makers = (webui, comfyui, novelai, invokeai, fooocus, others)
    return [sample for maker in makers for sample in maker()]
