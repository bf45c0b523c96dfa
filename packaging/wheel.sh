#!/usr/bin/env bash
# The wheel of an architecture: wheel.sh ARCH DIST
set -euo pipefail
cd "$(dirname "$0")/.."
source packaging/tree.sh
arch=$1 dist=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r hosts/python/. "$work/source"
rm -rf "$work/source/winnow/__pycache__"
name=winnow_kestra-$version-py3-none-manylinux_2_28_$arch.whl
papers "$arch" "$work/source" "$name"
cp VERSION "$work/source/"
cp -L "build/portable-$arch/libwinnow.so" "$work/source/winnow/libwinnow.so.1"
mkdir "$work/source/winnow/manifests"
cp manifests/* "$work/source/winnow/manifests/"
settle "$work/source"
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check wheel==0.45.1
"$work/venv/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$work" "$work/source"
"$work/venv/bin/python" -m wheel tags --remove --python-tag py3 --abi-tag none --platform-tag "manylinux_2_28_$arch" "$work"/*.whl >/dev/null
mv "$work/$name" "$dist/"
cp "$work/source/winnow.spdx.json" "$dist/$name.spdx.json"
