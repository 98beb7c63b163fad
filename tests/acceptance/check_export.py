#!/usr/bin/python3
"""Checks an export of `motzkin export`, sharing no code with the product.

    check_export.py DIR [--sample 200] [--seed N] [--against JSONL_DIR]

It checks checksums, counts and the card's head; that no function comes twice and no skeleton is in two splits, and each
split is where the published rule puts it; labels as docs/dataset.md defines them; and a sample of the integrals, which
mpmath differentiates. All lines of lample-charton are parsed back. With --against, a jsonl export of the same rows,
they are compared with it numerically.

Prints a line for each check, and its faults; then the exit code is 1.
"""

import argparse
import csv
import glob
import hashlib
import json
import pathlib
import random
import sys

import mpmath

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from antiderivative import points_of_agreement  # noqa: E402
from lample_charton import Malformed, compile_tokens, read_line  # noqa: E402
from prefix import Unsupported, compile_prefix  # noqa: E402

FALSE_OUTCOMES = {"unsolved", "timed_out", "nonelementary"}
CLASSES = {"elementary": {"elementary"}, "special": {"elementary", "special"}}
# Functions that lample-charton has no words for.
LEAVES = {"INT+", "INT-", "x", "pi", "E", "I"}
POINTS = 3


class Report:
    def __init__(self):
        self.faults = 0

    def check(self, what, faults):
        """Prints one line, with the first few faults below it."""
        self.faults += len(faults)
        print(f"{'ok  ' if not faults else 'FAIL'} {what}")
        for fault in faults[:5]:
            print(f"       {fault}")


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()


def check_checksums(directory, report):
    faults = []
    listed = set()
    for line in (directory / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ", 1)
        listed.add(name)
        if sha256_of(directory / name) != digest:
            faults.append(f"{name} has another checksum")
    there = {str(path.relative_to(directory)) for path in directory.rglob("*") if path.is_file()}
    faults += [f"{name} is not in SHA256SUMS" for name in there - listed - {"SHA256SUMS"}]
    report.check(f"checksums of {len(listed)} files", faults)


def csv_value(row, name):
    text = row[name]
    if name == "index":
        return int(text)
    if name in ("success", "has_abs"):
        return {"true": True, "false": False}[text]
    return text or None


def rows_of(path):
    if path.suffix == ".jsonl":
        with open(path, encoding="utf-8") as file:
            yield from map(json.loads, file)
    else:
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield {name: csv_value(row, name) for name in row}


def split_of(skeleton_hash):
    first = hashlib.sha256(b"motzkin split 1" + bytes.fromhex(skeleton_hash)).digest()[0]
    return "train" if first < 230 else "valid" if first < 243 else "test"


def label_fault(row, classes):
    if row["success"]:
        right = row["outcome"] == "integrated" and row["answer_class"] in classes and row["integral"]
    else:
        right = row["outcome"] in FALSE_OUTCOMES and row["integral"] is None
    return None if right else f"index {row['index']}: {row}"


class Table:
    """Reads the rows of a jsonl or csv export in one pass and remembers what the checks need."""

    def __init__(self, directory, about, sample, seed):
        self.counts, self.label_counts = {}, {}
        self.order, self.repeated, self.parted, self.labels = [], [], [], []
        self.sample, self.seen_positive = [], 0
        self.random = random.Random(seed)
        self.wanted = sample
        functions, skeletons = set(), {}
        begin, end = about["options"]["range"]
        classes = CLASSES[about["options"]["answers"]]
        last = {}
        for file in about["files"]:
            for row in rows_of(directory / file["path"]):
                split = file["split"]
                self.counts[file["path"]] = self.counts.get(file["path"], 0) + 1
                key = (split, row["success"])
                self.label_counts[key] = self.label_counts.get(key, 0) + 1
                if not begin <= row["index"] < end or row["index"] <= last.get(split, -1):
                    self.order.append(f"index {row['index']} in {file['path']}")
                last[split] = row["index"]
                if row["canonical_hash"] in functions:
                    self.repeated.append(f"index {row['index']}: its function occurred before")
                functions.add(row["canonical_hash"])
                home = skeletons.setdefault(row["skeleton_hash"], split)
                if home != split or split_of(row["skeleton_hash"]) != split:
                    self.parted.append(f"index {row['index']}: skeleton {row['skeleton_hash']} in {split}")
                fault = label_fault(row, classes)
                if fault:
                    self.labels.append(fault)
                self.consider(row)

    def consider(self, row):
        """Samples rows with an integral, as a reservoir."""
        if not row["success"]:
            return
        self.seen_positive += 1
        if len(self.sample) < self.wanted:
            self.sample.append(row)
        elif (slot := self.random.randrange(self.seen_positive)) < self.wanted:
            self.sample[slot] = row


def check_table(directory, about, options, report):
    table = Table(directory, about, options.sample, options.seed)
    total = sum(table.counts.values())
    faults = [f"{file['path']} has {table.counts.get(file['path'], 0)} rows, not {file['rows']}"
              for file in about["files"] if table.counts.get(file["path"], 0) != file["rows"]]
    faults += [f"{split} {success}: {table.label_counts.get((split, success), 0)} rows"
               for split in ("train", "valid", "test") for success in (True, False)
               if table.label_counts.get((split, success), 0)
               != about["exported_rows"]["labels"][split][str(success).lower()]]
    if total != about["exported"]:
        faults.append(f"{total} rows, not {about['exported']}")
    report.check(f"{total} rows, as export.json counts them", faults)
    report.check("indices rise within each split and lie in the range", table.order)
    report.check("no function twice", table.repeated)
    report.check("no skeleton in two splits, each where the rule puts it", table.parted)
    report.check("labels as outcome and answer class say", table.labels)
    if about["options"]["balance"] != "none":
        faults = [split for split in ("train", "valid", "test")
                  if table.label_counts.get((split, True), 0) != table.label_counts.get((split, False), 0)]
        report.check("as many true as false rows in each split", faults)
    if about["options"]["notation"] == "prefix":
        check_integrals(table.sample, options.seed, report)


def check_integrals(sample, seed, report):
    points = random.Random(seed)
    judged, faults = 0, []
    with mpmath.workdps(40):
        for row in sample:
            try:
                functions = compile_prefix(row["integrand"], strictly_real=True), compile_prefix(row["integral"])
            except Unsupported:
                continue
            agreed, differed = points_of_agreement(*functions, points)
            judged += agreed > 0
            if differed:
                faults.append(f"index {row['index']}: the derivative of {row['integral']} is not {row['integrand']}")
    if judged < len(sample) / 2:
        faults.append(f"only {judged} of {len(sample)} could be judged")
    report.check(f"integrals differentiate back: {judged} of a sample of {len(sample)}, seed {seed}", faults)


def check_card(directory, about, report):
    head = (directory / "README.md").read_text(encoding="utf-8").split("---\n")[1]
    paths = [line.split("path: ", 1)[1] for line in head.splitlines() if "path: " in line]
    found = {str(pathlib.Path(name).relative_to(directory))
             for path in paths for name in glob.glob(str(directory / path))}
    faults = [f"{path} finds no file" for path in paths if not glob.glob(str(directory / path))]
    if about["options"]["format"] != "lample-charton" and found != {f["path"] for f in about["files"]}:
        faults.append("the paths do not find all data files")
    report.check(f"the card's head finds the data files ({', '.join(paths) or 'none, for this format'})", faults)


def expressible(row):
    """Whether lample-charton has words for the row. Its vocabulary is that of compile_tokens."""
    for tokens in (row["integrand"], row["integral"]):
        for token in tokens.split():
            if token in LEAVES or token.isdigit() or token in ("add", "sub", "mul", "div", "pow", "neg"):
                continue
            try:
                compile_tokens([token, "x"])
            except Malformed:
                return False
    return True


def values_at(one, other, x):
    """Returns both values, or None if one of them has none."""
    try:
        a, b = one(x), other(x)
    except (ValueError, ZeroDivisionError, OverflowError, mpmath.libmp.ComplexResult):
        return None
    return (a, b) if mpmath.isfinite(a) and mpmath.isfinite(b) else None


def agree(a, b):
    return abs(a - b) <= mpmath.mpf(10) ** -15 * (1 + abs(a))


def differ(one, other, points):
    """Returns a point at which two functions differ, or None, and the number of points at which they could be compared.
    """
    compared = 0
    for _ in range(20):
        x = mpmath.mpf(points.uniform(-3, 3))
        values = values_at(one, other, x)
        if values is None or abs(values[0]) > 1e30:
            continue
        if not agree(*values):
            # tan(exp(...)) of a large argument takes as many digits as the argument has.
            with mpmath.workdps(400):
                values = values_at(one, other, x)
                if values is None or not agree(*values):
                    return x, compared
        compared += 1
        if compared == POINTS:
            break
    return None, compared


def positives(directory, split):
    about = json.loads((directory / "export.json").read_text())
    for file in about["files"]:
        if file["split"] == split:
            yield from (row for row in rows_of(directory / file["path"]) if row["success"] and expressible(row))


def check_pairs(directory, about, options, report):
    points = random.Random(options.seed)
    faults, lines, compared = [], 0, 0
    for file in about["files"]:
        reference = positives(options.against, file["split"]) if options.against else None
        with open(directory / file["path"], encoding="utf-8") as text, mpmath.workdps(30):
            for number, line in enumerate(text, start=1):
                lines += 1
                where = f"{file['path']}:{number}"
                try:
                    _, given, wanted = read_line(line)
                    pair = compile_tokens(given), compile_tokens(wanted)
                except Malformed as error:
                    faults.append(f"{where}: {error}")
                    continue
                if reference is None:
                    continue
                row = next(reference, None)
                if row is None:
                    faults.append(f"{where}: the other export has fewer rows")
                    break
                for function, stored in zip(pair, (row["integrand"], row["integral"])):
                    point, count = differ(compile_prefix(stored), function, points)
                    compared += count > 0
                    if point is not None:
                        faults.append(f"{where}: differs from index {row['index']} at x = {point}: {stored}")
        if reference is not None and next(reference, None) is not None:
            faults.append(f"{file['path']}: the other export has more rows")
    if lines != about["exported"]:
        faults.append(f"{lines} lines, not {about['exported']}")
    report.check(f"{lines} lines of lample-charton parse back", faults)
    if options.against:
        enough = compared >= lines  # at least half of the lines have a value somewhere
        report.check(f"{compared} of {2 * lines} expressions compared with the jsonl export, seed {options.seed}",
                     [] if enough else ["too few could be compared"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(2 ** 32))
    parser.add_argument("--against", type=pathlib.Path)
    options = parser.parse_args()
    about = json.loads((options.directory / "export.json").read_text())
    report = Report()
    check_checksums(options.directory, report)
    check_card(options.directory, about, report)
    if about["options"]["format"] == "lample-charton":
        check_pairs(options.directory, about, options, report)
    else:
        check_table(options.directory, about, options, report)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
