"""What a record names (checkpoint, VAE, LoRA, embeddings), and whether it is on this machine."""

from __future__ import annotations

from .judge import Judgement, judge
from .named import Resource, named_resources

__all__ = ["Judgement", "Resource", "judge", "named_resources"]
