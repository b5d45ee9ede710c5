"""Seeded BLIP captioning models of transformers, in the directories from which ours loads."""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image
from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration, BlipImageProcessor

import img2prompt as i2p

VOCABULARY = Path(i2p.assets.MODELS_DIRECTORY) / "vocab" / "bert_base_uncased.txt"

# The first of BERT's vocabulary; then come the start and one that no caption uses, as in BLIP.
WORDS = 4000
SMALL_TEXT = {
    "vocab_size": WORDS + 2,
    "bos_token_id": WORDS,
    "hidden_size": 96,
    "intermediate_size": 200,
    "num_hidden_layers": 3,
    "num_attention_heads": 3,
    "max_position_embeddings": 64,
}
SMALL_VISION = {
    "hidden_size": 64,
    "intermediate_size": 160,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "image_size": 72,
    "patch_size": 12,
    "initializer_range": 0.08,
}


def spread(model: torch.nn.Module, cross: float, others: float) -> None:
    """Scales seeded weights until captions differ from picture to picture.

    Too large a scale makes a deep model chaotic: float32 rounding alone then changes its words.
    """
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim > 1:
                parameter.mul_(cross if "crossattention" in name else others)
            elif name.endswith("bias"):
                parameter.normal_(0, 0.2)


def seeded_model(
    seed: int,
    end_bias: float = 0.0,
    text: dict | None = None,
    vision: dict | None = None,
    cross: float = 20.0,
    others: float = 3.0,
) -> BlipForConditionalGeneration:
    """A model whose captions depend on the picture. end_bias makes them end sooner."""
    torch.manual_seed(seed)
    config = BlipConfig(
        text_config={**SMALL_TEXT, **(text or {})}, vision_config={**SMALL_VISION, **(vision or {})}
    )
    config.initializer_range = 0.05
    model = BlipForConditionalGeneration(config).eval()
    spread(model, cross, others)
    with torch.no_grad():
        model.text_decoder.cls.predictions.bias[config.text_config.sep_token_id] += end_bias
    return model


def save(folder: Path, model: BlipForConditionalGeneration, words: int = WORDS) -> Path:
    """Writes the directory as transformers does, with the first `words` of BERT's vocabulary."""
    model.save_pretrained(folder)
    lines = VOCABULARY.read_text(encoding="utf-8").splitlines(keepends=True)[:words]
    (folder / "vocab.txt").write_text("".join(lines), encoding="utf-8")
    side = model.config.vision_config.image_size
    BlipImageProcessor(size={"height": side, "width": side}).save_pretrained(folder)
    return folder


class Reference:
    """transformers' own captions for the model of a directory."""

    def __init__(self, folder: Path) -> None:
        self.model = BlipForConditionalGeneration.from_pretrained(folder).eval()
        self.processor = BlipImageProcessor.from_pretrained(folder)
        self.tokenizer = BertTokenizer(str(folder / "vocab.txt"))

    def pixels(self, pictures: list[Image.Image]) -> torch.Tensor:
        return self.processor(pictures, return_tensors="pt").pixel_values

    def image_tokens(self, pictures: list[Image.Image]) -> torch.Tensor:
        with torch.no_grad():
            return self.model.vision_model(self.pixels(pictures))[0]

    def narrowest_choice(self, picture: Image.Image, new_tokens: int) -> float:
        """By how much the best score leads the second, at the closest step of a greedy caption."""
        written = self.model.generate(
            pixel_values=self.pixels([picture]),
            max_new_tokens=new_tokens,
            output_scores=True,
            return_dict_in_generate=True,
        )
        best = torch.cat(written.scores).topk(2).values
        return float((best[:, 0] - best[:, 1]).min())

    def caption(
        self, picture: Image.Image, prompt: str = "", seed: int | None = None, **settings
    ) -> str:
        if prompt:
            settings["input_ids"] = self.tokenizer(prompt, return_tensors="pt").input_ids
        if seed is not None:
            torch.manual_seed(seed)
        ids = self.model.generate(pixel_values=self.pixels([picture]), **settings)[0]
        return self.tokenizer.decode(ids, skip_special_tokens=True).strip()
