"""The checkpoints the host knows, by title."""

from types import SimpleNamespace

checkpoints_list = {
    "sd/renamed.safetensors [6ce0161689]": SimpleNamespace(
        name="sd/renamed.safetensors", sha256="6ce0161689" + "0" * 54, shorthash="6ce0161689"
    )
}
