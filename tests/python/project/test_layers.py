"""The rooms keep to the map, and the check that says so can fail."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def load_check():
    spec = importlib.util.spec_from_file_location(
        "check_layers", ROOT / "scripts/dev/check_layers.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_rooms_keep_to_the_map():
    assert load_check().breaches(ROOT) == []


def test_a_breach_is_found(tmp_path):
    room = tmp_path / "cpp" / "image"
    room.mkdir(parents=True)
    (room / "a.cpp").write_text('#include "nn/layers.h"\n#include <ATen/core/Tensor.h>\n')
    assert len(load_check().breaches(tmp_path)) == 2
