# SPDX-License-Identifier: GPL-2.0-only
"""Runs suites and counts their tests. scripts/test prepares and starts it."""
import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from lab.tools import REPOSITORY, Tools

# A test may be skipped only because this machine was asked and cannot do it; the reason then begins so.
PROBED = "probed: "

# Of guests, with --long; what each is, scripts/lib/vm-setup tells.
EVERY_KERNEL = ["6.1", "6.12", "newest", "debug"]


@dataclass
class Result:
    passed: int = 0
    skipped: list = field(default_factory=list)  # (name, reason)
    failed: list = field(default_factory=list)   # (name, output)

    def add_skip(self, name, reason):
        if reason.startswith(PROBED):
            self.skipped.append((name, reason))
        else:
            self.failed.append((name, f"skipped without a probed reason: {reason or 'none given'}"))

    def add(self, other):
        self.passed += other.passed
        self.skipped += other.skipped
        self.failed += other.failed

    def count(self):
        return self.passed + len(self.skipped) + len(self.failed)


class Suites:
    def __init__(self, options):
        self._options = options
        self._build = Tools().build
        self._sanitized = self._build.parent / "fuzz"
        self._out = self._build / "test-results"
        self._out.mkdir(parents=True, exist_ok=True)

    def unit(self):
        return self._ctest("unit", "--label-exclude", "^bpf$")

    def bpf(self):
        return self._ctest("bpf", "--label-regex", "^bpf$")

    def netns(self):
        return self._pytest("netns", "tests/netns")

    def vm(self):
        kernels = [self._options.kernel] if self._options.kernel else EVERY_KERNEL if self._options.long else []
        # In one word: before it knows the option, pytest takes a value for a path and looks there for what it does not know.
        options = [f"--kernel={kernel}" for kernel in kernels] or ["--both"] * self._options.both
        packages = sorted(self._build.glob("vf-failover_*.deb"), key=lambda path: path.stat().st_mtime)
        options += [f"--deb={packages[-1]}"] if packages else []
        # A guest keeps one CPU busy, and a story waits much.
        result = self._pytest("vm", "tests/vm", "-n", os.cpu_count(), *options, but="alone")
        result.add(self._pytest("vm-alone", "tests/vm", *options, only="alone"))
        return result

    def sanitized(self):
        """The unit tests again, built with address and undefined-behaviour sanitizers, and the fuzzers' seeds."""
        # What is not among the targets that scripts/test builds for this shows up as NAME_NOT_BUILT.
        return self._ctest("sanitized", "--exclude-regex", "_NOT_BUILT", build=self._sanitized)

    def fuzz(self):
        """Each fuzz target for a minute from its seeds; what it finds is left beside the logs."""
        result = Result()
        targets = [path for path in sorted((self._sanitized / "tests/fuzz").glob("fuzz_*")) if is_program(path)]
        targets = [path for path in targets if not self._options.k or self._options.k in path.name]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, status, output in pool.map(self._fuzz_target, targets):
                if status == 0:
                    result.passed += 1
                else:
                    result.failed.append((name, output[-20_000:]))
        return result

    def _fuzz_target(self, program):
        finds = self._out / program.name
        finds.mkdir(exist_ok=True)
        seeds = REPOSITORY / "tests/fuzz/corpus" / program.name.removeprefix("fuzz_")
        return program.name, *self._run(program.name, [
            program, "-max_total_time=60", "-max_len=4096", "-timeout=10", f"-artifact_prefix={finds}/",
            "-print_final_stats=1", finds, *([seeds] if seeds.is_dir() else [])])

    def lint(self):
        result = Result()
        for check in sorted((REPOSITORY / "scripts/lint").glob("check-*")):
            if self._options.k and self._options.k not in check.name:
                continue
            status, output = self._run(check.name, [check, self._build])
            if status == 0:
                result.passed += 1
            else:
                result.failed.append((check.name, output))
        return result

    def _ctest(self, suite, *selection, build=None):
        report = self._report(suite)
        pattern = ["--tests-regex", self._options.k] if self._options.k else []
        status, output = self._run(suite, [
            "ctest", "--test-dir", build or self._build, "--output-on-failure", "--output-junit", report, "--timeout", "300",
            "--parallel", os.cpu_count(), "--test-output-size-passed", 100_000, "--test-output-size-failed", 1_000_000,
            *selection, *pattern])
        return self.judge(report, status, output, nothing=(0, 8))

    def _pytest(self, suite, folder, *options, only=None, but=None):
        """`only`, `but`: the marker of the tests that are meant, or are not."""
        report = self._report(suite)
        selection = ["-k", self._options.k] if self._options.k else []
        marks = [only or "", f"not {but}" if but else "", "" if self._options.long else "not long"]
        selection += ["-m", " and ".join(filter(None, marks))]
        status, output = self._run(suite, [
            sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-ra", "--tb=short", f"--junit-xml={report}",
            *selection, *options, REPOSITORY / folder])
        return self.judge(report, status, output, nothing=(5,))

    def _report(self, suite):
        report = self._out / f"{suite}.xml"
        report.unlink(missing_ok=True)
        return report

    def _run(self, name, command):
        log = self._out / f"{name}.log"
        with open(log, "wb") as output:
            done = subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=subprocess.STDOUT, cwd=REPOSITORY)
        return done.returncode, log.read_text(errors="replace")

    @staticmethod
    def judge(report, status, output, nothing):
        """`nothing`: exit statuses that come with no test selected or with failed tests already in the report."""
        result = read_junit(report) if report.exists() else Result()
        if status != 0 and not result.failed and not (result.count() == 0 and status in nothing):
            result.failed.append(("the suite itself", f"ended {status}:\n{output}"))
        return result


def is_program(path):
    return path.is_file() and os.access(path, os.X_OK)


def read_junit(path):
    """Test cases of a JUnit file as pytest and ctest write it."""
    result = Result()
    for case in xml.etree.ElementTree.parse(path).iter("testcase"):
        name = case.get("name")
        if case.get("classname") not in (None, name):
            name = f"{case.get('classname')}: {name}"
        failures = [node for tag in ("failure", "error") for node in case.findall(tag)]
        skip = case.find("skipped")
        if failures or case.get("status") == "fail":
            texts = [node.text or node.get("message") or "" for node in failures]
            texts += [node.text or "" for tag in ("system-out", "system-err") for node in case.findall(tag)]
            result.failed.append((name, "\n".join(texts)))
        elif skip is not None or case.get("status") in ("notrun", "disabled"):
            result.add_skip(name, skip_reason(case, skip))
        else:
            result.passed += 1
    return result


def skip_reason(case, skip):
    """pytest gives it in the message; a ctest program prints it before it ends with its skip status."""
    texts = [skip.get("message") or "" if skip is not None else ""]
    texts += (case.findtext("system-out") or "").splitlines()
    return next((text for text in texts if text.startswith(PROBED)), texts[0])


class Report:
    def __init__(self):
        self._colour = sys.stdout.isatty()

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self._colour else text

    def suite(self, name, result, seconds):
        counts = [self.paint(32, f"{result.passed} passed")]
        counts += [self.paint(31, f"{len(result.failed)} failed")] if result.failed else []
        counts += [self.paint(33, f"{len(result.skipped)} skipped")] if result.skipped else []
        print(f"  {name:9} {', '.join(counts)} {self.paint(2, f'({seconds:.1f} s)')}")
        for test, reason in result.skipped:
            print(f"         skipped {test}: {reason.removeprefix(PROBED)}")
        for test, output in result.failed:
            print(f"\n  {self.paint(31, 'FAILED')} {test}")
            for line in output.strip().splitlines():
                print(f"    {line}")
        if result.failed:
            print()
        sys.stdout.flush()

    def failures(self, results):
        """Their names once more, where a long output ends."""
        failed = [(suite, test) for suite, result in results.items() for test, _ in result.failed]
        if failed:
            print(self.paint(31, "Failed"))
        for suite, test in failed:
            print(f"  {suite:9} {test}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/test")
    parser.add_argument("suites", nargs="+")
    parser.add_argument("-k")
    parser.add_argument("--kernel")
    parser.add_argument("--both", action="store_true")
    parser.add_argument("--long", action="store_true")
    options = parser.parse_args()
    suites = Suites(options)
    report = Report()
    print(report.paint(1, "Testing"), flush=True)
    names, results = list(dict.fromkeys(options.suites)), []
    for name in names:
        start = time.monotonic()
        result = getattr(suites, name)()
        # A suite that has vanished must not look like one that passes.
        if result.count() == 0 and not options.k:
            result.failed.append(("the suite itself", "has no tests"))
        report.suite(name, result, time.monotonic() - start)
        results.append(result)
    report.failures(dict(zip(names, results)))
    passed = sum(result.passed for result in results)
    failed = sum(len(result.failed) for result in results)
    skipped = sum(len(result.skipped) for result in results)
    if passed + failed + skipped == 0:
        print(f"No test matches \"{options.k}\".")
        failed = 1
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
