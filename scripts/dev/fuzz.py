"""Builds the fuzz targets of tests/fuzz, runs each for a time, and prints a table.

Usage: python scripts/dev/fuzz.py [--seconds 30] [--jobs 2] [--seed N] [--build-only] [TARGET ...]

Everything lies in build/fuzz: seeds/ is written anew at each run, corpus/ holds what earlier runs
found new ways with and is kept, findings/ the inputs that broke a target (run the target with one
as its argument to see how), logs/ what each printed last. Exit code 1 when there is a finding, 3
where no clang is installed (scripts/dev/bootstrap.sh --fuzz installs one).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from make_fuzz_seeds import write_picture_seeds

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "fuzz"
COMPILERS = ["clang++-16", "clang++-17", "clang++-18", "clang++-19", "clang++"]
# One input: seconds, and MiB in a single piece. Metadata may take 64 MiB beyond the file; pictures
# and weights are held to sizes below it by the targets.
TIMEOUT, PIECE, PROCESS = 20, 64, 1024


@dataclass
class Result:
    """What one target's run came to; `executions` and `edges` are -1 where it did not say."""

    name: str
    executions: int = -1
    edges: int = -1
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    findings: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


def find_compiler() -> str | None:
    """The compiler that the targets are built with, None where there is none."""
    return next((name for name in COMPILERS if shutil.which(name)), None)


def build(jobs: int) -> dict[str, str]:
    """Builds all targets. Gives their names, each with its dictionary's, in the order to run.

    Ends the program, with exit code 3, where no clang is installed.
    """
    compiler = find_compiler()
    if not compiler:
        print("fuzz: no clang here; scripts/dev/bootstrap.sh --fuzz installs it", file=sys.stderr)
        sys.exit(3)
    for command in (
        ["cmake", "--preset", "fuzz", f"-DCMAKE_CXX_COMPILER={compiler}"],
        ["cmake", "--build", str(BUILD), "-j", str(jobs)],
    ):
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(done.stdout + f"fuzz: {' '.join(command)} failed")
    lines = (BUILD / "tests" / "fuzz" / "targets.txt").read_text().splitlines()
    return {line.split()[0]: (line.split() + [""])[1] for line in lines if line}


def make_seeds() -> None:
    """Writes the first inputs of every target."""
    shutil.rmtree(BUILD / "seeds", ignore_errors=True)
    subprocess.run(
        [str(BUILD / "tests" / "fuzz" / "fuzz_make_seeds"), str(BUILD / "seeds")], check=True
    )
    write_picture_seeds(BUILD / "seeds")


def run_target(name: str, dictionary: str, seconds: int, seed: int) -> Result:
    """Runs one target for that long or until it finds something. 0 draws another seed each time."""
    corpus, findings = BUILD / "corpus" / name, BUILD / "findings" / name
    log = BUILD / "logs" / f"{name}.log"
    for folder in (corpus, findings, log.parent):
        folder.mkdir(parents=True, exist_ok=True)
    known = set(findings.iterdir())
    command = [
        str(BUILD / "tests" / "fuzz" / f"fuzz_{name}"),
        f"-max_total_time={seconds}",
        f"-seed={seed}",
        f"-timeout={TIMEOUT}",
        f"-malloc_limit_mb={PIECE}",
        f"-rss_limit_mb={PROCESS}",
        "-print_final_stats=1",
        f"-artifact_prefix={findings}/",
    ]
    if dictionary:
        command.append(f"-dict={ROOT}/tests/fuzz/dictionaries/{dictionary}.dict")
    command += [str(corpus), str(BUILD / "seeds" / name)]
    result = Result(name)
    start = time.monotonic()
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, cwd=BUILD)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    result.seconds = time.monotonic() - start
    result.cpu_seconds = usage.ru_utime + usage.ru_stime
    read_log(log.read_text(errors="replace"), result)
    result.findings = sorted(str(one) for one in set(findings.iterdir()) - known)
    if process.returncode != 0 and not result.findings:
        result.findings = [f"exit code {process.returncode}, see {log}"]
    with log.open("a") as out:
        out.write(f"cpu seconds: {result.cpu_seconds:.0f}, wall: {result.seconds:.0f}\n")
    return result


def read_log(text: str, result: Result) -> None:
    """Fills in what libFuzzer printed."""
    if found := re.findall(r"stat::number_of_executed_units:\s*(\d+)", text):
        result.executions = int(found[-1])
    if found := re.findall(r"\bcov: (\d+)", text):
        result.edges = int(found[-1])
    # A broken requirement, the sanitizers' verdict, the frames in our own files, and the input.
    result.reasons = re.findall(
        r"^(?:.*does not hold:.*|.*terminate called.*|  what\(\):.*|SUMMARY:.*|.*runtime error:.*"
        r"|Base64: .{0,4000})$",
        text,
        re.MULTILINE,
    )
    result.reasons += re.findall(
        r"^ +#\d+ \S+ in (.*(?:cpp|tests)/\S+:\d+:\d+)$", text, re.MULTILINE
    )


def print_row(result: Result) -> None:
    """One line of the table."""
    rate = result.executions / max(result.seconds, 1e-3)
    print(
        f"{result.name:<14}{result.executions:>12}{rate:>10.0f}{result.edges:>9}"
        f"{result.seconds:>9.0f}{result.cpu_seconds:>9.0f}{len(result.findings):>10}",
        flush=True,
    )
    for line in result.findings + result.reasons:
        print(f"    {line}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("targets", nargs="*", help="names, all of them where there is none")
    parser.add_argument("--seconds", type=int, default=30, help="for each target")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations, 0 = drawn anew")
    parser.add_argument("--build-only", action="store_true")
    options = parser.parse_args()
    targets = build(options.jobs)
    if unknown := set(options.targets) - set(targets):
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(targets)}")
    make_seeds()
    if options.build_only:
        return 0
    print(
        f"{'target':<14}{'executions':>12}{'exec/s':>10}{'edges':>9}{'seconds':>9}{'CPU s':>9}"
        f"{'findings':>10}",
        flush=True,
    )

    def run_named(name: str) -> Result:
        return run_target(name, targets[name], options.seconds, options.seed)

    has_findings = False
    with ThreadPoolExecutor(options.jobs) as pool:
        names = options.targets or list(targets)
        for result in pool.map(run_named, names):
            print_row(result)
            has_findings |= bool(result.findings)
    return int(has_findings)


if __name__ == "__main__":
    sys.exit(main())
