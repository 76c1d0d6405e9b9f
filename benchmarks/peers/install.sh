#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the peers in a virtual environment: install.sh FOLDER. One that cannot be installed is named, and left out.
set -eu
folder=$1
requirements=$(dirname "$0")/requirements.txt

python3 -m venv "$folder"
grep -v '^#' "$requirements" | while read -r package; do
  echo "$package"
  case $package in
    # PyTorch's own index has it without the libraries for GPUs, a tenth of the size; the code for the processor is the same.
    torch==*) index="--index-url https://download.pytorch.org/whl/cpu --retries 1" ;;
    *) index="" ;;
  esac
  pip() { "$folder/bin/pip" install --quiet --disable-pip-version-check --constraint "$requirements" "$@" "$package"; }
  # shellcheck disable=SC2086
  { [ -n "$index" ] && pip $index 2>/dev/null; } || pip || echo "not installed, and left out: $package" >&2
done
