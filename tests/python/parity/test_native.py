"""Mode native gives what the WebUI's "Interrogate CLIP" gives, on the same weights.

The reference is written here from the rules of modules/interrogate.py in
AUTOMATIC1111/stable-diffusion-webui: captions by transformers' BLIP, features by open_clip, which
tokenizes as OpenAI's package does but for a label that spells out that package's special tokens.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

import clip_interrogator
import numpy as np
import open_clip
import pytest
import torch
from PIL import Image

import img2prompt as i2p

from . import blip_models
from . import clip_models as models
from .test_modes import CONFIG

PICTURES = models.pictures(6, seed=21)
PROMPT = "a picture of "
# Probabilities of float32 logits up to 100, whose last bits differ by the order of sums.
PROBABILITY_TOLERANCE = 2e-5
ENDING = 1.3  # captions then end at different lengths

# By name: what differs from the WebUI's settings.
SETTINGS = {
    "defaults": {},
    "ranks": {"return_ranks": True},
    "limit": {"dict_limit": 25, "return_ranks": True},
    "no_limit": {"dict_limit": 0, "return_ranks": True},
    "skip": {"skip_categories": ("artists", "flavors.top3", "no such file")},
    # Few tokens: where many beams run close, rounding decides between them in the reference too.
    "beams": {"num_beams": 3, "min_length": 9, "max_length": 12},
    "short": {"min_length": 6, "max_length": 9, "dict_limit": 300},
}


class WebUi:
    """The reference, with a folder of categories."""

    def __init__(self, folder: Path, clip: open_clip.CLIP, blip: blip_models.Reference) -> None:
        self.folder, self.clip, self.blip = folder, clip, blip
        self.tokenize = open_clip.get_tokenizer("ViT-L-14")
        self.preprocess = open_clip.image_transform(64, is_train=False)
        self.known: dict[tuple[str, ...], torch.Tensor] = {}

    def interrogate(self, picture: Image.Image, options: i2p.NativeOptions):
        """The prompt and its matches with their probabilities."""
        prompt, matches = self.caption(picture, options), []
        image = self.clip.encode_image(self.preprocess(picture).unsqueeze(0))
        image /= image.norm(dim=-1, keepdim=True)
        for file in sorted(self.folder.glob("*.txt")):
            if file.stem not in options.skip_categories:
                matches += self.rank(image, file, options.dict_limit)
        for label, probability in matches:
            ranked = f"({label}:{probability:.3f})"
            prompt += ", " + (ranked if options.return_ranks else label)
        return prompt, matches

    def caption(self, picture: Image.Image, options: i2p.NativeOptions) -> str:
        ids = self.blip.model.generate(
            pixel_values=self.blip.pixels([picture]),
            input_ids=self.blip.tokenizer(PROMPT, return_tensors="pt").input_ids,
            num_beams=options.num_beams,
            min_length=options.min_length,
            max_length=options.max_length,
        )[0]
        return self.blip.tokenizer.decode(ids, skip_special_tokens=True)[len(PROMPT) :]

    def rank(self, image: torch.Tensor, file: Path, limit: int) -> list[tuple[str, float]]:
        labels = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
        labels = labels[:limit] if limit else labels
        if not labels:
            return []
        top = re.search(r"\.top(\d+)$", file.stem)
        features = self.features(labels)
        probabilities = (100.0 * image @ features.T).softmax(dim=-1)
        count = min(int(top[1]) if top else 1, len(labels))
        best, rows = probabilities[0].topk(count)
        return [(labels[row], float(value)) for value, row in zip(best, rows)]

    def features(self, labels: list[str]) -> torch.Tensor:
        """Kept, unlike the WebUI's: the same numbers, in seconds."""
        key = tuple(labels)
        if key not in self.known:
            features = self.clip.encode_text(self.tokenize(labels))
            self.known[key] = features / features.norm(dim=-1, keepdim=True)
        return self.known[key]


class Scene:
    """Both systems on one pair of models and one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"
        self.labels = folder / "interrogate"
        self.write_categories()
        clip = models.open_clip_model(CONFIG, seed=5)
        blip = blip_models.save(folder / "blip", blip_models.seeded_model(1, end_bias=ENDING))
        self.clip = models.load(folder, CONFIG, models.state_of(clip))
        self.captioner = i2p.Captioner(blip, device="cpu")
        self.webui = WebUi(self.labels, clip, blip_models.Reference(blip))

    def write_categories(self) -> None:
        data, choose = Path(clip_interrogator.__file__).parent / "data", random.Random(4)
        self.labels.mkdir()

        def write(name: str, source: str, count: int, end: str = "\n", mark: bytes = b"") -> None:
            lines = (data / f"{source}.txt").read_text(encoding="utf-8").split("\n")
            text = end.join(choose.sample([line for line in lines if line], count)) + end
            (self.labels / f"{name}.txt").write_bytes(mark + text.encode())

        write("artists", "artists", 80)
        write("flavors", "flavors", 400)
        write("flavors.top3", "flavors", 200)
        write("mediums", "mediums", 30, end="\r\n", mark=b"\xef\xbb\xbf")
        write("movements.top40", "movements", 31)
        write("one.top2", "movements", 1)
        (self.labels / "empty.txt").touch()

    def ours(self) -> i2p.Interrogator:
        return i2p.Interrogator(
            clip=self.clip, captioner=self.captioner, labels=self.labels, cache_dir=self.cache
        )


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # products this small only lose by being shared out
    with torch.no_grad():
        yield Scene(tmp_path_factory.mktemp("native"))
    torch.set_num_threads(threads)


@pytest.mark.parametrize("name", SETTINGS)
def test_prompts_and_probabilities_equal_the_webuis(scene, name):
    options = i2p.NativeOptions(**SETTINGS[name])
    engine = scene.ours()
    prompts = set()
    for picture in PICTURES:
        wanted, matches = scene.webui.interrogate(picture, options)
        got = engine.interrogate(picture, mode="native", native=options)
        assert [label for label, _ in got.parts] == [label for label, _ in matches]
        assert np.allclose(
            [p for _, p in got.parts], [p for _, p in matches], atol=PROBABILITY_TOLERANCE
        )
        # A probability that lies on the border between two roundings may be written either way.
        numbers = re.compile(r"(?<=:)\d\.\d{3}(?=\))")
        assert numbers.sub("#", got.prompt) == numbers.sub("#", wanted)
        for ours, theirs in zip(numbers.findall(got.prompt), numbers.findall(wanted)):
            assert abs(float(ours) - float(theirs)) <= 0.001 + PROBABILITY_TOLERANCE
        assert wanted.startswith(got.caption) and got.caption
        prompts.add(wanted)
    assert len(prompts) > len(PICTURES) / 2  # the weights are spread: pictures matter


def test_ranks_are_written_as_the_webui_writes_them(scene):
    options = i2p.NativeOptions(return_ranks=True, skip_categories=("flavors",))
    got = scene.ours().interrogate(PICTURES[0], mode="native", native=options)
    written = "".join(f", ({label}:{probability:.3f})" for label, probability in got.parts)
    assert got.prompt == got.caption + written
    assert ", (" in written


def test_a_given_caption_is_used_as_it_is(scene):
    options = i2p.NativeOptions()
    _, matches = scene.webui.interrogate(PICTURES[1], options)
    given = "a picture of my own"
    got = scene.ours().interrogate(PICTURES[1], mode="native", caption=given, native=options)
    assert got.caption == given
    assert got.prompt == ", ".join([given, *(label for label, _ in matches)])
