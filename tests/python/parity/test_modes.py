"""Prompts equal clip-interrogator 0.6.0's, which is run beside ours on the same weights."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import clip_interrogator
import numpy as np
import open_clip
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import load_file

import img2prompt as i2p

from . import clip_models as models

CONFIG = {
    "embed_dim": 64,
    "quick_gelu": True,
    "vision_cfg": {"image_size": 64, "layers": 2, "width": 96, "head_width": 32, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 64, "heads": 2, "layers": 2},
}
SIZES = {"artists": 60, "flavors": 700, "mediums": 30, "movements": 40, "negative": 41}
CHUNK = POOL = 64  # small, so that the rule of chunks shows at these sizes
PICTURES = 12
# Chains of the reference's default length on some pictures, which fill the context; shorter ones on
# the others spare its encoding, 105 whole texts a step.
MAX_FLAVORS = [32 if i < 3 else 10 for i in range(PICTURES)]
CAPTIONS = [*models.SUBJECTS, "a painting of a dog, by the sea", "x " * 70]
MODES = ("best", "fast", "classic", "negative")
TABLES = ("artists", "flavors", "mediums", "movements", "trendings", "negative")
# Between encoding labels one by one and in the reference's batches, after rounding to float16.
SIMILARITY_TOLERANCE = 1e-4


class Scene:
    """Both systems on one model, one set of pictures and one sample of the shipped labels."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.labels, self.cache = folder, folder / "labels", folder / "ci-cache"
        self.write_labels()
        self.model = models.open_clip_model(CONFIG, seed=5)
        self.clip = models.load(folder, CONFIG, models.state_of(self.model))
        self.pictures = models.pictures(PICTURES, seed=9)
        self.captions = [CAPTIONS[i % len(CAPTIONS)] for i in range(PICTURES)]
        self.reference = self.reference_on(self.model, self.cache)

    def write_labels(self) -> None:
        data = Path(clip_interrogator.__file__).parent / "data"
        choose = random.Random(3)
        self.labels.mkdir()
        for name, size in SIZES.items():
            lines = (data / f"{name}.txt").read_text(encoding="utf-8", errors="replace").split("\n")
            lines = [line for line in lines if line]
            some = lines if len(lines) <= size else choose.sample(lines, size)
            (self.labels / f"{name}.txt").write_text("\n".join(some) + "\n", encoding="utf-8")

    def reference_on(self, model, cache: Path) -> clip_interrogator.Interrogator:
        config = clip_interrogator.Config()
        config.clip_model = model
        config.clip_preprocess = open_clip.image_transform(64, is_train=False)
        config.caption_model_name = None
        config.clip_model_name = "ViT-L-14/openai"
        config.data_path, config.cache_path = str(self.labels), str(cache)
        config.download_cache, config.device, config.quiet = False, "cpu", True
        config.chunk_size = config.flavor_intermediate_count = CHUNK
        return clip_interrogator.Interrogator(config)

    def ours(self, selection="clip-interrogator", cache="", **options) -> i2p.Interrogator:
        sizes = {"pool_size": POOL, "chunk_size": CHUNK, **options}
        return i2p.Interrogator(
            clip=self.clip, labels=self.labels, cache_dir=cache, selection=selection, **sizes
        )

    def wanted(self, index: int, mode: str) -> str:
        picture, caption = self.pictures[index], self.captions[index]
        most = {"max_flavors": MAX_FLAVORS[index]}
        if mode == "negative":
            return self.reference.interrogate_negative(picture, **most)
        if mode == "classic":  # there the number of flavors is its own, three
            return self.reference.interrogate_classic(picture, caption=caption)
        run = self.reference.interrogate if mode == "best" else self.reference.interrogate_fast
        return run(picture, caption=caption, **most)


@pytest.fixture(scope="module")
def scene(tmp_path_factory) -> Iterator[Scene]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # products this small only lose by being shared out
    with torch.no_grad():
        yield Scene(tmp_path_factory.mktemp("modes"))
    torch.set_num_threads(threads)


@pytest.mark.parametrize("mode", MODES)
def test_prompts_equal_the_references(scene, mode):
    engine = scene.ours()
    wanted = [scene.wanted(i, mode) for i in range(PICTURES)]
    got = [
        engine.interrogate(picture, mode=mode, caption=caption, max_flavors=most).prompt
        for picture, caption, most in zip(scene.pictures, scene.captions, MAX_FLAVORS)
    ]
    assert got == wanted
    assert len(set(wanted)) > PICTURES / 2  # the weights are spread: pictures matter


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("top", [1, 5, 50])
def test_ranks_equal_the_references(scene, table, top):
    engine = scene.ours()
    for picture in scene.pictures[:4]:
        features = scene.reference.image_to_features(picture)
        got = engine.rank(picture, table, top)
        wanted = getattr(scene.reference, table).rank(features, top)
        assert [label for label, _ in got] == wanted
        similarity = scene.reference.similarities(features, wanted)
        assert np.allclose([s for _, s in got], similarity, atol=SIMILARITY_TOLERANCE)


def test_exact_selection_differs_and_ranks_all_rows(scene):
    exact, chunked = scene.ours("exact"), scene.ours()
    picture = scene.pictures[0]
    labels = scene.reference.flavors.labels
    every = dict(zip(labels, exact.similarity(picture, labels)))
    got = [every[label] for label, _ in exact.rank(picture, "flavors", 64)]
    best = sorted(every.values(), reverse=True)[:64]
    assert np.allclose(got, best, atol=SIMILARITY_TOLERANCE)
    assert exact.rank(picture, "flavors", 64) != chunked.rank(picture, "flavors", 64)


def stages_of(engine, picture) -> set[str]:
    stages: set[str] = set()
    engine.interrogate(
        picture, mode="fast", caption="x", progress=lambda stage, *_: stages.add(stage)
    )
    return {stage for stage in stages if stage.startswith("labels")}


def published(scene, monkeypatch) -> None:
    """Makes our model bear the name that the reference's has."""
    monkeypatch.setattr(scene.clip, "model", "ViT-L-14/openai")


def test_a_cache_that_the_reference_wrote_is_used_and_left_alone(scene, monkeypatch):
    published(scene, monkeypatch)
    before = {path: path.read_bytes() for path in scene.cache.iterdir()}
    assert len(before) == len(TABLES)
    engine = scene.ours(cache=scene.cache)
    assert stages_of(engine, scene.pictures[0]) == set()
    assert {path: path.read_bytes() for path in scene.cache.iterdir()} == before


def test_a_cache_of_the_reference_by_other_weights_is_not_believed(scene, monkeypatch, tmp_path):
    published(scene, monkeypatch)
    other = models.open_clip_model(CONFIG, seed=6)
    scene.reference_on(other, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    engine = scene.ours(cache=tmp_path)
    assert len(stages_of(engine, scene.pictures[0])) == 5
    trusted = scene.ours().rank(scene.pictures[0], "flavors", 9)
    assert engine.rank(scene.pictures[0], "flavors", 9) == trusted
    assert all(path.read_bytes() == content for path, content in before.items())


def test_the_reference_reads_a_cache_that_we_wrote(scene, monkeypatch, tmp_path):
    published(scene, monkeypatch)
    engine = scene.ours(cache=tmp_path)
    engine.analyze(scene.pictures[0])
    engine.interrogate(scene.pictures[0], mode="negative", max_flavors=1)
    with safe_open(tmp_path / "ViT-L-14_openai_flavors.safetensors", "np") as file:
        assert file.metadata()["img2prompt_weights_sha256"] == scene.clip.weights_sha256

    class NoText(torch.nn.Module):
        def encode_text(self, tokens):
            raise AssertionError("the reference encodes anew")

    reader = scene.reference_on(NoText(), tmp_path)
    for table in TABLES:
        assert np.allclose(
            np.stack(getattr(reader, table).embeds),
            np.stack(getattr(scene.reference, table).embeds),
            atol=SIMILARITY_TOLERANCE * 10,
        )


def test_small_tables_have_open_clips_float16_bits(tmp_path):
    config = {
        "embed_dim": 48,
        "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "patch_size": 16},
        "text_cfg": {
            "context_length": 77,
            "vocab_size": 49408,
            "width": 64,
            "heads": 2,
            "layers": 3,
        },
        "quick_gelu": True,
    }
    model = models.open_clip_model(config, seed=3, factor=2.5)
    clip = models.load(tmp_path, config, models.state_of(model))
    labels = [
        f"{color} {thing}, {n} of them"
        for color in "red green".split()
        for n in range(30)
        for thing in ("house", "river by night")
    ]
    engine = i2p.Interrogator(
        clip=clip,
        labels={"flavors": labels},
        cache_dir=tmp_path / "cache",
        selection="clip-interrogator",
    )
    engine.rank(np.zeros((40, 40, 3), np.uint8), "flavors", 1)
    (cached,) = (tmp_path / "cache").glob("*flavors*.safetensors")
    with torch.no_grad():
        features = model.encode_text(open_clip.get_tokenizer("ViT-L-14")(labels))
        want = (features / features.norm(dim=-1, keepdim=True)).half().numpy()
    np.testing.assert_array_equal(load_file(cached)["embeds"], want)
