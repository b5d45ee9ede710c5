"""read_metadata on what cameras and photo programs write, as Pillow and piexif write it."""

from __future__ import annotations

import pytest

import img2prompt as i2p

PIL = pytest.importorskip("PIL")
from PIL import Image, TiffImagePlugin  # noqa: E402

piexif = pytest.importorskip("piexif")

CAMERA = {
    "0th": {
        piexif.ImageIFD.Make: "Nikon",
        piexif.ImageIFD.Model: "D850",
        piexif.ImageIFD.Orientation: 8,
    },
    "Exif": {
        piexif.ExifIFD.ExposureTime: (1, 125),
        piexif.ExifIFD.FNumber: (56, 10),
        piexif.ExifIFD.ISOSpeedRatings: 100,
        piexif.ExifIFD.FocalLength: (85, 1),
        piexif.ExifIFD.LensModel: "85mm f/1.8",
        piexif.ExifIFD.DateTimeOriginal: "2024:05:06 07:08:09",
    },
    "GPS": {
        piexif.GPSIFD.GPSLatitudeRef: "S",
        piexif.GPSIFD.GPSLatitude: ((33, 1), (51, 1), (3108, 100)),
        piexif.GPSIFD.GPSLongitudeRef: "E",
        piexif.GPSIFD.GPSLongitude: ((151, 1), (12, 1), (5076, 100)),
    },
}
READ = {
    "Make": "Nikon",
    "Model": "D850",
    "Orientation": "Rotate 270 CW",
    "ExposureTime": "1/125 s",
    "FNumber": "f/5.6",
    "ISOSpeedRatings": "100",
    "FocalLength": "85 mm",
    "LensModel": "85mm f/1.8",
    "DateTimeOriginal": "2024:05:06 07:08:09",
    "GPSLatitude": "33.858633 S",
    "GPSLongitude": "151.214100 E",
}


def exif_fields(metadata: i2p.Metadata) -> dict[str, str]:
    return {key: value for source, key, value in metadata.fields if source == "EXIF"}


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp"])
def test_camera_settings_as_piexif_writes_them(tmp_path, name):
    Image.new("RGB", (48, 32)).save(tmp_path / name, exif=piexif.dump(CAMERA))
    metadata = i2p.read_metadata(tmp_path / name)
    assert exif_fields(metadata) == READ
    assert metadata.warnings == []
    assert metadata.generator is None


@pytest.mark.parametrize("big", [False, True])
def test_tiff_as_pillow_writes_it(tmp_path, big):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[0x010E] = "a description"
    tags[0x0131] = "a program"
    path = tmp_path / "a.tif"
    Image.new("RGB", (48, 32)).save(path, tiffinfo=tags, big_tiff=big)
    assert path.read_bytes()[2] == (43 if big else 42)
    metadata = i2p.read_metadata(path)
    assert (metadata.container, metadata.width, metadata.height) == ("tiff", 48, 32)
    assert exif_fields(metadata) == {"ImageDescription": "a description", "Software": "a program"}
