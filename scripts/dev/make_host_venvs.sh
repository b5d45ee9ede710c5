#!/usr/bin/env bash
# Makes build/hosts/gradio3 and gradio4: the gradio, fastapi and pydantic that the WebUIs bring
# (AUTOMATIC1111 1.10 and reForge; Forge), for the browser tests. torch is that of .venv, seen
# through a path file.
set -euo pipefail
cd "$(dirname "$0")/../.."

here=.venv/bin/python
torch_site=$("$here" -c 'import os, importlib.util
print(os.path.dirname(os.path.dirname(importlib.util.find_spec("torch").origin)))')

make_host() {
  local folder=build/hosts/$1
  shift
  [ -f "$folder/.ready" ] && return
  rm -rf "$folder"
  "$here" -m venv "$folder"
  "$folder/bin/python" -m pip install -q "$@"
  # Behind its own packages, so that these win.
  echo "$torch_site" > "$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/zz-torch.pth"
  touch "$folder/.ready"
}

# httpx as the WebUIs pin it: under 0.28 gradio 3 gives work up after five seconds.
common=(httpx==0.24.1 "huggingface_hub<0.26" "numpy<2" pillow==9.5.0 piexif)
make_host gradio3 gradio==3.41.2 fastapi==0.94.0 "pydantic==1.10.*" "${common[@]}"
make_host gradio4 gradio==4.40.0 fastapi==0.104.1 pydantic==2.8.2 "${common[@]}"
