#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Times whole workloads: graft and its peers in turn, round after round, on the same machine in the same minutes.

In W1, W2 and W4 every driver is a process of its own that stays alive for all rounds. After it has loaded, warmed up and
checked itself it prints `ready <tab> version <tab> note`; then, for each line `sample <seconds>` on its standard input, it
works for about so long and prints milliseconds per item. While one works the others sleep.

In W3 a whole process is one sample: it prints `job <tab> seconds <tab> validation accuracy` and ends.
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

from peers.catalogue import peers_of, peers_on_gpu

BENCHMARKS = pathlib.Path(__file__).resolve().parent
REPOSITORY = BENCHMARKS.parent
TICK = os.sysconf("SC_CLK_TCK")

# title, network, configurations (batch, threads)
IN_TURN = {
    "W1": [("Inception v3 to mixed7, 150 x 150 pixels, milliseconds per image", "inception",
            [(1, 2), (32, 2), (1, 1), (32, 1)])],
    "W2": [("training step of the head, 38.5 million weights, milliseconds per step", "inception", [(20, 2), (32, 2)])],
    "W4": [("MobileNet v1 to conv_dw_13_relu, 224 x 224 pixels, milliseconds per image", "mobile_net",
            [(1, 2), (32, 2), (1, 1)]),
           ("MobileNet v2, alpha 0.35, 224 x 224 pixels, milliseconds per image", "mobile_net_v2",
            [(1, 2), (32, 2), (1, 1)])],
}
WORKLOADS = [*IN_TURN, "W3", "latency"]

# On a GPU threads mean nothing, but to who decodes images.
ON_GPU = {
    "W1": [(IN_TURN["W1"][0][0], "inception", [(batch, os.cpu_count()) for batch in (1, 32, 256)])],
    "W2": [(IN_TURN["W2"][0][0], "inception", [(batch, os.cpu_count()) for batch in (20, 32)])],
}


class Driver:
    """A running peer. Any failure ends in `failure`, a line of text; then it is left out."""

    def __init__(self, peer, options, threads, log):
        self.peer, self.failure, self.samples, self.others = peer, None, [], []
        self.version = self.note = ""
        self.log = open(log, "w+")
        try:
            self.process = start(peer, options, threads, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        except OSError as error:
            self.process, self.failure = None, f"not there: {error.filename}"

    def wait_until_ready(self):
        line = None if self.failure else self.answer(limit=300, wanted="ready\t")
        if line:
            _, self.version, self.note = line.rstrip("\n").split("\t")

    def answer(self, limit, wanted=""):
        """The next line that begins as wanted; libraries may print what they like before it."""
        end = time.monotonic() + limit
        while True:
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                return self.fail(f"no answer in {limit} s")
            line = self.process.stdout.readline()
            if not line:
                return self.fail(last_line(self.log) or f"ended with status {self.process.wait()}")
            if line.startswith(wanted):
                return line

    def fail(self, reason):
        self.failure = reason
        self.close()

    def sample(self, seconds):
        """One sample, and how many processors others kept busy meanwhile."""
        machine, own, begin = machine_seconds(), process_seconds(self.process.pid), time.monotonic()
        try:
            self.process.stdin.write(f"sample {seconds}\n")
        except OSError:
            pass  # it has ended: the answer says why
        line = self.answer(limit=60 + 30 * seconds)
        if line is None:
            return
        self.samples.append(float(line))
        others = machine_seconds() - machine - (process_seconds(self.process.pid) - own)
        self.others.append(max(0.0, others / (time.monotonic() - begin)))

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()


def start(peer, options, threads, **streams):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), TF_CPP_MIN_LOG_LEVEL="3", **peer.environment)
    return subprocess.Popen([*peer.command, *options, "--variant", peer.variant], env=environment, text=True, bufsize=1,
                            **streams)


def last_line(log):
    log.seek(0)
    return next((line for line in reversed(log.read().splitlines()) if line.strip()), "")


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


def chosen_peers(workload, arguments):
    peers = peers_on_gpu if arguments.device == "cuda" else peers_of
    return [peer for peer in peers(workload, arguments.programs, arguments.python)
            if not arguments.peers or any(word.lower() in peer.name.lower() for word in arguments.peers)]


def log_file(arguments, *names):
    return arguments.results / "log" / ("-".join(map(str, names)).replace(" ", "-") + ".txt")


def network_options(network, arguments):
    return ["--network", network, "--data", str(arguments.data / network), "--weights", str(arguments.weights_of[network])]


def run_in_turn(workload, network, batch, threads, arguments):
    """Prints the table of one configuration and returns its rows."""
    options = ["--batch", str(batch), "--threads", str(threads), *network_options(network, arguments)]
    drivers = [Driver(peer, options, threads, log_file(arguments, workload, network, batch, threads, peer.name))
               for peer in chosen_peers(workload, arguments)]
    for driver in drivers:
        progress(f"waiting for {driver.peer.name}")
        driver.wait_until_ready()
    for index in range(arguments.rounds):
        progress(f"round {index + 1} of {arguments.rounds}")
        turn = index % max(1, len(drivers))  # another one begins each round
        for driver in drivers[turn:] + drivers[:turn]:
            if driver.failure is None:
                time.sleep(arguments.settle)
                driver.sample(arguments.seconds)
    progress("")
    for driver in drivers:
        driver.close()
    rows = [{"peer": d.peer.name, "left_out": d.failure} if d.failure is not None else
            {"peer": d.peer.name, "version": d.version, "note": d.note, "samples": d.samples,
             "value": statistics.median(d.samples), "others": d.others} for d in drivers]
    print_table(rows, [("median", 8, lambda r: milliseconds(r["value"])), ("min", 8, lambda r: milliseconds(min(r["samples"]))),
                       ("max", 8, lambda r: milliseconds(max(r["samples"]))),
                       ("others", 7, lambda r: f"{max(r['others']):.2f}")])
    return rows


def run_jobs(threads, arguments):
    """Prints the table of the whole seed job and returns its rows. Each round starts every peer anew."""
    options = ["--threads", str(threads), *network_options("inception", arguments), "--images", str(arguments.images),
               "--epochs", str(arguments.epochs)]
    peers = chosen_peers("W3", arguments)
    rows = [{"peer": peer.name, "samples": [], "job": [], "megabytes": []} for peer in peers]
    for index in range(arguments.job_rounds):
        for peer, row in zip(peers, rows):
            progress(f"round {index + 1} of {arguments.job_rounds}: {peer.name}")
            with open(log_file(arguments, "W3", threads, peer.name), "w+") as log:
                begin = time.monotonic()
                try:
                    process = start(peer, options, threads, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
                except OSError as error:
                    row["left_out"] = f"not there: {error.filename}"
                    continue
                job = [line.split("\t") for line in process.stdout if line.startswith("job\t")]
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                if process.returncode != 0 or not job:
                    row["left_out"] = last_line(log) or f"ended with status {process.returncode}"
                    continue
            row["samples"].append(time.monotonic() - begin)
            row["job"].append(float(job[0][1]))
            row["accuracy"] = float(job[0][2])
            row["megabytes"].append(usage.ru_maxrss / 1024)
            row["value"] = statistics.median(row["samples"])
    progress("")
    print_table(rows, [("wall s", 8, lambda r: f"{r['value']:.1f}"), ("job s", 8, lambda r: f"{statistics.median(r['job']):.1f}"),
                       ("peak MB", 8, lambda r: f"{max(r['megabytes']):.0f}"),
                       ("accuracy", 9, lambda r: f"{r['accuracy']:.4f}")])
    return rows


def run_latency(threads, arguments):
    rows = []
    for peer in chosen_peers("latency", arguments):
        progress(f"latency: {peer.name}")
        row = {"peer": peer.name}
        try:
            with open(log_file(arguments, "latency", threads, peer.name), "w+") as log:
                process = start(peer, ["--threads", str(threads), *network_options("inception", arguments),
                                       "--predictions", str(arguments.predictions)],
                                threads, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
                lines = process.communicate()[0].splitlines()
                if process.returncode == 0:
                    row.update((name, float(value)) for name, value in (line.split("\t") for line in lines))
                    row["value"] = row["median"]
                else:
                    row["left_out"] = last_line(log) or f"ended with status {process.returncode}"
        except OSError as error:
            row["left_out"] = f"not there: {error.filename}"
        rows.append(row)
    progress("")
    print_table(rows, [("median", 8, lambda r: f"{r['median']:.2f}"), ("p99", 8, lambda r: f"{r['p99']:.2f}"),
                       ("max", 8, lambda r: f"{r['max']:.2f}"), ("p99/median", 11, lambda r: f"{r['p99/median']:.2f}"),
                       ("half a core", 13, lambda r: f"{r['half a core']:.1f} %"), ("apart", 8, lambda r: f"{r['apart']:.1f} %"),
                       ("p99/median else", 17, lambda r: f"{r['else']:.2f}")])
    return rows


def milliseconds(value):
    return f"{value:.2f}" if value >= 1 else f"{value:.4f}"


def print_table(rows, columns):
    """Columns are (title, width, text of a row); the first row that was measured is what the others are compared with."""
    measured = [row for row in rows if "left_out" not in row]
    for row in measured:
        row["ratio"] = row["value"] / measured[0]["value"]
    if measured:
        print(f"  {'':26} {'version':>9}" + "".join(f"{title:>{width}}" for title, width, _ in columns)
              + f"  / {measured[0]['peer']}")
    for row in measured:
        print(f"  {row['peer']:26} {row.get('version', ''):>9}" + "".join(f"{text(row):>{width}}" for _, width, text in columns)
              + f"  {row['ratio']:5.2f} {row.get('note', '')}".rstrip())
    for row in rows:
        if "left_out" in row:
            print(f"  {row['peer']:26} left out: {row['left_out'][:90]}")


SHARED_WEIGHTS = REPOSITORY.parent / "shared/data/weights"


def default_weights():
    full = SHARED_WEIGHTS / "inception_v3_notop.h5"
    return full if full.exists() else REPOSITORY / "examples/data/inception_v3_mixed7_f16.h5"


def default_images():
    full = REPOSITORY.parent / "shared/data/horse-or-human"
    return full if full.exists() else REPOSITORY / "examples/data/horse-or-human"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    integers = lambda text: [int(n) for n in text.split(",")]
    words = lambda text: text.split(",")
    add = parser.add_argument
    add("--device", choices=["cpu", "cuda"], default="cpu", help="cuda: W1, W2 and W3 on an NVIDIA GPU")
    add("--only", type=words, help=f"of {', '.join(WORKLOADS)}; with commas between them")
    add("--rounds", type=int, default=5, help="samples of each peer in W1, W2 and W4")
    add("--seconds", type=float, default=0.7, help="of one sample in W1, W2 and W4")
    add("--settle", type=float, default=0.1, help="seconds of rest before a sample")
    add("--threads", type=integers, help="only these numbers of threads, with commas between them")
    add("--batch", type=integers, help="only these batch sizes, with commas between them")
    add("--peers", type=words, help="only peers with one of these words in their name")
    add("--quick", action="store_true", help="few and short samples: does everything run?")
    add("--epochs", type=int, default=10, help="of W3")
    add("--job-rounds", type=int, default=1, help="samples of each peer in W3")
    add("--predictions", type=int, default=2000, help="of latency")
    add("--weights", type=pathlib.Path, default=default_weights(), help="Inception v3 in Keras' .h5 format")
    add("--mobile-net", type=pathlib.Path, default=SHARED_WEIGHTS / "mobilenet_v1_1.0_224_upto_conv_dw_13_relu.h5",
        help="of W4: MobileNet v1, alpha 1, in Keras' .h5 format, without its top or cut behind conv_dw_13_relu")
    add("--mobile-net-v2", type=pathlib.Path, default=SHARED_WEIGHTS / "mobilenet_v2_0.35_224_notop.h5",
        help="of W4: MobileNet v2, alpha 0.35, in Keras' .h5 format, without its top")
    add("--images", type=pathlib.Path, default=default_images(), help="of W3: a folder with train/ and validation/")
    add("--programs", type=pathlib.Path, default=REPOSITORY / "build/release/benchmarks")
    add("--python", default=str(REPOSITORY / "build/benchmarks/venv/bin/python"))
    add("--results", type=pathlib.Path, default=REPOSITORY / "build/benchmarks")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds, arguments.epochs, arguments.predictions = 3, 0.3, 1, 100
    on_cuda = arguments.device == "cuda"
    arguments.only = arguments.only or (["W1", "W2", "W3"] if on_cuda else ["W1", "W2", "W4", "latency"])
    workloads = [*ON_GPU, "W3"] if on_cuda else WORKLOADS
    for workload in arguments.only:
        if workload not in workloads:
            parser.error(f"--only: expected some of {', '.join(workloads)}, received {workload}")
    arguments.data = arguments.results / "data"
    arguments.weights_of = {"inception": arguments.weights, "mobile_net": arguments.mobile_net,
                            "mobile_net_v2": arguments.mobile_net_v2}
    (arguments.results / "log").mkdir(parents=True, exist_ok=True)
    return arguments


def prepare(network, arguments):
    """Writes what the drivers read of a network, if it is not there yet."""
    weights, folder = arguments.weights_of[network], arguments.data / network
    stamp = folder / "weights.txt"
    wanted = f"{weights.resolve()} {weights.stat().st_size}"
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([arguments.python, BENCHMARKS / "peers/prepare.py", "--network", network, "--weights", weights,
                        "--images", REPOSITORY / "examples/data/horse-or-human", "--out", folder], check=True)
        stamp.write_text(wanted)


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    return f"{model or platform.processor()}, {os.cpu_count()} processors, {platform.platform()}"


def gpu():
    """Name, memory and driver, in nvidia-smi's words."""
    try:
        return subprocess.run(["nvidia-smi", "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"],
                              stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError) as error:
        return f"no GPU: {error}"


def main():
    arguments = parse()
    results = {"machine": machine() + (f"; {gpu()}" if arguments.device == "cuda" else ""), "started": time.strftime("%Y-%m-%d %H:%M:%S"), "weights": arguments.weights.name,
               "tables": []}
    print(f"{results['machine']}\nweights: {arguments.weights.name}")

    def keep(workload, network, batch, threads, rows):
        results["tables"].append({"workload": workload, "network": network, "batch": batch, "threads": threads, "rows": rows})
        (arguments.results / "results.json").write_text(json.dumps(results, indent=1))

    def run_configurations(workload, title, network, configurations):
        if not arguments.weights_of[network].exists():
            print(f"\n{workload}: {title}: left out: {arguments.weights_of[network]} is not there; see --help")
            return
        prepare(network, arguments)
        for batch, threads in configurations:
            if threads in threads_of([threads]) and batch in (arguments.batch or [batch]):
                print(f"\n{workload}: {title}; batch {batch}, {threads} threads")
                keep(workload, network, batch, threads, run_in_turn(workload, network, batch, threads, arguments))

    threads_of = lambda default: arguments.threads or default
    for workload in arguments.only:
        if workload == "W3":
            for threads in threads_of([os.cpu_count() if arguments.device == "cuda" else 2]):
                print(f"\nW3: the whole seed job, {arguments.epochs} epochs, decoding included; {threads} threads")
                keep("W3", "inception", 20, threads, run_jobs(threads, arguments))
        elif workload == "latency":
            prepare("inception", arguments)
            for threads in threads_of([2, 1]):
                print(f"\nlatency: {arguments.predictions} predictions of one image, milliseconds; {threads} threads")
                keep("latency", "inception", 1, threads, run_latency(threads, arguments))
        else:
            for title, network, configurations in (ON_GPU if arguments.device == "cuda" else IN_TURN)[workload]:
                run_configurations(workload, title, network, configurations)
    return 0


if __name__ == "__main__":
    sys.exit(main())
