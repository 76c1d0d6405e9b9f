#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages that are missing for what is named on the command line:
#   tools/install_dependencies.sh [demo] [examples] [test] [bench] [format] [docs] [keras] [onnx]
# Does nothing, and needs no network, when all of them are there.
set -eu

build="g++ cmake make libxtensor-dev libxtensor-blas-dev libopenblas-dev libhdf5-dev zlib1g-dev libzip-dev nlohmann-json3-dev
       libjpeg62-turbo-dev libpng-dev libcli11-dev"
# What a build with tests needs besides.
tests="doctest-dev libonnx-dev libprotobuf-dev python3"

wanted=""
for purpose in "${@:-demo}"; do
  case $purpose in
    demo) wanted="$wanted $build" ;;
    test) wanted="$wanted $build $tests clang libclang-rt-14-dev llvm" ;;
    examples) wanted="$wanted $build libonnx-dev libprotobuf-dev" ;;
    bench) wanted="$wanted $build clang libbenchmark-dev libdnnl-dev ocl-icd-opencl-dev python3 python3-dev python3-venv" ;;
    format) wanted="$wanted clang-format" ;;
    docs) wanted="$wanted doxygen" ;;
    keras | onnx) wanted="$wanted $build $tests python3-venv" ;;
    *)
      echo "$0: expected demo, examples, test, bench, format, docs, keras or onnx, received '$purpose'" >&2
      exit 2
      ;;
  esac
done

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "$0: this is no Debian system, so nothing is installed. What Debian 12 calls" >&2
  for package in $wanted; do echo "  $package" >&2; done
  echo "must be there; CMake says what it does not find." >&2
  exit 0
fi

missing_of() {
  for package in $wanted; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || echo "$package"
  done | sort -u | tr '\n' ' '
}

missing=$(missing_of)
[ -n "$missing" ] || exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "$0: missing packages, and neither root nor sudo to install them. As root, run" >&2
    echo "  apt-get install $missing" >&2
    exit 1
  fi
  as_root=sudo
fi

echo "Installing $missing"
export DEBIAN_FRONTEND=noninteractive
# The lists may be stale or empty; if they cannot be renewed, what is known already may still be enough.
$as_root apt-get update -qq </dev/null || echo "$0: apt-get update failed; trying with the lists that are here" >&2
$as_root apt-get install -y -qq --no-install-recommends -o Acquire::Retries=3 $missing </dev/null || true

missing=$(missing_of)
if [ -n "$missing" ]; then
  echo "$0: could not install: $missing" >&2
  exit 1
fi
