"""strip_metadata and write_metadata: what Pillow and piexif make of the copies."""

from __future__ import annotations

import io
import struct

import pytest

import img2prompt as i2p

PIL = pytest.importorskip("PIL")
piexif = pytest.importorskip("piexif")
piexif_helper = pytest.importorskip("piexif.helper")
from PIL import Image, ImageCms, PngImagePlugin  # noqa: E402

INFOTEXT = "a cat, 猫 😀\nNegative prompt: café\nSteps: 20, Sampler: Euler a, Seed: 1, Size: 64x48"
OTHER = "a dog\nSteps: 3, Seed: 4, Model: n"
USER_COMMENT, ORIENTATION, EXIF_DIRECTORY = 0x9286, 0x0112, 0x8769
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def picture(mode: str = "RGB") -> Image.Image:
    image = Image.radial_gradient("L").resize((64, 48))
    return Image.merge("RGBA", [image, image.rotate(90), image.rotate(180), image]).convert(mode)


def exif(orientation: int = 1, comment: str = "Steps: 1, Seed: 2, Model: old") -> bytes:
    block = Image.Exif()
    block[ORIENTATION] = orientation
    block[0x010F] = "Maker"
    block.get_ifd(EXIF_DIRECTORY)[USER_COMMENT] = b"UNICODE\0" + comment.encode("utf-16-be")
    block.get_ifd(EXIF_DIRECTORY)[0x829A] = 0.004
    return block.tobytes()


def save(suffix: str, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    picture(mode).save(file, suffix, **options)
    return file.getvalue()


def with_everything(suffix: str) -> bytes:
    """A file with every record that Pillow can write into it."""
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>secret</x:xmpmeta>"
    if suffix == "png":
        info = PngImagePlugin.PngInfo()
        info.add_text("parameters", "secret")
        info.add_itxt("prompt", "secret", zip=True)
        info.add(b"caBX", b"secret")
        info.add(b"prVt", b"secret", after_idat=True)
        return save("png", pnginfo=info, exif=exif(6), icc_profile=PROFILE, dpi=(300, 300)) + b"x"
    if suffix == "gif":
        return save("gif", comment=b"secret")
    extra = {"comment": b"secret"} if suffix == "jpeg" else {}
    return save(suffix, exif=exif(6), icc_profile=PROFILE, xmp=xmp, **extra)


def pixels(content: bytes) -> list[bytes]:
    """Every frame's samples as stored, and how long it is shown."""
    frames = []
    with Image.open(io.BytesIO(content)) as image:
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            frames.append(image.convert("RGBA").tobytes())
            frames.append(str(image.info.get("duration")).encode())
    return frames


@pytest.mark.parametrize("suffix", ["png", "jpeg", "webp", "gif"])
def test_strip_leaves_pixels_profile_and_orientation(suffix):
    content = with_everything(suffix)
    stripped = i2p.strip_metadata(content)
    assert pixels(stripped) == pixels(content)
    assert b"secret" not in stripped and b"Maker" not in stripped
    metadata = i2p.read_metadata(stripped)
    assert metadata.warnings == []
    with Image.open(io.BytesIO(stripped)) as image:
        if suffix == "gif":
            assert metadata.fields == []
        else:
            assert dict(image.getexif()) == {ORIENTATION: 6}
            assert image.info["icc_profile"] == PROFILE
        assert not {"parameters", "prompt", "comment", "xmp"} & set(image.info)
        if suffix == "png":
            assert image.info["dpi"][0] == pytest.approx(300, abs=0.01)


@pytest.mark.parametrize("suffix", ["png", "jpeg", "webp", "gif", "bmp"])
def test_strip_of_a_file_without_records_is_the_file(suffix):
    content = save(suffix)
    assert i2p.strip_metadata(content) == content


@pytest.mark.parametrize("suffix", ["png", "webp", "gif"])
def test_animations_stay(suffix):
    frames = [picture().rotate(45 * i) for i in range(4)]
    file = io.BytesIO()
    frames[0].save(file, suffix, save_all=True, append_images=frames[1:], duration=[40, 80, 40, 90])
    content = file.getvalue()
    assert len(pixels(content)) == 8
    assert pixels(i2p.strip_metadata(content)) == pixels(content)
    written = i2p.write_metadata(content, INFOTEXT)
    assert pixels(written) == pixels(content)
    assert i2p.read_metadata(written).infotext == INFOTEXT
    assert pixels(i2p.strip_metadata(written)) == pixels(content)


def webui_reads(content: bytes) -> str | None:
    """As the WebUI's images.read_info_from_image takes the text out of a file."""
    with Image.open(io.BytesIO(content)) as image:
        items = dict(image.info)
        text = items.pop("parameters", None)
        if "exif" in items:
            try:
                loaded = piexif.load(items["exif"])
            except OSError:
                loaded = {}
            comment = loaded.get("Exif", {}).get(piexif.ExifIFD.UserComment, b"")
            try:
                comment = piexif_helper.UserComment.load(comment)
            except ValueError:
                comment = comment.decode("utf8", errors="ignore")
            text = comment or text
        elif "comment" in items:
            text = items["comment"].decode("utf8", errors="ignore")
        return text


@pytest.mark.parametrize("suffix", ["png", "jpeg", "webp", "gif"])
@pytest.mark.parametrize("text", [INFOTEXT, "plain\nSteps: 1, Seed: 2, Model: m", "é " + INFOTEXT])
def test_write_is_read_back_by_the_webuis_reader(suffix, text):
    for content in (save(suffix), with_everything(suffix)):
        written = i2p.write_metadata(content, text)
        assert webui_reads(written) == text
        assert i2p.read_metadata(written).infotext == text
        assert pixels(written) == pixels(content)
        again = i2p.write_metadata(written, OTHER)
        assert webui_reads(again) == OTHER
        assert text.encode() not in again and text.encode("utf-16-be") not in again


@pytest.mark.parametrize("suffix", ["jpeg", "webp"])
def test_write_keeps_other_exif(suffix):
    written = i2p.write_metadata(save(suffix, exif=exif(6)), INFOTEXT)
    with Image.open(io.BytesIO(written)) as image:
        block = image.getexif()
        assert block[ORIENTATION] == 6 and block[0x010F] == "Maker"
        assert block.get_ifd(EXIF_DIRECTORY)[0x829A] == pytest.approx(0.004)
    assert "Model: old".encode("utf-16-be") not in written


@pytest.mark.parametrize("tail", ["", "猫"])
def test_png_text_is_as_pillow_would_write_it(tail):
    text = "café\nSteps: 1, Seed: 2, Model: m" + tail
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", text)
    assert i2p.write_metadata(save("png"), text) == save("png", pnginfo=info)


def test_png_text_that_would_be_read_as_utf8_is_written_as_utf8():
    text = "Ã©\nSteps: 1, Seed: 2, Model: m"
    written = i2p.write_metadata(save("png"), text)
    assert b"iTXt" in written
    assert webui_reads(written) == i2p.read_metadata(written).infotext == text


@pytest.mark.parametrize("suffix", ["png", "jpeg", "webp", "gif"])
def test_long_texts(suffix):
    """Beyond one segment of a JPEG, which holds 64 KiB."""
    text = "cat, " * 60_000 + "\nSteps: 1, Seed: 2, Model: m"
    written = i2p.write_metadata(save(suffix), text)
    assert i2p.read_metadata(written).infotext == text
    assert webui_reads(written) == text


@pytest.mark.parametrize(
    ("mode", "options"), [("RGB", {}), ("RGBA", {}), ("RGBA", {"lossless": True})]
)
def test_webp_without_an_extended_header_gets_one(mode, options):
    content = save("webp", mode, **options)
    written = i2p.write_metadata(content, INFOTEXT)
    assert written[12:16] == b"VP8X"
    assert struct.unpack("<I", written[4:8])[0] + 8 == len(written)
    assert webui_reads(written) == INFOTEXT
    with Image.open(io.BytesIO(written)) as image:
        assert image.mode == mode
    assert pixels(written) == pixels(content)


def test_another_generators_record_does_not_hide_what_was_written():
    info = PngImagePlugin.PngInfo()
    info.add_text("Software", "NovelAI")
    info.add_text("Description", "another")
    written = i2p.write_metadata(save("png", pnginfo=info), INFOTEXT)
    assert i2p.read_metadata(written).infotext == INFOTEXT
    assert b"another" not in written
    kept = PngImagePlugin.PngInfo()
    kept.add_text("Author", "somebody")
    assert b"somebody" in i2p.write_metadata(save("png", pnginfo=kept), INFOTEXT)


@pytest.mark.parametrize("suffix", ["png", "jpeg", "webp", "gif"])
def test_a_cut_file_is_refused(suffix):
    content = with_everything(suffix)
    for size in (20, len(content) // 2, len(content) - 4):
        for edit in (i2p.strip_metadata, lambda source: i2p.write_metadata(source, INFOTEXT)):
            with pytest.raises(i2p.MetadataError, match="the bytes"):
                edit(content[:size])


def test_what_cannot_be_written_is_refused_by_name(tmp_path):
    with pytest.raises(i2p.InvalidArgument, match="infotext"):
        i2p.write_metadata(save("png"), "")
    with pytest.raises(i2p.InvalidArgument, match="NUL"):
        i2p.write_metadata(save("png"), "a\0b")
    with pytest.raises(i2p.MetadataError, match="bmp"):
        i2p.write_metadata(save("bmp"), INFOTEXT)
    with pytest.raises(i2p.MetadataError, match="not a picture"):
        i2p.strip_metadata(b"hello")
    with pytest.raises(i2p.Error, match="nope"):
        i2p.strip_metadata(tmp_path / "nope.png")
