"""Writes models/clip/*.json and models/clip_not_supported.json from the installed open_clip.

Architectures, sources, preprocessing and checksums are those of open_clip's model_configs and its
table of pretrained weights; a size is that of the parameters in the precision they are published
in. What a card already says of licence, size, revision and checksum is kept.

    python scripts/dev/make_clip_cards.py [TARGET]      # TARGET = models by default
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import torch

# open_clip imports torchvision, whose compiled part may be built for another torch; none is needed.
_torchvision = torch.library.Library("torchvision", "FRAGMENT")
for _name in ("nms", "qnms"):
    if not hasattr(torch.ops.torchvision, _name):
        _torchvision.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import open_clip  # noqa: E402
from open_clip.pretrained import _PRETRAINED  # noqa: E402

CARDS = Path(__file__).resolve().parents[2] / "models"
QUICK = "-quickgelu"  # an architecture's second name, for weights trained with that activation

# The preprocessing that a card need not state.
USUAL = {
    "mean": [0.48145466, 0.4578275, 0.40821073],
    "std": [0.26862954, 0.26130258, 0.27577711],
    "interpolation": "bicubic",
    "resize_mode": "shortest",
}
KEPT = ("revision", "bytes", "megabytes", "sha256", "licence")

# OpenAI's own repositories hold the same weights under transformers' names; many have them already.
COPIES = {
    "timm/vit_base_patch32_clip_224.openai": ("openai/clip-vit-base-patch32", "pytorch_model.bin"),
    "timm/vit_base_patch16_clip_224.openai": ("openai/clip-vit-base-patch16", "pytorch_model.bin"),
    "timm/vit_large_patch14_clip_224.openai": (
        "openai/clip-vit-large-patch14",
        "model.safetensors",
    ),
    "timm/vit_large_patch14_clip_336.openai": (
        "openai/clip-vit-large-patch14-336",
        "pytorch_model.bin",
    ),
}

# Licences as the repositories state them; an address of open_clip's own releases is under its MIT.
LICENCES = (
    (r"timm/.*\.openai$", "apache-2.0"),
    (r"timm/.*\.metaclip", "cc-by-nc-4.0"),
    (r"timm/.*\.(laion|yfcc|cc12m)", "mit"),
    (r"laion/", "mit"),
    (r"apple/DFN", "apple-amlr"),
)

# Families of what is not supported, by how an architecture's name begins; the first match counts.
FAMILIES = (
    ("CoCa", r"coca_"),
    ("NLLB-CLIP", r"nllb-clip"),
    ("SigLIP", r"ViT-.*SigLIP"),
    ("CLIPA", r"ViT-.*CLIPA"),
    ("MetaCLIP 2", r"ViT-.*worldwide"),
    ("MobileCLIP", r"MobileCLIP"),
    ("Perception Encoder", r"PE-Core"),
    ("EVA-CLIP", r"EVA0"),
    ("ViTamin", r"ViTamin"),
    ("ConvNeXt CLIP", r"convnext"),
    ("RoBERTa, XLM-RoBERTa and mT5 CLIP", r"(xlm-)?roberta|mt5"),
    ("other architectures", r""),
)


def main(target: Path) -> None:
    configs = {name: open_clip.get_model_config(name) for name in open_clip.list_models()}
    (target / "clip").mkdir(parents=True, exist_ok=True)
    refused: dict[str, dict[str, str]] = {family: {} for family, _ in FAMILIES}
    for name, config in configs.items():
        obstacles = obstacles_of(config)
        tags = _PRETRAINED.get(name, {})
        if obstacles and not name.endswith(QUICK):
            family = next(family for family, pattern in FAMILIES if re.match(pattern, name))
            also = [name + QUICK] if name + QUICK in configs else []
            for arch in [name, *also]:
                refused[family][arch] = ", ".join(obstacles)
        elif tags and not name.endswith(QUICK):
            write(target / "clip" / f"{name}.json", card(name, config, tags))
    source = f"open_clip_torch {open_clip.__version__}"
    write(target / "clip_not_supported.json", {"source": source, "families": refused})


def obstacles_of(config: dict[str, Any]) -> list[str]:
    """What an architecture has that CLIP's two towers and its tokenizer have not."""
    vision, text = config["vision_cfg"], config["text_cfg"]
    found = []
    if "timm_model_name" in vision:
        found.append(f"the image tower is timm's {vision['timm_model_name']}")
    if vision.get("attentional_pool"):
        found.append("the image tower pools by attention")
    if vision.get("pool_type", "tok") != "tok":
        found.append("the image tower pools by average")
    if "hf_model_name" in text:
        found.append(f"the text tower is {text['hf_model_name']}")
    elif "hf_tokenizer_name" in text:
        found.append(f"the tokenizer is {text['hf_tokenizer_name']}")
    if text.get("embed_cls"):
        found.append("the text tower has a class token")
    if text.get("no_causal_mask"):
        found.append("the text tower has no causal mask")
    if "ls_init_value" in vision or "ls_init_value" in text:
        found.append("the towers scale their layers")
    if "multimodal_cfg" in config:
        found.append("a third tower writes captions")
    return found


def card(name: str, config: dict[str, Any], tags: dict[str, Any]) -> dict[str, Any]:
    path = CARDS / "clip" / f"{name}.json"
    before = json.loads(path.read_text())["pretrained"] if path.is_file() else {}
    sizes = parameter_megabytes(config)
    known = {"name": name, "arch": "clip"}
    known |= {key: config[key] for key in ("embed_dim", "vision_cfg", "text_cfg")}
    table = {tag: entry(source, sizes, before.get(tag, {})) for tag, source in tags.items()}
    return {**known, "pretrained": table}


def entry(source: dict[str, Any], sizes: dict[str, int], before: dict[str, Any]) -> dict[str, Any]:
    """One set of weights: what differs, where it is published, how large, under which licence."""
    made: dict[str, Any] = {"quick_gelu": True} if source.get("quick_gelu") else {}
    for key, usual in USUAL.items():
        value = list(source[key]) if isinstance(usual, list) else source[key]
        if value != usual:
            made[key] = value
    repository, _, file = source["hf_hub"].rpartition("/")
    made |= {"repository": repository, "file": file or "open_clip_model.safetensors"}
    licences = [licence for pattern, licence in LICENCES if re.match(pattern, repository)]
    made |= {"megabytes": sizes["float32"], "licence": licences[0], **kept(before)}
    if source["url"]:
        original = {"url": source["url"], "file": source["url"].rpartition("/")[2]}
        original["megabytes"] = sizes["openai" if "openaipublic" in source["url"] else "float32"]
        others = {other.get("url"): other for other in before.get("other_files", [])}
        original |= {**checksum(source["url"]), **kept(others.get(source["url"], {}))}
        made["other_files"] = [original]
    if repository in COPIES:
        name, file = COPIES[repository]
        copy = {"repository": name, "file": file, "megabytes": sizes["float32"]}
        made["other_files"] = [*made.get("other_files", []), copy]
    return made


def kept(before: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in before.items() if key in KEPT}


def checksum(url: str) -> dict[str, str]:
    """The file's sha256, or how it starts, where the address holds it."""
    digits = re.search(r"/([0-9a-f]{64})/", url) or re.search(r"-([0-9a-f]{8})\.pth?$", url)
    return {"sha256": digits[1]} if digits else {}


def parameter_megabytes(config: dict[str, Any]) -> dict[str, int]:
    """Sizes in float32, and in OpenAI's files: what multiplies in float16, the rest in float32."""
    with torch.device("meta"):
        model = open_clip.CLIP(**config)
    sizes = {}
    for name in ("float32", "openai"):
        if name == "openai":
            open_clip.model.convert_weights_to_lp(model, torch.float16)
        state = model.state_dict().values()
        sizes[name] = round(sum(t.numel() * t.element_size() for t in state) / 1e6)
    return sizes


def write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(formatted(value) + "\n", encoding="utf-8")
    print(path)


def formatted(value: Any, indent: int = 0) -> str:
    """JSON with what fits on a line on one line, down to the second level."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict) or (len(line) + indent <= 96 and indent > 0):
        return line
    inner = " " * (indent + 2)
    rows = [f"{inner}{json.dumps(k)}: {formatted(v, indent + 2)}" for k, v in value.items()]
    return "{\n" + ",\n".join(rows) + "\n" + " " * indent + "}"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CARDS)
