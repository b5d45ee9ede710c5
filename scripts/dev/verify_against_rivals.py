"""Compares prompts with clip-interrogator's, on real models and pictures of one's own.

    python scripts/dev/verify_against_rivals.py PICTURE... --device cuda
    python scripts/dev/verify_against_rivals.py --small        # no network: the bundled models

Needs `pip install --no-deps clip-interrogator==0.6.0 open_clip_torch timm` and transformers; the
models (3.6 GB by default) are downloaded once, for both, into the Hugging Face cache. Each system
writes its own caption and its own prompts, ours with selection="clip-interrogator". A row for each
picture and mode says whether the two are equal, and shows both where they are not; the last line
counts. The exit status is 1 when any differ. On a CPU the full label lists take that system hours:
--labels names a folder with shorter ones.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent / "demo_model"))

from reference import (  # noqa: E402
    BlipForConditionalGeneration,
    BlipProcessor,
    load_clip,
    open_clip,
)

import img2prompt as i2p  # noqa: E402
from img2prompt.assets import DEMO_DIRECTORY  # noqa: E402

MODES = ("caption", "fast", "classic", "best", "negative")
SMALL_SIZE = 64  # chunk and pool, so that the rule of chunks shows on the short bundled lists


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pictures", nargs="*", metavar="PICTURE")
    parser.add_argument("--small", action="store_true", help="the bundled models and lists")
    parser.add_argument("--count", type=int, default=5, help="drawn pictures, with --small")
    parser.add_argument("--clip-model", default="ViT-L-14/openai", metavar="NAME")
    parser.add_argument(
        "--caption-model", default="blip-large", choices=["blip-large", "blip-base"]
    )
    parser.add_argument("--modes", nargs="+", default=list(MODES), choices=MODES, metavar="MODE")
    parser.add_argument("--max-flavors", type=int, default=32, metavar="N")
    parser.add_argument("--labels", metavar="DIR", help="default: clip-interrogator's own lists")
    parser.add_argument("--cache-dir", metavar="DIR", help="label embeddings, for both")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    options = parser.parse_args()
    if not options.small and not options.pictures:
        parser.error("name pictures, or --small")
    warnings.filterwarnings("ignore")  # of that system: deprecated ways of torch
    with tempfile.TemporaryDirectory() as temporary, torch.no_grad():
        cache = options.cache_dir or temporary
        make = small_pair if options.small else real_pair
        theirs, ours = make(options, cache)
        pictures = list(shown(options))
        return compare(pictures, options, their_modes(theirs, options), our_modes(ours, options))


def shown(options: argparse.Namespace) -> Any:
    """(name, picture) of the named files; with --small of drawn ones that no training saw, too."""
    for name in options.pictures:
        yield name, Image.open(name).convert("RGB")
    if options.small:
        from draw import HELD_OUT_SEED, draw

        for seed in range(HELD_OUT_SEED, HELD_OUT_SEED + options.count):
            yield f"drawn {seed}", draw(seed)[0].convert("RGB")


def real_pair(options: argparse.Namespace, cache: str) -> tuple[Any, i2p.Interrogator]:
    """Both systems on the published weights."""
    config = their_config(options, cache)
    config.clip_model_name, config.caption_model_name = options.clip_model, options.caption_model
    theirs = interrogator_of(config)
    ours = i2p.Interrogator(
        clip=i2p.Clip(options.clip_model, device=options.device),
        captioner=i2p.Captioner(options.caption_model, device=options.device),
        labels=config.data_path,
        cache_dir=cache,
        selection="clip-interrogator",
    )
    return theirs, ours


def small_pair(options: argparse.Namespace, cache: str) -> tuple[Any, i2p.Interrogator]:
    """Both systems on the bundled weights, read by open_clip and transformers for the other."""
    torch.set_num_threads(1)  # products this small only lose by being shared out
    options.labels = options.labels or str(DEMO_DIRECTORY / "labels")
    config = their_config(options, str(Path(cache) / "theirs"))
    config.clip_model = load_clip(DEMO_DIRECTORY)
    side = config.clip_model.visual.image_size[0]
    config.clip_preprocess = open_clip.image_transform(side, is_train=False)
    config.caption_model = BlipForConditionalGeneration.from_pretrained(DEMO_DIRECTORY / "blip")
    config.caption_processor = BlipProcessor.from_pretrained(DEMO_DIRECTORY / "blip")
    config.download_cache = False
    config.chunk_size = config.flavor_intermediate_count = SMALL_SIZE
    ours = i2p.Interrogator(
        clip=i2p.Clip("demo", device="cpu"),
        captioner=i2p.Captioner("demo", device="cpu"),
        labels=options.labels,
        cache_dir=str(Path(cache) / "ours"),
        pool_size=SMALL_SIZE,
        chunk_size=SMALL_SIZE,
        selection="clip-interrogator",
    )
    return interrogator_of(config), ours


def their_config(options: argparse.Namespace, cache: str) -> Any:
    import clip_interrogator

    config = clip_interrogator.Config()
    config.cache_path, config.device, config.quiet = cache, options.device, True
    if options.labels:
        config.data_path = options.labels
    return config


def interrogator_of(config: Any) -> Any:
    import clip_interrogator

    return clip_interrogator.Interrogator(config)


def their_modes(theirs: Any, options: argparse.Namespace) -> dict[str, Callable[..., str]]:
    """Each mode as (picture, caption) -> prompt."""
    most = options.max_flavors
    return {
        "caption": lambda picture, caption: caption or theirs.generate_caption(picture),
        "fast": lambda picture, caption: theirs.interrogate_fast(picture, most, caption),
        "classic": lambda picture, caption: theirs.interrogate_classic(picture, caption=caption),
        "best": lambda p, caption: theirs.interrogate(p, max_flavors=most, caption=caption),
        "negative": lambda picture, caption: theirs.interrogate_negative(picture, most),
    }


def our_modes(ours: i2p.Interrogator, options: argparse.Namespace) -> dict[str, Callable[..., str]]:
    """Each mode as (picture, caption) -> prompt."""

    def of(mode: str) -> Callable[..., str]:
        def prompt(picture: Image.Image, caption: str | None) -> str:
            answer = ours.interrogate(
                np.asarray(picture), mode=mode, caption=caption, max_flavors=options.max_flavors
            )
            return answer.prompt

        return prompt

    return {mode: of(mode) for mode in MODES}


def compare(
    pictures: list[tuple[str, Image.Image]],
    options: argparse.Namespace,
    theirs: dict[str, Callable[..., str]],
    ours: dict[str, Callable[..., str]],
) -> int:
    """Prints the table; returns 1 when any prompt differs."""
    width = max(len(name) for name, _ in pictures)
    equal = dict.fromkeys(options.modes, 0)
    for name, picture in pictures:
        captions = [modes["caption"](picture, None) for modes in (theirs, ours)]
        for mode in options.modes:
            wanted, got = (
                modes[mode](picture, caption) for modes, caption in zip((theirs, ours), captions)
            )
            equal[mode] += wanted == got
            print(f"{name:<{width}}  {mode:<8}  {'equal' if wanted == got else 'different'}")
            if wanted != got:
                print(f"    clip-interrogator  {wanted}\n    img2prompt         {got}")
            sys.stdout.flush()
    count = len(pictures)
    print(", ".join(f"{mode} {equal[mode]} of {count} equal" for mode in options.modes))
    return int(any(n < count for n in equal.values()))


if __name__ == "__main__":
    sys.exit(main())
