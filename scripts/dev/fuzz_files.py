"""Reads whole, cut and damaged picture files under the sanitizers (tests/fuzz/corrupt.cpp).

Without FILES: the test images of Pillow (PyPI), of libpng (its crashers and PngSuite) and of stb
(its corrupt PNGs; both Debian's source packages), fetched by name into build/corpora; a source that
cannot be had is named and left out. With FILES: those files and what lies below those folders.
Usage: python scripts/dev/fuzz_files.py [--corruptions N] [--prefixes N] [--jobs 2] [--quiet]
       [FILES ...]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
from pathlib import Path, PurePosixPath

from fuzz import BUILD, ROOT, build

CORPORA = ROOT / "build" / "corpora"
PICTURES = set("apng avif bmp gif heic heif jpeg jpg jxl pbm pgm png ppm psd tif tiff webp".split())
# What of a source archive is taken: folders below its root.
PILLOW = "pillow"
DEBIAN = {"libpng1.6": ["contrib/pngsuite", "contrib/testpngs"], "libstb": ["tests"]}


def take(archive: Path, folders: list[str], name: str) -> int:
    """Unpacks the pictures below the folders into build/corpora/NAME, and counts them."""
    out, count = CORPORA / name, 0
    out.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            inner = PurePosixPath(*path.parts[1:])
            if not member.isfile() or path.suffix.lower()[1:] not in PICTURES:
                continue
            if any(PurePosixPath(folder) in inner.parents for folder in folders):
                data = tar.extractfile(member)
                (out / "_".join(inner.parts)).write_bytes(data.read() if data else b"")
                count += 1
    return count


def fetch_pillow() -> int:
    """The test images of Pillow's source package."""
    if not list(CORPORA.glob("pillow-*.tar.gz")):
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            ":all:",
        ]
        subprocess.run([*command, "-d", str(CORPORA), PILLOW], check=True)
    return take(next(CORPORA.glob("pillow-*.tar.gz")), ["Tests/images"], "pillow")


def fetch_debian(package: str) -> int:
    """The pictures of a Debian source package; the system's own lists of packages stay as are."""
    archives = f"{package}_*.orig.tar.*"
    if not list(CORPORA.glob(archives)):
        state = CORPORA / "apt"
        for folder in ("lists/partial", "cache"):
            (state / folder).mkdir(parents=True, exist_ok=True)
        (state / "src.list").write_text("deb-src http://deb.debian.org/debian bookworm main\n")
        options = {
            "Dir::Etc::sourcelist": state / "src.list",
            "Dir::Etc::sourceparts": "/nonexistent",
            "Dir::State::lists": state / "lists",
            "Dir::Cache": state / "cache",
            "APT::Sandbox::User": "root",
        }
        command = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items())]
        subprocess.run([*command, "update"], check=True)
        subprocess.run([*command, "source", "--tar-only", package], check=True, cwd=CORPORA)
    return take(next(CORPORA.glob(archives)), DEBIAN[package], package)


def fetch_corpora() -> list[Path]:
    """Fetches what can be had; the folders of it."""
    CORPORA.mkdir(parents=True, exist_ok=True)
    folders = []
    for name in [PILLOW, *DEBIAN]:
        try:
            count = fetch_pillow() if name == PILLOW else fetch_debian(name)
        except (subprocess.CalledProcessError, FileNotFoundError, StopIteration) as error:
            print(f"{name}: cannot be fetched here and is left out ({error})")
            continue
        if not count:
            sys.exit(f"{name}: no pictures in its archive; DEBIAN and take() name other folders")
        print(f"{name}: {count} pictures")
        folders.append(CORPORA / name)
    return folders


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILES")
    parser.add_argument("--corruptions", type=int, help="of each file; 10000, of others' 100")
    parser.add_argument("--prefixes", type=int, help="of each file; 20000, of others' 300")
    parser.add_argument("--quiet", action="store_true", help="no line for each file")
    parser.add_argument("--jobs", type=int, default=2, help="files at a time")
    options = parser.parse_args()
    build(options.jobs)
    files = options.files or fetch_corpora()
    counts = (10000, 20000) if options.files else (100, 300)
    command = [str(BUILD / "tests" / "fuzz" / "fuzz_corrupt"), f"--jobs={options.jobs}"]
    if options.quiet:
        command.append("--quiet")
    for name, usual in zip(("corruptions", "prefixes"), counts):
        given = getattr(options, name)
        command.append(f"--{name}={usual if given is None else given}")
    return subprocess.run([*command, *map(str, files)]).returncode


if __name__ == "__main__":
    sys.exit(main())
