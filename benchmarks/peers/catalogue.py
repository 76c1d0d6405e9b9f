# SPDX-License-Identifier: MIT
"""Who takes part in which workload. The first of each list is what the others are compared with."""

import dataclasses
import pathlib

HERE = pathlib.Path(__file__).resolve().parent

# glibc gives large blocks back to the kernel, and a process that allocates them anew in every step pays for a page fault
# per 4 KiB. Peers that do so get an allocator that keeps its memory, in huge pages: PyTorch's step takes half the time.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "17179869184",
               "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


@dataclasses.dataclass
class Peer:
    """One way to run a workload: a name, a command, which of its variants, and what its environment needs."""
    name: str
    command: list
    variant: str = ""
    environment: dict = dataclasses.field(default_factory=dict)


def peers_of(workload, programs, python):
    def program(name, file, variant="", **environment):
        return Peer(name, [str(programs / f"workload_{file}")], variant, environment)

    def script(name, file, variant=""):
        return Peer(name, [python, str(HERE / f"{file}.py")], variant, KEEP_MEMORY)

    return {
        "W1": [program("graft Simd", "inception", "Simd"),
               program("graft Blas", "inception", "Blas"),
               script("onnxruntime", "inception_onnxruntime"),
               script("OpenVINO", "inception_openvino", "f32"),
               program("oneDNN in sequence", "inception_onednn", "sequence", **KEEP_MEMORY),
               program("oneDNN Winograd", "inception_onednn", "winograd", **KEEP_MEMORY),
               program("oneDNN isolated", "inception_onednn", "isolated", **KEEP_MEMORY),
               script("PyTorch folded", "inception_torch", "folded"),
               script("PyTorch scripted", "inception_torch", "scripted"),
               script("PyTorch compiled", "inception_torch", "compiled"),
               script("TensorFlow function", "inception_tensorflow", "function"),
               script("TensorFlow frozen", "inception_tensorflow", "frozen"),
               program("bfloat16: graft", "inception", "SimdBfloat16"),
               script("bfloat16: OpenVINO", "inception_openvino", "bf16"),
               script("bfloat16: PyTorch folded", "inception_torch", "bfloat16")],
        "W2": [program("graft Simd", "head_step", "Simd"),
               program("graft Blas", "head_step", "Blas"),
               program("the four streams", "head_streams"),
               program("oneDNN + fused RMSprop", "head_onednn", **KEEP_MEMORY),
               script("PyTorch eager", "head_torch", "eager"),
               script("PyTorch foreach", "head_torch", "foreach"),
               script("PyTorch compiled", "head_torch", "compiled"),
               script("Keras train_on_batch", "head_tensorflow", "keras"),
               script("TensorFlow XLA", "head_tensorflow", "XLA")],
        "W3": [program("graft Simd", "seed_job", "Simd"),
               program("graft Blas", "seed_job", "Blas"),
               script("PyTorch folded", "seed_job_torch", "folded"),
               script("PyTorch scripted", "seed_job_torch", "scripted"),
               script("Keras fit", "seed_job_keras", "fit"),
               script("PyTorch, features once", "seed_job_torch", "once"),
               script("Keras, features once", "seed_job_keras", "once")],
        "latency": [program("graft Simd", "latency", "Simd")],
    }[workload]
