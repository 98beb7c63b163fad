#!/usr/bin/env python3
"""Runs clang-tidy over sources. A source is checked again only if it, its includes or the checks changed.

Two things make a whole tree affordable:

  - Most of clang-tidy's time goes into the headers of gRPC, Abseil and the standard library, through which it walks
    again for every source. Sources of one folder are therefore written behind each other and checked as one. Includes
    would not do, as the analyzer and other checks look at the main file alone. Sources that do not compile together,
    for instance because two helpers have one name, are separated.
  - A clean source leaves a stamp. Its name is the hash of everything that could change the verdict: the text of the
    source and of every file that it includes, its flags, .clang-tidy, clang-tidy's version, and this script.

Exit code 0: everything is clean.
"""

import argparse
import bisect
import collections
import concurrent.futures
import hashlib
import itertools
import json
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Small enough to keep two cores busy, and that one batch takes about a minute and 2 GB.
BATCH_MAX = 24
FINDING = re.compile(r"^(/[^:]+):\d+:\d+: (?:warning|error): .*\[([^\]]+)\]$", re.M)
TAKES_A_WORD = {"-isystem", "-I", "-D", "-U", "-include"}
# Any cheap check, so that clang-tidy only compiles.
COMPILE_ONLY = ["--checks=-*,modernize-use-nullptr"]

Source = collections.namedtuple("Source", "path flags includes")


def flags_of(entry):
    """Returns the flags of a compile command without compiler, input and output: tuples of one or two words."""
    words = iter(shlex.split(entry["command"])[1:])
    flags = []
    for word in words:
        if word in ("-o", "-c"):
            next(words)
        elif word in TAKES_A_WORD:
            flags.append((word, next(words)))
        elif word != entry["file"]:
            flags.append((word,))
    return flags


def union(lists):
    """Returns the items of all lists, each once, in the order of their first appearance."""
    return list(dict.fromkeys(item for items in lists for item in items))


def parse_dependencies(text):
    """Returns the included files by source, from make rules "OBJECT: SOURCE INCLUDED..."."""
    found = {}
    for rule in text.replace("\\\n", " ").splitlines():
        _, _, names = rule.partition(": ")
        if names:
            source, *included = names.split()
            found[source] = included
    return found


def batches(sources):
    """Returns batches of their paths by folder, at most BATCH_MAX together, in which no macro has two values."""
    together = collections.defaultdict(list)
    for folder, group in itertools.groupby(sorted(sources), lambda source: source.path.rpartition("/")[0]):
        group = list(group)
        macros = [dict(flag[0].split("=", 1) for flag in source.flags if flag[0].startswith("-D") and "=" in flag[0])
                  for source in group]
        disputed = [name for name in union(macros) if len({of[name] for of in macros if name in of}) > 1]
        for source, of in zip(group, macros):
            together[folder, *(of.get(name) for name in disputed)].append(source.path)
    for folder in together.values():
        count = -(-len(folder) // BATCH_MAX)
        for part in range(count):
            yield folder[part::count]


def take_apart(batch, output):
    """Splits a batch that does not compile into the sources with errors and the others."""
    wrong = {path for path, check in FINDING.findall(output) if "clang-diagnostic-error" in check}
    apart = [path for path in batch if path in wrong]
    if not apart or len(apart) == len(batch):
        apart = batch[len(batch) // 2:]
    return [path for path in batch if path not in apart], apart


def write_together(batch, file):
    """Writes all sources behind each other into a file. Returns the first line of each."""
    starts, text = [], ""
    for path in batch:
        starts.append(text.count("\n") + 1)
        text += pathlib.Path(path).read_text() + "\n"
    file.write_text(text)
    return starts


def translate(output, batch, file, starts):
    """Turns findings in the file of a batch into findings in its sources."""
    start = 1

    def place(match):
        nonlocal start
        if match["name"] is None:  # a line of the source, below the finding in it
            return f"{int(match['excerpt']) - start + 1:5} |"
        if match["name"] != str(file):
            start = 1
            return match[0]
        index = bisect.bisect_right(starts, int(match["line"])) - 1
        start = starts[index]
        return f"{batch[index]}:{int(match['line']) - start + 1}:"

    return re.sub(r"^(?:(?P<name>/[^:\n]+):(?P<line>\d+):| *(?P<excerpt>\d+) \|)", place, output, flags=re.M)


class Linter:
    def __init__(self, options):
        self.tidy = options.tidy
        self.build = options.build.resolve()
        self.stamps = self.build / "clang-tidy"
        self.stamps.mkdir(parents=True, exist_ok=True)
        self.sources = self.read_sources(options.scan_deps, options.jobs, options.files)
        self.hashes = {}
        version = subprocess.run([self.tidy, "--version"], check=True, capture_output=True).stdout
        rules = (ROOT / ".clang-tidy").read_bytes() + pathlib.Path(__file__).read_bytes()
        self.common = hashlib.sha256(version + rules).hexdigest()

    def read_sources(self, scan_deps, jobs, files):
        wanted = {str((ROOT / file).resolve()) for file in files}
        commands = json.loads((self.build / "compile_commands.json").read_text())
        chosen = {entry["file"]: entry for entry in commands if entry["file"] in wanted}
        unknown = wanted - chosen.keys()
        if unknown:
            sys.exit(f"no target compiles {', '.join(sorted(unknown))}")
        database = self.stamps / "chosen.json"
        database.write_text(json.dumps(list(chosen.values())))
        rules = subprocess.run([scan_deps, "--compilation-database", database, "-j", str(jobs)],
                               check=True, stdout=subprocess.PIPE, text=True).stdout
        return {path: Source(path, flags_of(chosen[path]), included)
                for path, included in parse_dependencies(rules).items()}

    def hash_of(self, path):
        if path not in self.hashes:
            self.hashes[path] = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
        return self.hashes[path]

    def stamp_of(self, path):
        source = self.sources[path]
        words = [self.common, repr(source.flags)]
        words += [name + self.hash_of(name) for name in [path, *sorted(source.includes)]]
        return self.stamps / hashlib.sha256("\n".join(words).encode()).hexdigest()

    def run(self, batch, extra=()):
        """Returns clang-tidy's exit code and findings for sources that are compiled as one."""
        together, starts = pathlib.Path(batch[0]), [1]
        if len(batch) > 1:
            together = self.stamps / (hashlib.sha256("\n".join(batch).encode()).hexdigest() + ".cc")
            starts = write_together(batch, together)
        flags = union(self.sources[path].flags for path in batch)
        command = [self.tidy, "--quiet", *extra, str(together), "--", *[word for flag in flags for word in flag]]
        done = subprocess.run(command, cwd=self.build, capture_output=True, text=True)
        output = done.stdout or (done.stderr if done.returncode else "")
        return done.returncode, translate(output, batch, together, starts)

    def check(self, batch):
        """Lints a batch and stamps clean sources. Returns findings, and batches that are left to do."""
        if len(batch) > 1:
            code, output = self.run(batch, COMPILE_ONLY)
            if code != 0:
                return "", take_apart(batch, output)
        code, output = self.run(batch)
        wrong = {path for path, _ in FINDING.findall(output)}
        if code == 0 or wrong:
            for path in batch:
                if wrong.isdisjoint([path, *self.sources[path].includes]):
                    self.stamp_of(path).touch()
        if len(batch) > 1 and wrong and wrong.issubset(batch):
            return "", [[path] for path in batch if path in wrong]  # alone, it may shadow nothing
        return (output if code != 0 else ""), ()

    def lint(self, jobs):
        """Prints all findings. Returns whether there were none."""
        old = [path for path in self.sources if not self.stamp_of(path).exists()]
        print(f"clang-tidy: {len(old)} of {len(self.sources)} files to check", file=sys.stderr)
        clean = True
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            running = {pool.submit(self.check, batch) for batch in batches(map(self.sources.get, old))}
            while running:
                done, running = concurrent.futures.wait(running, return_when="FIRST_COMPLETED")
                for output, left in (future.result() for future in done):
                    running |= {pool.submit(self.check, batch) for batch in left}
                    if output:
                        clean = False
                        print(output, flush=True)
        return clean


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tidy", required=True, help="the program clang-tidy")
    parser.add_argument("--scan-deps", required=True, help="the program clang-scan-deps")
    parser.add_argument("--build", required=True, type=pathlib.Path, help="a configured build with the generated headers")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("files", nargs="+")
    options = parser.parse_args()
    return 0 if Linter(options).lint(options.jobs) else 1


if __name__ == "__main__":
    sys.exit(main())
