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


def peers_on_gpu(workload, programs, python):
    def program(name, file, variant=""):
        return Peer(name, [str(programs / f"workload_{file}_cuda")], variant)

    def script(name, file, variant):
        return Peer(name, [python, str(HERE / f"{file}.py"), "--device", "cuda"], variant)

    return {
        "W1": [program("graft Cuda", "network", "Cuda"),
               script("PyTorch compiled, tf32", "network_torch", "compiled tf32"),
               script("PyTorch folded, tf32", "network_torch", "folded tf32"),
               program("graft CudaPrecise", "network", "CudaPrecise"),
               script("PyTorch compiled", "network_torch", "compiled"),
               script("PyTorch folded", "network_torch", "folded"),
               program("bfloat16: graft", "network", "CudaBfloat16"),
               script("bfloat16: PyTorch folded", "network_torch", "bfloat16")],
        "W2": [program("graft Cuda", "head_step"),
               script("PyTorch compiled, tf32", "head_torch", "compiled tf32"),
               script("PyTorch foreach, tf32", "head_torch", "foreach tf32")],
        "W3": [program("graft Cuda", "seed_job"),
               script("PyTorch folded, tf32", "seed_job_torch", "folded tf32"),
               script("PyTorch, features once", "seed_job_torch", "once tf32")],
    }[workload]


def peers_of(workload, programs, python):
    def program(name, file, variant="", **environment):
        return Peer(name, [str(programs / f"workload_{file}")], variant, environment)

    def script(name, file, variant=""):
        return Peer(name, [python, str(HERE / f"{file}.py")], variant, KEEP_MEMORY)

    # Who computes any network: W1 and W4.
    networks = [program("graft Simd", "network", "Simd"),
                program("graft Blas", "network", "Blas"),
                script("onnxruntime", "network_onnxruntime"),
                script("OpenVINO", "network_openvino", "f32"),
                program("oneDNN in sequence", "network_onednn", "sequence", **KEEP_MEMORY),
                program("oneDNN Winograd", "network_onednn", "winograd", **KEEP_MEMORY),
                program("oneDNN isolated", "network_onednn", "isolated", **KEEP_MEMORY),
                script("PyTorch folded", "network_torch", "folded"),
                script("PyTorch scripted", "network_torch", "scripted"),
                script("PyTorch compiled", "network_torch", "compiled"),
                script("TensorFlow function", "network_tensorflow", "function"),
                script("TensorFlow frozen", "network_tensorflow", "frozen")]
    return {
        "W1": [*networks,
               program("bfloat16: graft", "network", "SimdBfloat16"),
               script("bfloat16: OpenVINO", "network_openvino", "bf16"),
               script("bfloat16: PyTorch folded", "network_torch", "bfloat16")],
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
        "W4": [peer for peer in networks if peer.variant != "winograd"],  # which it does not have for these layers
        "latency": [program("graft Simd", "latency", "Simd")],
    }[workload]
