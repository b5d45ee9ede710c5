"""What a record names, and whether it is on the machine."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, PngImagePlugin

from img2prompt import read_metadata
from img2prompt.resources import Resource, judge, named_resources


def record(text: str):
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", text)
    file = io.BytesIO()
    Image.fromarray(np.zeros((2, 2, 3), np.uint8)).save(file, "png", pnginfo=info)
    return read_metadata(file.getvalue())


def test_everything_a_record_names_is_found_once():
    text = (
        "a fox <lora:inkStyle:0.8> <lora:plain:1> <lyco:other>\n"
        "Negative prompt: badhands\n"
        "Steps: 20, Sampler: Euler, Seed: 1, Size: 2x2, Model hash: 6ce0161689, Model: v1-5, "
        "VAE hash: 735e4c3a44, VAE: vae-ft-mse.safetensors, Refiner: xl_refiner [7440042bbd], "
        'Lora hashes: "inkStyle: aabbccddee11", TI hashes: "badhands: 1122334455"'
    )
    assert named_resources(record(text)) == [
        Resource("checkpoint", "v1-5", "6ce0161689"),
        Resource("checkpoint", "xl_refiner", "7440042bbd"),
        Resource("vae", "vae-ft-mse.safetensors", "735e4c3a44"),
        Resource("lora", "inkStyle", "aabbccddee11"),
        Resource("lora", "plain", ""),
        Resource("lora", "other", ""),
        Resource("embedding", "badhands", "1122334455"),
    ]


def test_civitais_hashes_are_read_and_nonsense_is_not():
    text = 'x\nSteps: 1, Seed: 2, Size: 2x2, Hashes: {"lora:a b": "0123456789", "model": "ff"}'
    assert named_resources(record(text)) == [Resource("lora", "a b", "0123456789")]
    deep = "x\nSteps: 1, Seed: 2, Size: 2x2, Hashes: " + "[" * 2000
    assert named_resources(record(deep)) == []


def test_judgements():
    here = [
        Resource("checkpoint", "sd/renamed.safetensors", "6ce0161689b3853acaa03779ec93eafe"),
        Resource("checkpoint", "same-name.safetensors", "ffffffffff"),
        Resource("lora", "styles/InkStyle.safetensors", ""),
    ]
    named = [
        Resource("checkpoint", "v1-5", "6ce0161689"),
        Resource("checkpoint", "same-name", "0000000000"),
        Resource("lora", "inkStyle", "aabbccddee"),
        Resource("lora", "same-name", ""),
    ]
    judged = judge(named, here)
    assert [judgement.state for judgement in judged] == ["here", "other", "here", "missing"]
    assert "renamed" in judged[0].advice and "differ" in judged[1].advice
    assert "civitai.com" in judged[3].advice
    assert [judgement.state for judgement in judge(named, None)] == ["unknown"] * 4


def test_a_short_hash_is_no_proof():
    (judged,) = judge([Resource("vae", "", "abc")], [Resource("vae", "x", "abcdef0123")])
    assert judged.state == "missing"
