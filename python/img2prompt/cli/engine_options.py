"""Options that choose models and labels, shared by the commands that look at pictures."""

from __future__ import annotations

import argparse
from typing import Any

from ..captioner import Captioner
from ..clip import Clip
from ..interrogator import Interrogator
from .place_options import add_place_options

DEFAULT_CLIP_MODEL = "ViT-L-14/openai"
DEFAULT_CAPTION_MODEL = "blip-large"


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Adds --clip-model, --clip-weights, --labels, --device and their kin."""
    group = parser.add_argument_group("models")
    group.add_argument(
        "--clip-model",
        default=DEFAULT_CLIP_MODEL,
        metavar="NAME",
        help="arch/pretrained, the path of a card, or demo (default: %(default)s)",
    )
    group.add_argument("--clip-weights", metavar="FILE", help="checkpoint of the CLIP model")
    group.add_argument(
        "--caption-model",
        default=DEFAULT_CAPTION_MODEL,
        metavar="NAME",
        help="blip-large, blip-base, blip-base-capfilt, a directory in Hugging Face's layout, or "
        "demo (default: %(default)s)",
    )
    group.add_argument("--caption-weights", metavar="FILE", help="checkpoint of the caption model")
    add_place_options(group)
    add_download_option(group)
    group.add_argument("--labels", metavar="DIR", help="folder with artists.txt, flavors.txt, ...")
    group.add_argument("--cache-dir", metavar="DIR", help="where label embeddings are kept")
    add_device_options(group)


def add_download_option(parser: Any) -> None:
    """Adds --no-download to a parser or one of its groups."""
    parser.add_argument(
        "--no-download",
        action="store_true",
        help="name weights that are missing instead of downloading them",
    )


def add_device_options(parser: Any) -> None:
    """Adds --device, --dtype, --device-budget and --low-vram to a parser or one of its groups."""
    parser.add_argument("--device", default="auto", help="auto, cuda, cuda:N, mps or cpu")
    parser.add_argument("--dtype", default="auto", help="auto, float32, float16 or bfloat16")
    budget = parser.add_mutually_exclusive_group()
    budget.add_argument(
        "--device-budget",
        metavar="SIZE",
        help='what models may take of the device: "4G", "800M", or "auto" = what is free',
    )
    budget.add_argument(
        "--low-vram",
        action="store_const",
        dest="device_budget",
        const="low",
        help="one model on the device at a time, working on small pieces",
    )


def model_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """What every model takes: where it computes, how, and where its weights may come from."""
    return {
        "device": arguments.device,
        "dtype": arguments.dtype,
        "models_dir": arguments.models_dir,
        "download": not arguments.no_download,
    }


def make_clip(arguments: argparse.Namespace) -> Clip:
    """The CLIP model that the options name."""
    return Clip(
        arguments.clip_model,
        weights=arguments.clip_weights,
        **model_options(arguments),
    )


def make_captioner(arguments: argparse.Namespace) -> Captioner:
    """The caption model that the options name."""
    return Captioner(
        arguments.caption_model,
        weights=arguments.caption_weights,
        **model_options(arguments),
    )


def make_interrogator(
    arguments: argparse.Namespace, with_captioner: bool, selection: str = "exact"
) -> Interrogator:
    """The engine; without a caption model where nothing will ask for a caption."""
    return Interrogator(
        clip=make_clip(arguments),
        captioner=make_captioner(arguments) if with_captioner else None,
        labels=arguments.labels,
        cache_dir=arguments.cache_dir,
        selection=selection,
        device_budget=arguments.device_budget,
    )
