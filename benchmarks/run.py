#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times whole workloads: graft and its peers in turn, round after round, on the same machine in the same minutes.

Every driver is a process of its own that stays alive for all rounds. After it has loaded, warmed up and checked
itself it prints `ready <tab> version <tab> note`; then, for each line `sample <seconds>` on its standard input, it works
for about so long and prints milliseconds per item. While one works the others sleep.
"""

import argparse
import json
import os
import pathlib
import platform
import select
import statistics
import subprocess
import sys
import time

BENCHMARKS = pathlib.Path(__file__).resolve().parent
REPOSITORY = BENCHMARKS.parent
PEERS = BENCHMARKS / "peers"
TICK = os.sysconf("SC_CLK_TCK")

# glibc gives large blocks back to the kernel by default, and a process that allocates them anew in every step pays
# for a page fault per 4 KiB. Peers that do so get an allocator that keeps its memory, in huge pages.
KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "17179869184",
               "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


class Peer:
    """One way to run a workload: a name, a command, and what it needs in its environment."""

    def __init__(self, name, command, variant="", environment=None):
        self.name, self.command, self.variant, self.environment = name, command, variant, environment or {}


def peers_of(workload, programs, python):
    program = lambda name: [str(programs / f"workload_{name}")]
    script = lambda name: [python, str(PEERS / f"{name}.py")]
    if workload == "W1":
        return [Peer("graft Simd", program("inception"), "Simd"),
                Peer("graft Blas", program("inception"), "Blas"),
                Peer("graft SimdBfloat16", program("inception"), "SimdBfloat16"),
                Peer("onnxruntime", script("inception_onnxruntime")),
                Peer("OpenVINO", script("inception_openvino")),
                Peer("oneDNN in sequence", program("inception_onednn"), "sequence"),
                Peer("oneDNN isolated", program("inception_onednn"), "isolated"),
                Peer("PyTorch folded", script("inception_torch"), "folded", KEEP_MEMORY),
                Peer("PyTorch scripted", script("inception_torch"), "scripted", KEEP_MEMORY),
                Peer("PyTorch compiled", script("inception_torch"), "compiled", KEEP_MEMORY),
                Peer("TensorFlow function", script("inception_tensorflow"), "function", KEEP_MEMORY),
                Peer("TensorFlow frozen", script("inception_tensorflow"), "frozen", KEEP_MEMORY)]
    return [Peer("graft Simd", program("head_step"), "Simd"),
            Peer("graft Blas", program("head_step"), "Blas"),
            Peer("the four streams", program("head_streams")),
            Peer("oneDNN + fused RMSprop", program("head_onednn")),
            Peer("PyTorch eager", script("head_torch"), "eager", KEEP_MEMORY),
            Peer("PyTorch foreach", script("head_torch"), "foreach", KEEP_MEMORY),
            Peer("PyTorch compiled", script("head_torch"), "compiled", KEEP_MEMORY),
            Peer("Keras", script("head_tensorflow"), "keras", KEEP_MEMORY),
            Peer("TensorFlow function", script("head_tensorflow"), "function", KEEP_MEMORY)]


WORKLOADS = {
    "W1": ("Inception v3 to mixed7, 150 x 150 pixels, ms per image", [(1, 2), (32, 2), (1, 1), (32, 1)]),
    "W2": ("training step of the head, 38.5 million weights, ms per step", [(20, 2), (32, 2)]),
}


class Driver:
    """A running peer. Any failure ends in `failure`, a line of text; then it is left out."""

    def __init__(self, peer, options, threads, log):
        self.peer, self.failure, self.samples, self.foreign = peer, None, [], []
        self.version = self.note = ""
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), TF_CPP_MIN_LOG_LEVEL="3", **peer.environment)
        self.log = open(log, "w+")
        try:
            self.process = subprocess.Popen(
                [*peer.command, *options, "--variant", peer.variant], env=environment, text=True, bufsize=1,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        except OSError as error:
            self.process, self.failure = None, f"not there: {error.filename}"
            return
        answer = self.answer(limit=240, wanted="ready\t")
        if answer:
            _, self.version, self.note = answer.rstrip("\n").split("\t")

    def answer(self, limit, wanted=""):
        """The next line that begins as wanted; libraries may print what they like before it."""
        end = time.monotonic() + limit
        while True:
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                return self.fail(f"no answer in {limit} s")
            line = self.process.stdout.readline()
            if not line:
                self.log.seek(0)
                lines = [text for text in self.log.read().splitlines() if text.strip()]
                return self.fail(lines[-1] if lines else f"ended with status {self.process.wait()}")
            if line.startswith(wanted):
                return line

    def fail(self, reason):
        self.failure = reason
        self.close()

    def sample(self, seconds):
        """One sample, and which part of the machine others used meanwhile."""
        before = machine_seconds(), process_seconds(self.process.pid), time.monotonic()
        try:
            self.process.stdin.write(f"sample {seconds}\n")
        except OSError:
            pass  # it has ended: the answer says why
        line = self.answer(limit=60 + 30 * seconds)
        if line is None:
            return
        passed = time.monotonic() - before[2]
        own = process_seconds(self.process.pid) - before[1]
        self.samples.append(float(line))
        self.foreign.append(max(0.0, (machine_seconds() - before[0] - own) / passed))

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()


def machine_seconds():
    """Processor seconds that all processes together have used so far."""
    fields = [int(f) for f in open("/proc/stat").readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICK  # without idle and iowait


def process_seconds(pid):
    fields = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def progress(text):
    """One line that replaces itself, for whoever waits at a terminal."""
    if sys.stderr.isatty():
        print(f"\r{text:50}\r", end="", file=sys.stderr, flush=True)


def run_configuration(workload, batch, threads, arguments):
    """The drivers of one configuration after all rounds."""
    options = ["--batch", str(batch), "--threads", str(threads), "--data", str(arguments.data),
               "--weights", str(arguments.weights)]
    drivers = []
    for peer in peers_of(workload, arguments.programs, arguments.python):
        if arguments.peers and not any(p.lower() in peer.name.lower() for p in arguments.peers):
            continue
        progress(f"starting {peer.name}")
        log = arguments.results / "log" / f"{workload}-{batch}-{threads}-{peer.name.replace(' ', '-')}.txt"
        drivers.append(Driver(peer, options, threads, log))
    for index in range(arguments.rounds):
        progress(f"round {index + 1} of {arguments.rounds}")
        turn = index % len(drivers)  # another one begins each round
        for driver in drivers[turn:] + drivers[:turn]:
            if driver.failure is None:
                time.sleep(arguments.settle)
                driver.sample(arguments.seconds)
    progress("")
    for driver in drivers:
        driver.close()
    return drivers


def report(drivers):
    """Prints the table of a configuration; returns its rows for the JSON file."""
    rows = []
    measured = [d for d in drivers if d.samples and d.failure is None]
    base = statistics.median(measured[0].samples) if measured else None
    print(f"  {'':24} {'version':>10} {'median':>8} {'min':>8} {'max':>8} {'x ' + measured[0].peer.name if measured else '':>12}"
          f" {'others':>7}  note")
    for driver in measured:
        median = statistics.median(driver.samples)
        print(f"  {driver.peer.name:24} {driver.version:>10} {median:8.2f} {min(driver.samples):8.2f} {max(driver.samples):8.2f}"
              f" {median / base:12.2f} {max(driver.foreign):7.0%}  {driver.note}")
        rows.append({"peer": driver.peer.name, "version": driver.version, "note": driver.note, "milliseconds": driver.samples,
                     "median": median, "ratio": median / base, "others": driver.foreign})
    for driver in drivers:
        if driver not in measured:
            print(f"  {driver.peer.name:24} left out: {driver.failure[:100]}")
            rows.append({"peer": driver.peer.name, "left_out": driver.failure})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(WORKLOADS), help="workloads, with commas between them")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="of one sample")
    parser.add_argument("--settle", type=float, default=0.1, help="seconds of rest before a sample")
    parser.add_argument("--threads", help="only these numbers of threads, with commas between them")
    parser.add_argument("--batch", help="only these batch sizes, with commas between them")
    parser.add_argument("--peers", type=lambda text: text.split(","), help="only peers with one of these words in their name")
    parser.add_argument("--quick", action="store_true", help="three rounds of short samples: does everything run?")
    parser.add_argument("--programs", type=pathlib.Path, default=REPOSITORY / "build/release/benchmarks")
    parser.add_argument("--python", default=str(REPOSITORY / "build/benchmarks/venv/bin/python"))
    parser.add_argument("--data", type=pathlib.Path, default=REPOSITORY / "build/benchmarks/data")
    parser.add_argument("--results", type=pathlib.Path, default=REPOSITORY / "build/benchmarks")
    parser.add_argument("--weights", type=pathlib.Path, help="Inception v3 in Keras' .h5 format")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 3, 0.3
    (arguments.results / "log").mkdir(parents=True, exist_ok=True)
    integers = lambda text: [int(n) for n in text.split(",")] if text else None
    wanted_threads, wanted_batches = integers(arguments.threads), integers(arguments.batch)

    results = {"machine": machine(), "started": time.strftime("%Y-%m-%d %H:%M:%S"), "workloads": []}
    print(results["machine"])
    for workload in arguments.only.split(","):
        if workload not in WORKLOADS:
            sys.exit(f"--only: expected some of {', '.join(WORKLOADS)}, received {workload}")
        title, configurations = WORKLOADS[workload]
        for batch, threads in configurations:
            if (wanted_threads and threads not in wanted_threads) or (wanted_batches and batch not in wanted_batches):
                continue
            print(f"\n{workload}: {title}; batch {batch}, {threads} thread{'s' * (threads > 1)}")
            rows = report(run_configuration(workload, batch, threads, arguments))
            results["workloads"].append({"workload": workload, "batch": batch, "threads": threads, "peers": rows})
            (arguments.results / "workloads.json").write_text(json.dumps(results, indent=1))
    return 0


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    return f"{model or platform.processor()}, {os.cpu_count()} processors, {platform.platform()}"


if __name__ == "__main__":
    sys.exit(main())
