# SPDX-License-Identifier: MIT
# `make demo` and `make test` do everything on a fresh Debian 12, installing what is missing first.

MAKEFLAGS += --no-print-directory
JOBS ?= $(shell nproc)
install := tools/install_dependencies.sh

# make test builds these presets, as many files at a time as there are processors, and then runs all their tests as one.
test_presets := gcc clang asan

.DEFAULT_GOAL := help
.PHONY: help demo examples test cuda bench bench-cuda bench-seed-job benchmark-programs keras-check onnx-check single-header format docs clean

help:
	@echo "make demo           train horse or human on the bundled images; results in build/demo"
	@echo "make examples       all example programs, into build/release/examples"
	@echo "make test           everything that can fail: g++, clang++, sanitizers, single header, packages, …"
	@echo "make cuda           what runs on an NVIDIA GPU: kernels, the demo, the tests; needs the CUDA Toolkit, 12 or later"
	@echo "make bench          kernels, whole workloads beside onnxruntime, OpenVINO, oneDNN, PyTorch and TensorFlow; compile time"
	@echo "make bench-cuda     the same on an NVIDIA GPU, beside PyTorch"
	@echo "make bench-seed-job the whole job, in ten epochs, beside PyTorch and Keras: takes minutes"
	@echo "make keras-check    compare with Keras itself, in a virtual environment under build/"
	@echo "make onnx-check     run exported models with onnxruntime, in a virtual environment under build/"
	@echo "make single-header  write single_include/ anew"
	@echo "make format         clang-format over all sources"
	@echo "make docs           reference pages in build/docs"
	@echo "make clean          remove build/"

demo:
	@$(install) demo
	cmake --preset release -DGRAFT_BUILD_TESTS=OFF -DGRAFT_CUDA=OFF
	cmake --build build/release --target horse_or_human --parallel $(JOBS)
	build/release/examples/horse_or_human --out build/demo

examples:
	@$(install) examples
	cmake --preset release -DGRAFT_BUILD_TESTS=OFF
	cmake --build build/release --parallel $(JOBS)

test:
	@$(install) test
	@$(MAKE) --jobs=$(JOBS) $(test_presets:%=build-%)
	@mkdir -p build/test
	@for preset in $(test_presets); do echo "subdirs(\"$(CURDIR)/build/$$preset\")"; done > build/test/CTestTestfile.cmake
	@ctest --test-dir build/test --output-on-failure --no-tests=error --parallel $(JOBS)

build-%:
	@cmake --preset $*
	+@cmake --build --preset $*

cuda:
	@$(install) test
	cmake --preset release -DGRAFT_CUDA=ON -DGRAFT_BUILD_TESTS=ON
	cmake --build build/release --target graft_cuda horse_or_human_cuda test_cuda --parallel $(JOBS)

# BENCH="--quick --only W1" goes to benchmarks/run.py.
bench: benchmark-programs
	build/release/benchmarks/benchmark_kernels
	benchmarks/run.py $(BENCH)
	benchmarks/compile_time.py

# The same workloads on a GPU, beside PyTorch on it.
bench-cuda: benchmark-programs
	cmake --preset release -DGRAFT_CUDA=ON -DGRAFT_BUILD_BENCHMARKS=ON
	cmake --build build/release --target benchmarks_cuda --parallel $(JOBS)
	benchmarks/run.py --device cuda $(BENCH)

bench-seed-job: benchmark-programs
	benchmarks/run.py --only W3 $(BENCH)

benchmark_peers := build/benchmarks/venv/installed

benchmark-programs: $(benchmark_peers)
	@$(install) bench
	cmake --preset release -DGRAFT_BUILD_BENCHMARKS=ON
	cmake --build build/release --target benchmarks --parallel $(JOBS)

$(benchmark_peers): benchmarks/peers/requirements.txt
	@$(install) bench
	benchmarks/peers/install.sh build/benchmarks/venv
	@touch $@

keras_python := build/keras-venv/bin/python

keras-check: $(keras_python)
	@$(install) keras
	cmake --preset release
	cmake --build build/release --target keras_exchange --parallel $(JOBS)
	$(keras_python) tools/keras_check.py --exchange build/release/tests/keras_exchange

$(keras_python): tools/requirements-keras.txt
	@$(install) keras
	python3 -m venv build/keras-venv
	build/keras-venv/bin/pip install --requirement tools/requirements-keras.txt
	@touch $@

onnx_python := build/onnx-venv/bin/python

# ONNX="--weights FOLDER" goes to tools/onnx_check.py.
onnx-check: $(onnx_python)
	@$(install) onnx
	cmake --preset release
	cmake --build build/release --target onnx_exchange --parallel $(JOBS)
	$(onnx_python) tools/onnx_check.py --exchange build/release/tests/onnx_exchange $(ONNX)

$(onnx_python): tools/requirements-onnx.txt
	@$(install) onnx
	python3 -m venv build/onnx-venv
	build/onnx-venv/bin/pip install --requirement tools/requirements-onnx.txt
	@touch $@

single-header:
	tools/amalgamate.py

format:
	@$(install) format
	git ls-files '*.hpp' '*.cpp' '*.cuh' '*.cu' ':!single_include' | xargs clang-format -i

docs:
	@$(install) docs
	doxygen docs/Doxyfile
	@echo "build/docs/html/index.html"

clean:
	rm -rf build
