"""Every layout that torch, transformers and safetensors write is read bit for bit."""

from __future__ import annotations

import argparse
import datetime
import json
import pathlib
import zipfile
from collections import OrderedDict, defaultdict

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

import img2prompt as i2p
from img2prompt import _core


def numbers() -> OrderedDict[str, torch.Tensor]:
    """Tensors of every type that is read, and every way to lie in a storage."""
    torch.manual_seed(0)
    base = torch.randn(40, 24)
    state = OrderedDict()
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        state[f"{dtype}"] = torch.randn(3, 5).to(dtype)
    for dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool):
        state[f"{dtype}"] = torch.randint(0, 2, (7,)).to(dtype)
    state["scalar"] = torch.tensor(2.5)
    state["empty"] = torch.zeros(0, 4)
    state["transposed"] = base.t()
    state["rows"] = base[3:9]
    state["columns"] = base[:, 5:11:2]
    state["one of many"] = base[7, 3]
    state["tied"] = state["rows"]
    state["repeated"] = torch.tensor([1.5, -2.0]).expand(30, 2)
    state["permuted"] = torch.randn(2, 3, 4, 5).permute(3, 1, 0, 2)
    state["parameter"] = torch.nn.Parameter(torch.randn(4, 2))
    state["buffer without gradients"] = torch.nn.Parameter(torch.randn(2), requires_grad=False)
    state["名前"] = torch.ones(2)
    return state


class Config:
    """Stands for the classes that training scripts leave in their checkpoints."""

    def __init__(self) -> None:
        self.depth, self.inner = 12, {"a": [1, 2]}


class Listed(list):
    """A class derived from list, with items and attributes."""


def beside() -> dict:
    """What training scripts keep beside the weights."""
    options = Listed([1, 2])
    options.name = "x"
    return {
        "epoch": 3,
        "config": argparse.Namespace(lr=1e-4, betas=(0.9, 0.98), big=1 << 70, neg=-5),
        "best": np.float64(0.5),
        "count": np.int64(7),
        "curve": np.arange(6, dtype=np.float32),
        "where": pathlib.PurePosixPath("a/b"),
        "when": datetime.datetime(2022, 1, 1),
        "types": (torch.float16, torch.device("cpu"), torch.Size([1, 2]), complex(1, 2)),
        "set": {1, 2}, "frozen": frozenset({"a"}), "bytes": b"\0\1", "long bytes": b"x" * 300,
        "counts": defaultdict(int, a=1),
        "class": Config,
        "object": Config(),
        "listed": options,
        "loss": torch.tensor(0.25),
        "optimizer": {"state": {0: {"step": 3, "exp_avg": torch.ones(2)}}, "param_groups": [{}]},
        "none": None, "yes": True, "text": "x" * 300,
    }  # fmt: skip


def same(path, state) -> None:
    """Asserts that a file is read as `state`, bit for bit."""
    found = _core.checkpoint_tensors(str(path))
    want = {n: (str(t.dtype).removeprefix("torch."), tuple(t.shape)) for n, t in state.items()}
    assert found == want
    for name, tensor in state.items():
        tensor = tensor.detach()
        if tensor.dtype is torch.bfloat16:
            tensor = tensor.contiguous().view(torch.int16).numpy().view(np.uint16)
        np.testing.assert_array_equal(_core.checkpoint_tensor(str(path), name), np.asarray(tensor))


WRITERS = {
    "zip": {},
    "zip, protocol 3": {"pickle_protocol": 3},
    "zip, protocol 4": {"pickle_protocol": 4},
    "zip, protocol 5": {"pickle_protocol": 5},
    "legacy": {"_use_new_zipfile_serialization": False},
    "legacy, protocol 4": {"_use_new_zipfile_serialization": False, "pickle_protocol": 4},
}
WRAPPINGS = {
    "bare": lambda state: state,
    "dict": dict,
    "model": lambda state: {"model": state, **beside()},
    "state_dict": lambda state: {**beside(), "state_dict": state},
    "nested": lambda state: {**beside(), "model": {"state_dict": state, "version": 2}},
    "data parallel": lambda state: {
        "state_dict": OrderedDict((f"module.{n}", t) for n, t in state.items())
    },
    "among other things": lambda state: {"epoch": 3, **state, "names": ["a", "b"]},
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("writer", WRITERS)
def test_what_torch_saves_is_read_bit_for_bit(writer, wrapping, tmp_path):
    state = numbers()
    path = tmp_path / "weights.anything"
    torch.save(WRAPPINGS[wrapping](state), path, **WRITERS[writer])
    same(path, state)


def test_a_state_dict_with_torchs_own_attributes_is_read(tmp_path):
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    assert model.state_dict()._metadata  # torch.save keeps it as state of the OrderedDict
    torch.save(model.state_dict(), tmp_path / "model.pt")
    same(tmp_path / "model.pt", model.state_dict())


def test_tensors_are_views_of_the_file(tmp_path):
    torch.save({"x": torch.arange(6.0)}, tmp_path / "x.pt")
    array = _core.checkpoint_tensor(str(tmp_path / "x.pt"), "x")
    assert not array.flags.owndata and not array.flags.writeable
    assert array.ctypes.data % 64 == 0  # torch aligns its storages so, which a copy would not be


@pytest.mark.parametrize("writer", ["zip", "legacy"])
def test_lists_of_text_beside_the_tensors_are_kept(writer, tmp_path):
    tags = ["1girl", "solo", "rating:safe", "日本語", ""]
    state = {"n_Conv_0.weight": torch.randn(2, 3), "tags": tags, "mixed": ["a", 1], "none": []}
    torch.save(state, tmp_path / "model.pt", **WRITERS[writer])
    assert _core.checkpoint_text_lists(str(tmp_path / "model.pt")) == {"tags": tags}
    torch.save({"model": {"w": torch.ones(1)}, "tags": tuple(tags)}, tmp_path / "outer.pt")
    assert _core.checkpoint_text_lists(str(tmp_path / "outer.pt")) == {"tags": tags}


def test_zip64_records_are_followed(tmp_path, monkeypatch):
    state = numbers()
    torch.save(state, tmp_path / "plain.pt")
    # Python's zipfile writes the records of archives beyond 4 GB and 65535 entries.
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 10)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    with (
        zipfile.ZipFile(tmp_path / "plain.pt") as plain,
        zipfile.ZipFile(tmp_path / "wide.pt", "w", zipfile.ZIP_STORED) as wide,
    ):
        for name in plain.namelist():
            with wide.open(name, "w", force_zip64=True) as out:
                out.write(plain.read(name))
        wide.comment = b"packed anew"
    content = (tmp_path / "wide.pt").read_bytes()
    assert b"PK\6\6" in content and b"PK\6\7" in content
    same(tmp_path / "wide.pt", state)


def test_numbers_that_are_not_read_are_named(tmp_path):
    for dtype in (torch.complex64, torch.uint16, torch.float8_e4m3fn):
        torch.save({"odd": torch.zeros(2, dtype=dtype)}, tmp_path / "odd.pt")
        with pytest.raises(i2p.CheckpointError, match="read are float64, float32"):
            _core.checkpoint_tensors(str(tmp_path / "odd.pt"))


@pytest.mark.parametrize(
    "content, what",
    [
        (torch.ones(3), "Python object"),
        ([torch.ones(3)], "a list"),
        ({"a": 1}, "a dict without tensors"),
        (7, "a single value"),
        (torch.nn.Linear(2, 2), "'torch.nn.modules.linear.Linear'"),
    ],
)
@pytest.mark.parametrize("writer", ["zip", "legacy"])
def test_what_is_no_state_dict_is_named(content, what, writer, tmp_path):
    torch.save(content, tmp_path / "other.pt", **WRITERS[writer])
    with pytest.raises(i2p.CheckpointError, match="save the model's state_dict") as caught:
        _core.checkpoint_tensors(str(tmp_path / "other.pt"))
    assert what in str(caught.value)


class Block(torch.nn.Module):
    """A module with attributes of every kind that TorchScript keeps."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = torch.nn.Linear(4, 4)
        self.layers = torch.nn.ModuleList([torch.nn.Linear(4, 4, bias=False) for _ in range(3)])
        self.scale = torch.nn.Parameter(torch.tensor(0.5).half())
        self.register_buffer("steps", torch.arange(3))
        self.names, self.ratio, self.table = ["a", "b"], 0.5, {"x": 1}

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.linear(x) * self.scale.float() + len(self.names) + self.ratio + self.table["x"]
        for layer in self.layers:
            x = layer(x)
        return x


@pytest.mark.parametrize("how", ["script", "trace"])
def test_torchscript_archives_give_their_parameters(how, tmp_path):
    torch.manual_seed(0)
    model = torch.nn.Sequential(Block(), torch.nn.Tanh(), Block()).eval()
    if how == "trace":
        scripted = torch.jit.trace(model, torch.ones(1, 4))
    else:
        scripted = torch.jit.script(model)
    torch.jit.save(scripted, tmp_path / "model.pt")
    same(tmp_path / "model.pt", model.state_dict())


def test_a_torchscript_archive_of_other_things_is_refused(tmp_path):
    torch.jit.save(torch.jit.script(torch.nn.Tanh()), tmp_path / "empty.pt")
    with pytest.raises(i2p.CheckpointError, match="without parameters"):
        _core.checkpoint_tensors(str(tmp_path / "empty.pt"))


@pytest.mark.parametrize("safe", [True, False])
def test_shards_are_read_through_their_index(safe, tmp_path):
    from transformers import CLIPTextConfig, CLIPTextModel

    torch.manual_seed(0)
    config = CLIPTextConfig(
        vocab_size=99, hidden_size=32, intermediate_size=64, num_hidden_layers=3,
        num_attention_heads=2, max_position_embeddings=20, projection_dim=16,
    )  # fmt: skip
    model = CLIPTextModel(config)
    model.save_pretrained(tmp_path, max_shard_size="40KB", safe_serialization=safe)
    index = next(tmp_path.glob("*.index.json"))
    assert len(set(json.loads(index.read_text())["weight_map"].values())) > 2
    same(index, model.state_dict())


@pytest.mark.parametrize(
    "name", ["../outside.safetensors", "/etc/passwd", "a/../../outside.safetensors", "", "..",
             "C:\\x", "..\\outside.safetensors", "a\0b"],
)  # fmt: skip
def test_a_shard_outside_the_folder_is_refused(name, tmp_path):
    save_file({"x": torch.ones(1)}, tmp_path / "outside.safetensors")
    folder = tmp_path / "model"
    folder.mkdir()
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"x": name}}))
    with pytest.raises(i2p.CheckpointError, match="outside the index's folder"):
        _core.checkpoint_tensors(str(index))


def test_an_index_that_disagrees_with_its_shards_is_refused(tmp_path):
    save_file({"x": torch.ones(1)}, tmp_path / "a.safetensors")
    index = tmp_path / "model.safetensors.index.json"
    for weight_map, message in (
        ({"y": "a.safetensors"}, "'y' is not in"),
        ({"x": "b.safetensors"}, "b.safetensors: No such file"),
        ({"x": 1}, "in no named file"),
        ({"x": index.name}, "unknown layout"),
        ([], "without a weight_map"),
    ):
        index.write_text(json.dumps({"weight_map": weight_map}))
        with pytest.raises(i2p.CheckpointError, match=message):
            _core.checkpoint_tensors(str(index))
