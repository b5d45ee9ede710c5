"""strip_metadata and write_metadata: what Pillow and piexif make of the copies."""

from __future__ import annotations

import gzip
import io
import struct
import zlib

import numpy as np
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


def hide(image: Image.Image, text: str, place: str, tail: bytes = b"") -> Image.Image:
    """The text in the lowest bits, column by column, as NovelAI, Forge and SwarmUI write it."""
    compressed = place.endswith("comp")
    payload = gzip.compress(text.encode()) if compressed else text.encode()
    raw = f"stealth_{place}".encode() + struct.pack(">I", len(payload) * 8) + payload + tail
    bits = [byte >> shift & 1 for byte in raw for shift in range(7, -1, -1)]
    channels = [3] if place.startswith("png") else [0, 1, 2]
    samples = np.array(image)
    columns = samples[..., channels].transpose(1, 0, 2).reshape(-1)
    columns[: len(bits)] = columns[: len(bits)] & 0xFE | bits
    height, width = samples.shape[:2]
    samples[..., channels] = columns.reshape(width, height, len(channels)).transpose(1, 0, 2)
    return Image.fromarray(samples)


def noise(mode: str, opaque: bool) -> Image.Image:
    samples = np.random.default_rng(5).integers(0, 256, (64, 96, len(mode)), dtype=np.uint8)
    if opaque and mode == "RGBA":
        samples[..., 3] = 255
    return Image.fromarray(samples, mode)


def assert_taken_out(original: bytes, stripped: bytes, hidden_bits: int, place: str) -> None:
    """Nothing but the lowest bits of the record's samples differs."""
    with Image.open(io.BytesIO(original)) as before, Image.open(io.BytesIO(stripped)) as after:
        assert after.mode == before.mode
        old, new = np.array(before), np.array(after)
    assert (old >> 1 == new >> 1).all()
    changed = (old != new).transpose(1, 0, 2)
    if place.startswith("png"):
        assert not changed[..., :3].any()
        assert changed[..., 3].reshape(-1)[hidden_bits:].sum() == 0
    else:
        assert changed[..., :3].reshape(-1)[hidden_bits:].sum() == 0
        assert not changed[..., 3:].any()
    metadata = i2p.read_metadata(stripped, hidden="always")
    assert metadata.infotext is None and metadata.fields == []
    assert metadata.warnings == []


@pytest.mark.parametrize("options", [("png", {}), ("webp", {"lossless": True, "exact": True})])
@pytest.mark.parametrize("place", ["pnginfo", "pngcomp", "rgbinfo", "rgbcomp"])
@pytest.mark.parametrize("opaque", [True, False])
def test_strip_takes_hidden_records_out(options, place, opaque):
    suffix, options = options
    modes = ["RGBA"] if place.startswith("png") else ["RGB", "RGBA"]
    for mode in modes:
        image = hide(noise(mode, opaque), INFOTEXT, place)
        file = io.BytesIO()
        image.save(file, suffix, **options)
        content = file.getvalue()
        assert i2p.read_metadata(content).infotext == INFOTEXT
        size = len(gzip.compress(INFOTEXT.encode()) if "comp" in place else INFOTEXT.encode())
        assert_taken_out(content, i2p.strip_metadata(content), 8 * (size + 19), place)


def test_strip_takes_a_hidden_record_out_of_a_lossy_webps_alpha():
    image = picture("RGBA")
    image.putalpha(255)
    hidden = hide(image, INFOTEXT, "pngcomp")
    file = io.BytesIO()
    hidden.save(file, "webp", quality=80, icc_profile=PROFILE)
    content = file.getvalue()
    assert i2p.read_metadata(content).infotext == INFOTEXT
    stripped = i2p.strip_metadata(content)
    with Image.open(io.BytesIO(content)) as before, Image.open(io.BytesIO(stripped)) as after:
        assert (np.array(before)[..., :3] == np.array(after)[..., :3]).all()
        assert (np.array(after.convert("RGBA"))[..., 3] == 255).all()
        assert after.info["icc_profile"] == PROFILE
    assert i2p.read_metadata(stripped, hidden="always").fields == []


def test_strip_takes_the_correcting_code_and_several_records_out():
    code = struct.pack(">I", 80 * 8) + b"correcting" * 8
    image = hide(noise("RGBA", True), INFOTEXT, "pngcomp", code)
    content = io.BytesIO()
    hide(image, INFOTEXT, "rgbinfo").save(content, "png")
    with Image.open(io.BytesIO(i2p.strip_metadata(content.getvalue()))) as stripped:
        samples = np.array(stripped)
    assert (samples[..., 3] == 255).all()
    assert (samples[0, :, :3] & 1 == 0)[:4].all()


def test_strip_takes_a_damaged_hidden_record_out_whole():
    """A length that cannot be true leaves no bit that may be the record's."""
    image = hide(noise("RGBA", True), "x", "pnginfo")
    samples = np.array(image)
    columns = samples[..., 3].T.reshape(-1)
    columns[120:152] |= 1
    samples[..., 3] = columns.reshape(96, 64).T
    content = io.BytesIO()
    Image.fromarray(samples).save(content, "png")
    with Image.open(io.BytesIO(i2p.strip_metadata(content.getvalue()))) as stripped:
        assert (np.array(stripped)[..., 3] == 255).all()


def test_a_png_of_every_filter_and_interlaced_ones_keep_their_pixels():
    image = hide(noise("RGBA", True), INFOTEXT, "pngcomp")
    for interlaced in (False, True):
        content = filtered_png(np.array(image), interlaced)
        assert i2p.read_metadata(content).infotext == INFOTEXT
        size = len(gzip.compress(INFOTEXT.encode()))
        assert_taken_out(content, i2p.strip_metadata(content), 8 * (size + 19), "pngcomp")


def filtered_png(samples: np.ndarray, interlaced: bool) -> bytes:
    """Rows whose filters take turns; Pillow writes neither those nor interlaced files."""
    adam7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]
    passes = [*adam7, (0, 1, 1, 2)] if interlaced else [(0, 0, 1, 1)]
    rows = b""
    for x, y, x_step, y_step in passes:
        part = samples[y::y_step, x::x_step].astype(int)
        above = np.zeros_like(part[0])
        for index, row in enumerate(part):
            left = np.vstack([np.zeros((1, 4), int), row[:-1]])
            corner = np.vstack([np.zeros((1, 4), int), above[:-1]])
            estimate = left + above - corner
            distances = [abs(estimate - left), abs(estimate - above), abs(estimate - corner)]
            nearest = np.argmin(distances, axis=0)
            paeth = np.choose(nearest, [left, above, corner])
            kinds = [np.zeros_like(row), left, above, (left + above) // 2, paeth]
            kind = index % 5
            rows += bytes([kind]) + ((row - kinds[kind]) % 256).astype(np.uint8).tobytes()
            above = row

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    height, width = samples.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
