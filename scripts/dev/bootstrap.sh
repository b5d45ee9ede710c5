#!/usr/bin/env bash
# Installs the system packages that the build needs, on Debian and Ubuntu; elsewhere prints their
# names and stops. Does nothing where all of them are there. --format adds clang-format, --browser
# the Chromium of the browser tests, --fuzz the clang of the fuzz targets.
set -euo pipefail

packages=(
  g++ make cmake ninja-build ccache mold pkg-config git
  python3-dev python3-venv
  libpng-dev zlib1g-dev libwebp-dev libbrotli-dev libstb-dev
  libfmt-dev libspdlog-dev nlohmann-json3-dev doctest-dev
)
if [ "${1:-}" = "--format" ]; then packages+=(clang-format); fi
if [ "${1:-}" = "--browser" ]; then packages+=(chromium); fi
if [ "${1:-}" = "--fuzz" ]; then packages+=(clang-16 libclang-rt-16-dev); fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  missing=()
  for tool in g++ cmake ninja pkg-config; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  [ ${#missing[@]} -eq 0 ] && exit 0
  echo "bootstrap: this system has no apt-get. Missing here: ${missing[*]}. Install the equivalents of:" >&2
  printf '  %s\n' "${packages[@]}" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "bootstrap: these packages are missing, and there is neither root nor sudo to install them:" >&2
    echo "  apt-get install ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "bootstrap: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
