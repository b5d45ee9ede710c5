"""Captions equal transformers' generate() word for word, from the same numbers."""

from __future__ import annotations

import json
import threading
import time

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import img2prompt as i2p

from . import blip_models as models
from .clip_models import pictures

# Float32 against the image tokens' own scale; the order of sums differs.
TOKENS_TOLERANCE = 2e-5

# Scores of blip-large move by 1e-4 when image tokens move by the rounding of float32.
DECIDED = 1e-2

CANCEL_SECONDS = 1.0  # between two questions whether to stop

PICTURES = pictures(20, seed=5)
ENDING = 1.3  # captions of the seeded model then end anywhere between 0 and 20 words

# By name: what ours is asked for, and what transformers is asked for where that differs.
SETTINGS = {
    "greedy": {"max_new_tokens": 20},
    "max_length": {"max_length": 7},
    "min_length": {"max_new_tokens": 20, "min_length": 12},
    "min_and_max_length": {"min_length": 8, "max_length": 11},
    "repetition_penalty": {"max_new_tokens": 16, "repetition_penalty": 1.5},
    "rewarded_repetition": {"max_new_tokens": 12, "repetition_penalty": 0.7},
    "prompt": {"max_new_tokens": 16, "prompt": "a picture of"},
    "prompt_counts": {"prompt": "the king's son,", "min_length": 9, "max_length": 12},
    "beams": {"max_new_tokens": 16, "num_beams": 3},
    "many_beams": {"max_new_tokens": 12, "num_beams": 16},
    "beams_min_length": {"max_new_tokens": 16, "num_beams": 4, "min_length": 10},
    "beams_all": {
        "num_beams": 3,
        "min_length": 7,
        "max_length": 15,
        "prompt": "a photo of",
        "repetition_penalty": 1.4,
    },
    "nucleus": {"max_new_tokens": 16, "top_p": 0.9, "seed": 0},
    "nucleus_other_seed": {"max_new_tokens": 16, "top_p": 0.9, "seed": 12345678901},
    "nucleus_top_1": {"max_new_tokens": 16, "top_p": 1.0, "seed": 3},
    "nucleus_all": {
        "top_p": 0.8,
        "seed": 7,
        "prompt": "a picture of",
        "min_length": 8,
        "max_length": 16,
        "repetition_penalty": 1.1,
    },
}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Models this small are slower with more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return models.save(
        tmp_path_factory.mktemp("blip"), models.seeded_model(seed=1, end_bias=ENDING)
    )


@pytest.fixture(scope="module")
def reference(small):
    return models.Reference(small)


@pytest.fixture(scope="module")
def captioner(small):
    return i2p.Captioner(small, device="cpu")


def reference_captions(reference, settings, shown):
    asked = dict(settings)
    if "top_p" in asked:
        asked["do_sample"] = True
    return [reference.caption(picture, **asked) for picture in shown]


@pytest.mark.parametrize("name", SETTINGS)
def test_captions_equal_transformers(name, reference, captioner):
    settings = SETTINGS[name]
    want = reference_captions(reference, settings, PICTURES)
    assert len(set(want)) >= 12, "the pictures must matter"
    assert [captioner.caption(picture, **settings) for picture in PICTURES] == want
    assert captioner.caption(PICTURES, **settings) == want


def test_captions_end_at_different_lengths(captioner):
    lengths = {len(caption.split()) for caption in captioner.caption(PICTURES, max_new_tokens=20)}
    assert len(lengths) >= 6


def test_seed_is_set_anew_for_each_picture_and_none_differs(captioner):
    same = captioner.caption([PICTURES[0]] * 3, top_p=1.0, seed=1)
    assert len(set(same)) == 1
    assert len({captioner.caption(PICTURES[0], top_p=1.0, seed=seed) for seed in range(6)}) > 2
    assert len(set(captioner.caption([PICTURES[0]] * 6, top_p=1.0))) > 2


def test_image_tokens_equal_transformers(reference, captioner):
    want = reference.image_tokens(PICTURES).numpy()
    got = captioner.encode_image(PICTURES)
    assert got.dtype == np.float32 and got.shape == (20, 37, 64)
    np.testing.assert_allclose(got, want, rtol=0, atol=TOKENS_TOLERANCE * np.abs(want).max())
    assert captioner.encode_image(PICTURES[3]).shape == (1, 37, 64)
    assert captioner.encode_image([]).shape == (0, 37, 64)


def test_pixels_equal_the_image_processor_exactly(reference, captioner):
    for picture, want in zip(PICTURES, reference.pixels(PICTURES).numpy()):
        np.testing.assert_array_equal(captioner._core.preprocess(np.asarray(picture)), want)


@pytest.mark.parametrize(
    "processor",
    [
        {"resample": 2, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0.4]},
        {"do_normalize": False},
        {"do_rescale": False, "resample": 1},
        {"rescale_factor": 0.01, "resample": 4},
    ],
)
def test_preprocessor_config_is_followed(processor, small, tmp_path):
    folder = copy_of(small, tmp_path)
    edit(folder / "preprocessor_config.json", processor)
    ours, theirs = i2p.Captioner(folder, device="cpu"), models.Reference(folder)
    for picture, want in zip(PICTURES[:4], theirs.pixels(PICTURES[:4]).numpy()):
        np.testing.assert_array_equal(ours._core.preprocess(np.asarray(picture)), want)


def copy_of(folder, target):
    for path in folder.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target


def edit(path, changes):
    values = json.loads(path.read_text())
    for key, value in changes.items():
        if isinstance(value, dict):
            values.setdefault(key, {}).update(value)
        else:
            values[key] = value
    path.write_text(json.dumps(values))


@pytest.mark.parametrize(
    "text",
    [
        {"length_penalty": 3.0},
        {"length_penalty": -1.0},
        {"early_stopping": True},
        {"early_stopping": "never", "length_penalty": 2.0},
        {"top_k": 3},
        {"top_k": 0},
        {"temperature": 2.5},
        {"hidden_act": "quick_gelu"},
    ],
)
def test_text_config_changes_captions_as_in_transformers(text, small, captioner, tmp_path):
    folder = copy_of(small, tmp_path)
    edit(folder / "config.json", {"text_config": text})
    sampled = not {"top_k", "temperature"}.isdisjoint(text)
    settings = {"top_p": 1.0, "seed": 5} if sampled else {"num_beams": 4}
    settings["max_new_tokens"] = 14
    want = reference_captions(models.Reference(folder), settings, PICTURES)
    assert i2p.Captioner(folder, device="cpu").caption(PICTURES, **settings) == want
    assert want != captioner.caption(PICTURES, **settings), "the setting must matter"


def test_generation_config_is_not_read_as_in_transformers(small, reference, captioner, tmp_path):
    folder = copy_of(small, tmp_path)
    edit(folder / "generation_config.json", {"repetition_penalty": 5.0, "num_beams": 3})
    settings = {"max_new_tokens": 14}
    want = reference_captions(models.Reference(folder), settings, PICTURES)
    assert i2p.Captioner(folder, device="cpu").caption(PICTURES, **settings) == want
    assert want == captioner.caption(PICTURES, **settings)


def test_config_holds_only_what_differs_from_the_defaults(tmp_path):
    text = {"vocab_size": 30524, "num_attention_heads": 8, "bos_token_id": 30522}
    vision = {"patch_size": 16, "image_size": 64}
    folder = models.save(tmp_path, models.seeded_model(4, text=text, vision=vision), words=30522)
    want = reference_captions(models.Reference(folder), {"max_new_tokens": 9}, PICTURES[:5])
    config = json.loads((folder / "config.json").read_text())
    kept = {"hidden_size", "intermediate_size", "num_hidden_layers", "max_position_embeddings"}
    sparse = {
        "text_config": {k: v for k, v in config["text_config"].items() if k in kept},
        "vision_config": {
            k: v
            for k, v in config["vision_config"].items()
            if k in kept | {"image_size", "num_attention_heads"}
        },
    }
    (folder / "config.json").write_text(json.dumps(sparse))
    assert i2p.Captioner(folder, device="cpu").caption(PICTURES[:5], max_new_tokens=9) == want


@pytest.mark.parametrize("tied", [True, False])
def test_output_layer_is_stored_twice(tied, small, tmp_path):
    folder = copy_of(small, tmp_path)
    state = load_file(small / "model.safetensors")
    head, bert = "text_decoder.cls.predictions.", "text_decoder.bert.embeddings."
    embedding = state[bert + "word_embeddings.weight"]
    state[head + "decoder.weight"] = embedding.flip(0).contiguous()
    state[head + "decoder.bias"] = state[head + "bias"].clone()
    state[bert + "position_ids"] = torch.arange(64)[None]
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    edit(folder / "config.json", {"text_config": {"tie_word_embeddings": tied}})
    settings = {"max_new_tokens": 12, "min_length": 12}
    want = reference_captions(models.Reference(folder), settings, PICTURES[:6])
    assert i2p.Captioner(folder, device="cpu").caption(PICTURES[:6], **settings) == want


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_weights_stored_in_half_precision_are_widened(dtype, small, tmp_path):
    folder = copy_of(small, tmp_path)
    state = {k: v.to(dtype) for k, v in load_file(small / "model.safetensors").items()}
    save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
    theirs = models.Reference(folder)
    theirs.model.float()
    settings = {"max_new_tokens": 12, "min_length": 8}
    want = reference_captions(theirs, settings, PICTURES[:6])
    ours = i2p.Captioner(folder, device="cpu", dtype="float32")
    assert ours.caption(PICTURES[:6], **settings) == want


def test_bfloat16_computes_close_to_float32(small, captioner):
    half = i2p.Captioner(small, device="cpu", dtype="bfloat16")
    want = captioner.encode_image(PICTURES[:4])
    difference = np.abs(half.encode_image(PICTURES[:4]) - want).max()
    assert 0 < difference < 0.1 * np.abs(want).max()
    assert len(set(half.caption(PICTURES[:4], max_new_tokens=8))) > 1


def test_captions_do_not_depend_on_how_many_are_written_together(captioner):
    shown = [PICTURES[i % 20] for i in range(37)]
    want = [captioner.caption(picture, max_new_tokens=8) for picture in PICTURES]
    assert captioner.caption(shown, max_new_tokens=8) == [want[i % 20] for i in range(37)]


def test_one_picture_gives_a_string_and_many_a_list(captioner):
    array = np.asarray(PICTURES[0])
    one = captioner.caption(array)
    assert isinstance(one, str)
    assert captioner.caption([array]) == [one] == captioner.caption(iter([array]))
    assert captioner.caption(np.stack([array, array])) == [one, one]
    assert captioner.caption([]) == []


def test_progress_tells_pictures_and_tokens(captioner):
    told = []
    captioner.caption(
        PICTURES[:11], max_new_tokens=6, progress=lambda *state: told.append(state), min_length=7
    )
    looking = [(done, total) for stage, done, total in told if stage == "caption: looking"]
    writing = [(done, total) for stage, done, total in told if stage == "caption: writing"]
    assert looking == [(i + 1, 11) for i in range(11)]
    assert writing[-1] == (66, 66) and writing == sorted(writing) and len(writing) >= 12


def test_cancel_and_unload_leave_it_usable(captioner):
    want = captioner.caption(PICTURES[0], max_new_tokens=5)
    asked = []
    with pytest.raises(i2p.Cancelled):
        captioner.caption(PICTURES, cancel=lambda: asked.append(0) or len(asked) > 9)
    assert captioner.caption(PICTURES[0], max_new_tokens=5) == want
    captioner.unload()
    assert captioner.caption(PICTURES[0], max_new_tokens=5) == want


def test_an_error_of_a_callback_arrives_as_it_is(captioner):
    def fail(*_):
        raise KeyError("from the callback")

    with pytest.raises(KeyError, match="from the callback"):
        captioner.caption(PICTURES[0], progress=fail)


def test_threads_share_a_captioner(captioner):
    want = captioner.caption(PICTURES[:6], max_new_tokens=8)
    got: list[object] = [None] * 6

    def work(index):
        got[index] = captioner.caption(PICTURES[index], max_new_tokens=8)

    threads = [threading.Thread(target=work, args=(index,)) for index in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == want


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"max_new_tokens": 0}, "max_new_tokens is 0, 1 to 63 is accepted"),
        ({"max_new_tokens": 64}, "max_new_tokens is 64, 1 to 63 is accepted"),
        ({"max_new_tokens": 1 << 80}, "1 to 63 is accepted"),
        ({"max_new_tokens": 2.5}, "max_new_tokens is 2.5, a whole number is accepted"),
        ({"max_length": 65}, "max_length is 65, 2 to 64 is accepted"),
        ({"max_length": 4, "prompt": "a picture of"}, "at least 5 is accepted"),
        ({"min_length": -1}, "min_length is -1, 0 to 33 is accepted"),
        ({"min_length": 34}, "min_length is 34, 0 to 33 is accepted"),
        ({"num_beams": 0}, "num_beams is 0, 1 to 64 is accepted"),
        ({"num_beams": 65}, "num_beams is 65, 1 to 64 is accepted"),
        ({"num_beams": "3"}, "a whole number is accepted"),
        ({"top_p": 0}, "top_p is 0, above 0 and up to 1 is accepted"),
        ({"top_p": 1.01}, "top_p is 1.01, above 0 and up to 1 is accepted"),
        ({"top_p": "high"}, "top_p is 'high', a number is accepted"),
        ({"top_p": 0.9, "num_beams": 2}, "set only one of them"),
        ({"seed": -1}, "seed is -1, a whole number from 0"),
        ({"seed": 1 << 64}, "a whole number from 0 to 2\\*\\*64 - 1"),
        ({"repetition_penalty": 0}, "repetition_penalty is 0, above 0"),
        ({"repetition_penalty": float("nan")}, "above 0"),
    ],
)
def test_values_out_of_range_name_what_is_accepted(settings, says, captioner):
    with pytest.raises(i2p.InvalidArgument, match=says):
        captioner.caption(PICTURES[0], **settings)


@pytest.mark.slow
def test_captions_of_blip_large_equal_transformers(tmp_path):
    torch.set_num_threads(2)
    card = json.loads((i2p.assets.MODELS_DIRECTORY / "blip" / "blip-large.json").read_text())
    text, vision = card["config"]["text_config"], card["config"]["vision_config"]
    vision["initializer_range"] = 0.02
    model = models.seeded_model(11, text=text, vision=vision, cross=10.0, others=2.0)
    folder = models.save(tmp_path, model, words=30522)
    del model
    shown = PICTURES[:3]
    settings = {
        "greedy": {"max_new_tokens": 12},
        "beams": {"max_new_tokens": 8, "num_beams": 3},
        "repetition_penalty": {"max_new_tokens": 12, "repetition_penalty": 1.5},
    }
    reference = models.Reference(folder)
    tokens = reference.image_tokens(shown).numpy()
    want = {name: reference_captions(reference, asked, shown) for name, asked in settings.items()}
    lead = min(reference.narrowest_choice(picture, 12) for picture in shown)
    del reference
    assert lead > DECIDED, "float32 rounding must not decide"
    assert all(len(set(captions)) == 3 for captions in want.values()), "the pictures must matter"
    ours = i2p.Captioner("blip-large", weights=folder / "model.safetensors", device="cpu")
    start = time.perf_counter()
    difference = np.abs(ours.encode_image(shown) - tokens).max()
    print(f"image tokens differ by {difference:.2g} at scale {np.abs(tokens).max():.1f}")
    assert difference <= 1e-4 * np.abs(tokens).max()
    for name, asked in settings.items():
        assert ours.caption(shown, **asked) == want[name]
    asked_at = [time.process_time()]
    ours.caption(
        shown, max_new_tokens=2, cancel=lambda: asked_at.append(time.process_time()) is not None
    )
    longest = max(np.diff(asked_at)) / torch.get_num_threads()
    print(f"cancellation is asked for every {longest:.2f} s of each core's time at least")
    assert longest < CANCEL_SECONDS
    print(f"3 pictures encoded, then captioned 3 times, in {time.perf_counter() - start:.1f} s")
