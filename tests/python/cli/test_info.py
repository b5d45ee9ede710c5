"""What `info` prints of cameras and of provenance, beside the generator's record."""

import json

import pytest

PIL = pytest.importorskip("PIL")
piexif = pytest.importorskip("piexif")
from PIL import Image, PngImagePlugin  # noqa: E402

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
XMP = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    f'Iptc4xmpExt:DigitalSourceType="{TRAINED}"/></rdf:RDF>'
)


@pytest.fixture
def photograph(tmp_path):
    exif = {
        "0th": {piexif.ImageIFD.Make: "Nikon", piexif.ImageIFD.Model: "D850"},
        "Exif": {piexif.ExifIFD.ExposureTime: (1, 125), piexif.ExifIFD.ISOSpeedRatings: 100},
    }
    Image.new("RGB", (48, 32)).save(tmp_path / "a.jpg", exif=piexif.dump(exif))
    return tmp_path / "a.jpg"


@pytest.fixture
def marked(tmp_path):
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", XMP)
    Image.new("RGB", (48, 32)).save(tmp_path / "a.png", pnginfo=text)
    return tmp_path / "a.png"


def test_a_cameras_settings_are_shown(command, photograph):
    lines = command("info", photograph).stdout.splitlines()
    start = lines.index("Camera:")
    assert [line.split(None, 1) for line in lines[start + 1 : start + 5]] == [
        ["Make", "Nikon"],
        ["Model", "D850"],
        ["Exposure", "1/125 s"],
        ["ISO", "100"],
    ]


def test_make_and_model_alone_are_no_camera(command, tmp_path):
    exif = piexif.dump({"0th": {piexif.ImageIFD.Make: "workflow:{}"}})
    Image.new("RGB", (48, 32)).save(tmp_path / "a.webp", exif=exif)
    assert "Camera:" not in command("info", tmp_path / "a.webp").stdout


def test_provenance_is_shown_as_a_claim(command, marked):
    lines = command("info", marked).stdout.splitlines()
    start = lines.index("Provenance, as XMP claims it (not verified):")
    assert lines[start + 1].split(None, 1) == ["AI-generated", "yes (trainedAlgorithmicMedia)"]


def test_provenance_in_json(command, marked, photograph):
    provenance = json.loads(command("info", "--json", marked).stdout)["provenance"]
    assert provenance["ai_generated"] is True
    assert provenance["verified"] is False
    assert provenance["claim_generator"] is None
    assert json.loads(command("info", "--json", photograph).stdout)["provenance"] is None


def test_a_folder_stands_for_the_pictures_in_it(command, tmp_path):
    for name in ("10.png", "2.png", "inner/3.png", ".hidden.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        text = PngImagePlugin.PngInfo()
        text.add_text("parameters", f"{name}\nSteps: 20, Sampler: Euler, Seed: 1")
        Image.new("RGB", (8, 8)).save(tmp_path / name, pnginfo=text)
    (tmp_path / "notes.txt").write_text("no picture")

    def prompts(*options):
        lines = command("info", tmp_path, "--json", *options).stdout.splitlines()
        return [json.loads(line)["prompt"] for line in lines]

    assert prompts() == ["2.png", "10.png"]
    assert prompts("--recursive") == ["2.png", "10.png", "inner/3.png"]
    (tmp_path / "5.png").write_bytes(b"no picture")
    result = command("info", tmp_path)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1 and "5.png" in result.stderr
    assert result.stdout.count("Prompt:") == 2
