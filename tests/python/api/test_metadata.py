"""read_metadata on files as Pillow and piexif write them, and on what is no picture."""

from __future__ import annotations

import json
import os
import re
import struct
from pathlib import Path

import pytest

import img2prompt as i2p

PIL = pytest.importorskip("PIL")
from PIL import GifImagePlugin, Image, PngImagePlugin, features  # noqa: E402

INFOTEXT = (
    "a cat, (red:1.2)\nNegative prompt: dog\n"
    'Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x768, Hires prompt: "a, b"'
)
SETTINGS = {
    "Steps": "20",
    "Sampler": "Euler a",
    "CFG scale": "7",
    "Seed": "1",
    "Size": "512x768",
    "Hires prompt": "a, b",
}
USER_COMMENT = 0x9286
EXIF_DIRECTORY = 0x8769


def need_avif() -> None:
    if not features.check("avif"):
        pytest.skip("this Pillow writes no AVIF")


def picture() -> Image.Image:
    return Image.radial_gradient("L").resize((48, 32)).convert("RGB")


def exif_with_comment(text: str) -> Image.Exif:
    """As piexif.helper.UserComment.dump(text, "unicode"): UTF-16, big-endian."""
    exif = Image.Exif()
    exif.get_ifd(EXIF_DIRECTORY)[USER_COMMENT] = b"UNICODE\0" + text.encode("utf-16-be")
    return exif


def save(path: Path, text: str, **options) -> Path:
    """A file of that suffix with `text` where the WebUI puts it."""
    if path.suffix == ".png":
        info = PngImagePlugin.PngInfo()
        info.add_text("parameters", text, zip=options.pop("zip", False))
        picture().save(path, pnginfo=info, **options)
    elif path.suffix == ".gif":
        picture().save(path, comment=text.encode(), **options)
    else:
        picture().save(path, exif=exif_with_comment(text).tobytes(), **options)
    return path


def check_webui(metadata: i2p.Metadata, text: str = INFOTEXT) -> None:
    assert metadata.generator == "a1111"
    assert metadata.prompt == "a cat, (red:1.2)"
    assert metadata.negative_prompt == "dog"
    assert metadata.settings == SETTINGS
    assert list(metadata.settings) == list(SETTINGS)
    assert metadata.infotext == text
    assert (metadata.width, metadata.height) == (48, 32)
    assert metadata.warnings == []


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif", "a.avif"])
def test_webui_text_as_pillow_writes_it(tmp_path, name):
    if name == "a.avif":
        need_avif()
    path = save(tmp_path / name, INFOTEXT)
    metadata = i2p.read_metadata(path)
    check_webui(metadata)
    assert metadata.container == {"jpg": "jpeg"}.get(name[2:], name[2:])


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.gif", "a.avif"])
def test_unicode_text_as_pillow_writes_it(tmp_path, name):
    if name == "a.avif":
        need_avif()
    text = "猫, café, 😀 \u2028 κόσμος\nNegative prompt: собака\nSteps: 1, Seed: 2, Model: 模型"
    metadata = i2p.read_metadata(save(tmp_path / name, text))
    assert metadata.infotext == text
    assert metadata.negative_prompt == "собака"
    assert metadata.settings["Model"] == "模型"


@pytest.mark.parametrize("size", [(1, 1), (48, 32), (300, 7)])
@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "bmp", "tiff", "avif"])
def test_size_and_container_are_pillows(tmp_path, suffix, size):
    path = tmp_path / f"a.{suffix}"
    if suffix == "avif":
        need_avif()
    Image.new("RGB", size, "teal").save(path)
    metadata = i2p.read_metadata(path)
    assert (metadata.width, metadata.height) == size
    assert metadata.container == {"jpg": "jpeg"}.get(suffix, suffix)
    assert metadata.warnings == []


@pytest.mark.parametrize("options", [{"lossless": True}, {"lossless": False}])
def test_webp_without_extended_header(tmp_path, options):
    path = tmp_path / "a.webp"
    picture().save(path, **options)
    assert (i2p.read_metadata(path).width, i2p.read_metadata(path).height) == (48, 32)


def test_pillows_compressed_and_international_text(tmp_path):
    check_webui(i2p.read_metadata(save(tmp_path / "z.png", INFOTEXT, zip=True)))
    for compressed in (False, True):
        info = PngImagePlugin.PngInfo()
        info.add_itxt("parameters", INFOTEXT, "en", "Parameter", zip=compressed)
        picture().save(tmp_path / "i.png", pnginfo=info)
        metadata = i2p.read_metadata(tmp_path / "i.png")
        check_webui(metadata)
        assert metadata.fields == [("iTXt", "parameters", INFOTEXT)]


def test_text_after_the_pixels(tmp_path):
    raw = save(tmp_path / "a.png", INFOTEXT).read_bytes()
    start = raw.index(b"tEXt") - 4
    end = start + 12 + struct.unpack(">I", raw[start : start + 4])[0]
    late = raw[:start] + raw[end:-12] + raw[start:end] + raw[-12:]
    check_webui(i2p.read_metadata(late))


def test_exif_in_a_png(tmp_path):
    picture().save(tmp_path / "a.png", exif=exif_with_comment(INFOTEXT).tobytes())
    check_webui(i2p.read_metadata(tmp_path / "a.png"))


def test_animated_gif_and_its_comment(tmp_path):
    frames = [picture(), picture().rotate(90)]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], comment=INFOTEXT.encode())
    check_webui(i2p.read_metadata(path))
    assert GifImagePlugin.GifImageFile(path).n_frames == 2


@pytest.mark.parametrize("module", ["pillow_heif", "pillow_jxl"])
def test_heif_and_jpeg_xl_as_pillows_plugins_write_them(tmp_path, module):
    plugin = pytest.importorskip(module)
    if module == "pillow_heif":
        plugin.register_heif_opener()
    path = save(tmp_path / ("a.heic" if module == "pillow_heif" else "a.jxl"), INFOTEXT)
    metadata = i2p.read_metadata(path)
    check_webui(metadata)
    assert metadata.container == ("heif" if module == "pillow_heif" else "jxl")


def test_piexif_writes_what_is_read(tmp_path):
    piexif = pytest.importorskip("piexif")
    helper = pytest.importorskip("piexif.helper")
    for encoding in ("unicode", "ascii"):
        comment = helper.UserComment.dump(INFOTEXT, encoding=encoding)
        exif = piexif.dump({"Exif": {piexif.ExifIFD.UserComment: comment}})
        picture().save(tmp_path / "a.jpg", exif=exif)
        check_webui(i2p.read_metadata(tmp_path / "a.jpg"))


def test_no_record_is_a_value(tmp_path):
    picture().save(tmp_path / "a.png")
    metadata = i2p.read_metadata(str(tmp_path / "a.png"))
    assert metadata.to_dict() == {
        "container": "png",
        "width": 48,
        "height": 32,
        "generator": None,
        "prompt": "",
        "negative_prompt": "",
        "settings": {},
        "infotext": None,
        "fields": [],
        "warnings": [],
        "provenance": None,
    }


def test_to_dict_is_json(tmp_path):
    metadata = i2p.read_metadata(save(tmp_path / "a.png", INFOTEXT))
    record = json.loads(json.dumps(metadata.to_dict()))
    assert record["fields"] == [["tEXt", "parameters", INFOTEXT]]
    assert record["settings"] == SETTINGS
    assert record["prompt"] == metadata.prompt


def test_bytes_of_every_kind_are_read_as_the_file(tmp_path):
    raw = save(tmp_path / "a.jpg", INFOTEXT).read_bytes()
    for source in (raw, bytearray(raw), memoryview(raw)):
        check_webui(i2p.read_metadata(source))


def test_content_decides_not_the_name(tmp_path):
    path = save(tmp_path / "a.jpg", INFOTEXT)
    assert i2p.read_metadata(path.rename(tmp_path / "b.png")).container == "jpeg"


@pytest.mark.parametrize(
    "content", [b"", b"hello", os.urandom(64).join([b"\xa7" * 2000] * 2), b"<svg></svg>"]
)
def test_what_is_no_picture_is_refused_in_one_line_with_its_name(tmp_path, content):
    path = tmp_path / "fake.png"
    path.write_bytes(content)
    with pytest.raises(i2p.MetadataError) as caught:
        i2p.read_metadata(path)
    assert "fake.png" in str(caught.value) and "\n" not in str(caught.value)
    with pytest.raises(i2p.MetadataError):
        i2p.read_metadata(content)


def test_files_that_cannot_be_opened_are_named(tmp_path):
    with pytest.raises(i2p.Error, match="nope.png"):
        i2p.read_metadata(tmp_path / "nope.png")
    with pytest.raises(i2p.Error, match=f"{re.escape(str(tmp_path))}: Is a directory"):
        i2p.read_metadata(tmp_path)


@pytest.mark.skipif(os.name == "nt", reason="such names do not exist there")
def test_a_name_that_is_not_utf8(tmp_path):
    path = os.fsencode(tmp_path) + b"/\xff\xfe.png"
    with pytest.raises(i2p.Error, match="No such file"):
        i2p.read_metadata(os.fsdecode(path))
    save(tmp_path / "a.png", INFOTEXT)
    os.rename(tmp_path / "a.png", path)
    check_webui(i2p.read_metadata(os.fsdecode(path)))


def test_a_cut_picture_keeps_its_text_with_a_warning(tmp_path):
    raw = save(tmp_path / "a.png", INFOTEXT).read_bytes()
    metadata = i2p.read_metadata(raw[: len(raw) // 2])
    assert metadata.infotext == INFOTEXT
    assert len(metadata.warnings) >= 1


def test_a_wrong_checksum_is_read_with_a_warning(tmp_path):
    raw = bytearray(save(tmp_path / "a.png", INFOTEXT).read_bytes())
    length = raw.index(b"tEXt") - 4
    end = length + 8 + struct.unpack(">I", raw[length : length + 4])[0]
    raw[end] ^= 1
    with pytest.raises(SyntaxError):  # Pillow gives up on the whole file
        PngImagePlugin.PngImageFile(__import__("io").BytesIO(bytes(raw))).load()
    metadata = i2p.read_metadata(bytes(raw))
    assert metadata.infotext == INFOTEXT
    assert "checksum" in metadata.warnings[0]
