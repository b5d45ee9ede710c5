"""The small WordPiece vocabulary of the bundled captioner, in BERT's file format."""

from __future__ import annotations

import string

from scene import BACKGROUNDS, COLOURS, NUMBERS, SHAPES, plural

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_WORDS = (
    "an above and at background below beside bottom checks crayon dots drawing grid in large left "
    "middle near of on painting photo picture right side small stripes the there to top with"
)


def vocabulary() -> list[str]:
    """The lines of vocab.txt: special tokens, characters, continuations, whole words.

    Characters and their continuations let any prompt be encoded without [UNK]; [DEC] and [ENC]
    come after the last line and are in no file, as in the released captioners.
    """
    characters = [*string.ascii_lowercase, *string.digits, *string.punctuation]
    pieces = ["##" + character for character in string.ascii_lowercase + string.digits]
    words = {*_WORDS.split(), *COLOURS, *BACKGROUNDS, *NUMBERS.values(), *SHAPES}
    words |= {plural(shape) for shape in SHAPES}
    return [*SPECIAL, *characters, *pieces, *sorted(words - {"a"})]


def encode_words(text: str, ids: dict[str, int]) -> list[int]:
    """Ids of a caption; every word of a caption is a whole word of the vocabulary."""
    return [ids[word] for word in text.split()]
