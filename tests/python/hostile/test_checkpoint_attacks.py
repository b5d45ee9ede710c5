"""Attacks on whoever loads a checkpoint, made with Python's own pickle: none runs."""

from __future__ import annotations

import builtins
import os
import pathlib
import pickle
import random
import shutil
import subprocess
import sys
import zipfile

import numpy as np
import pytest
import torch

import img2prompt as i2p
from img2prompt import _core


class Calls:
    """Pickled as a call of a function; unpickled by Python, it would be made."""

    def __init__(self, function, *arguments) -> None:
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def calls(harm: pathlib.Path) -> dict[str, object]:
    """Each would make the file `harm`."""
    code = f"open({str(harm)!r}, 'w')"
    return {
        "os.system": Calls(os.system, f"touch {harm}"),
        "eval": Calls(eval, code),
        "exec": Calls(exec, code),
        "open": Calls(open, str(harm), "w"),
        "subprocess": Calls(subprocess.run, ["touch", str(harm)]),
        "shutil": Calls(shutil.copy, sys.executable, str(harm)),
        "nested": {"a": [(Calls(os.system, f"touch {harm}"),)]},
        "by name": Calls(getattr(builtins, "eval"), code),  # noqa: B009
        # Named by no list of attacks: a placeholder, and so no state dict.
        "pathlib": Calls(pathlib.Path.touch, harm),
        "numpy": Calls(np.save, str(harm), 1),
        "torch": Calls(torch.save, 1, str(harm)),
    }


ATTACKS = list(calls(pathlib.Path("harm")))
WEIGHTS = {"w": torch.ones(2, 3), "tags": ["a", "b"]}
LAYOUTS = {"zip": {}, "legacy": {"_use_new_zipfile_serialization": False}}


def refusal(path: pathlib.Path) -> str:
    with pytest.raises(i2p.CheckpointError) as caught:
        _core.checkpoint_tensors(str(path))
    message = str(caught.value)
    assert message.startswith(f"{path}: ") and message.isprintable() and len(message) < 600
    return message


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_call_is_made(attack, layout, protocol, tmp_path):
    harm, path = tmp_path / "harm", tmp_path / "weights.pth"
    torch.save(calls(harm)[attack], path, pickle_protocol=protocol, **LAYOUTS[layout])
    message = refusal(path)
    assert "asks to run" in message or "no state dict" in message
    assert not harm.exists()
    # Beside good weights: refused where only an attack names such a thing, else not looked at.
    torch.save({**WEIGHTS, "x": calls(harm)[attack]}, path, pickle_protocol=protocol,
               **LAYOUTS[layout])  # fmt: skip
    try:
        assert list(_core.checkpoint_tensors(str(path))) == ["w"]
        assert attack in ("pathlib", "numpy", "torch")
    except i2p.CheckpointError as error:
        assert "asks to run" in str(error)
    assert not harm.exists()


def test_the_attacks_are_real(tmp_path):
    """What the other tests refuse would have done harm."""
    for name, attack in calls(tmp_path / "harm").items():
        torch.save(attack, tmp_path / "weights.pth")
        torch.load(tmp_path / "weights.pth", weights_only=False)
        made = list(tmp_path.glob("harm*"))
        assert made, name
        for file in made:
            file.unlink()


def test_a_plain_pickle_is_refused(tmp_path):
    path, harm = tmp_path / "weights.ckpt", tmp_path / "harm"
    for protocol in range(6):
        path.write_bytes(pickle.dumps(calls(harm)["os.system"], protocol=protocol))
        assert "read are safetensors" in refusal(path)
    assert not harm.exists()


def test_a_zip_bomb_is_not_inflated(tmp_path):
    path = tmp_path / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("archive/data.pkl", b"\0" * (64 << 20))
    assert path.stat().st_size < 100_000
    assert "compressed" in refusal(path)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_cut_of_a_file_of_torchs_is_refused(layout, tmp_path):
    path = tmp_path / "weights.pth"
    torch.save(WEIGHTS, path, **LAYOUTS[layout])
    good = path.read_bytes()
    for length in range(len(good)):
        path.write_bytes(good[:length])
        refusal(path)


@pytest.mark.parametrize("layout", [*LAYOUTS, "torchscript"])
def test_changed_bytes_of_a_file_of_torchs_are_survived(layout, tmp_path):
    path = tmp_path / "weights.pth"
    if layout == "torchscript":
        torch.jit.save(torch.jit.script(torch.nn.Linear(2, 2)), path)
    else:
        torch.save(WEIGHTS, path, **LAYOUTS[layout])
    good, random_ = path.read_bytes(), random.Random(0)
    refused = 0
    for _ in range(3000):
        bad = bytearray(good)
        for _ in range(random_.choice((1, 1, 2, 8))):
            bad[random_.randrange(len(bad))] = random_.randrange(256)
        path.write_bytes(bad)
        try:
            for name in _core.checkpoint_tensors(str(path)):
                _core.checkpoint_tensor(str(path), name).sum()
        except i2p.CheckpointError as error:
            assert str(error).isprintable()
            refused += 1
    assert 0 < refused < 3000
