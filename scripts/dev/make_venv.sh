#!/usr/bin/env bash
# Makes .venv with what the build needs. A torch in the active environment is used as it is, seen
# through a path file; only where there is none is one installed, into .venv.
set -euo pipefail
cd "$(dirname "$0")/../.."

torch_version=2.13.0
python=${PYTHON:-python3}
if [ ! -x .venv/bin/python ]; then
  "$python" -m venv .venv
fi
here=.venv/bin/python

if ! "$here" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("torch") is None)'; then
  site=$("$python" -c '
import importlib.util, os
spec = importlib.util.find_spec("torch")
print(os.path.dirname(os.path.dirname(spec.origin)) if spec and spec.origin else "")')
  same=$("$here" -c "import subprocess, sys
print(subprocess.run(['$python', '-c', 'import sys; print(sys.version_info[:2])'],
      capture_output=True, text=True).stdout.strip() == str(sys.version_info[:2]))")
  if [ -n "$site" ] && [ "$same" = True ]; then
    echo "make_venv: using the torch of the active environment, in $site"
    echo "$site" > "$("$here" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/active-environment.pth"
  else
    echo "make_venv: installing torch $torch_version into .venv"
    "$here" -m pip install -q "torch==$torch_version"
  fi
fi
"$here" -c 'import numpy, scikit_build_core' 2>/dev/null || "$here" -m pip install -q numpy "scikit-build-core>=0.10"
