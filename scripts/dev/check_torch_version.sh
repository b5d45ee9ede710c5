#!/usr/bin/env bash
# Compiles every room and the module against the headers and libraries of another torch release,
# taken from its wheel and never installed. Usage: check_torch_version.sh 2.1.2 [PYTHON_VERSION]
# The wheel is downloaded with pip (up to a gigabyte) into build/torch-wheels.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${1:?usage: check_torch_version.sh VERSION [PYTHON_VERSION]}
python_version=${2:-$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')}
wheels=build/torch-wheels
unpacked=$PWD/build/torch-$version
mkdir -p "$wheels" "$unpacked"
if [ ! -f "$unpacked/torch/version.py" ]; then
  .venv/bin/python -m pip download -q --no-deps --only-binary :all: \
    --python-version "$python_version" --dest "$wheels" "torch==$version"
  .venv/bin/python - "$wheels" "$version" "$unpacked" <<'PY'
import pathlib, re, sys, zipfile
wheels, version, target = sys.argv[1:]
wheel = next(p for p in pathlib.Path(wheels).glob("torch-*.whl") if p.name.split("-")[1].split("+")[0] == version)
wanted = re.compile(r"torch/(include/|version\.py|share/cmake/Torch/|lib/lib(torch|torch_cpu|c10)\.so)")
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        if wanted.match(name):
            archive.extract(name, target)
PY
fi
cmake -S . -B "build/check-torch-$version" -G Ninja -DPYTORCH_DIR="$unpacked/torch" \
  -DPython_EXECUTABLE="$PWD/.venv/bin/python" >/dev/null
cmake --build "build/check-torch-$version" -- -k 0
echo "img2prompt compiles against torch $version"
