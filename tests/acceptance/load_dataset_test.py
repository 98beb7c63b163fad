#!/usr/bin/python3
"""Exports of a running cluster are read by the programs that their readers use.

Hugging Face's `datasets` loads each of them as the card says, also a file whose first 12,000 rows have no integral, of
which no type could be guessed. `mlcroissant` checks croissant.json and reads the rows by it. The
directories that motzkin-parquet makes have the same rows.

Usage: load_dataset_test.py BIN_DIRECTORY PROTO_DIRECTORY TOOLS_DIRECTORY [UNITTEST ARGUMENTS]
"""

import json
import os
import pathlib
import subprocess
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PARQUET = HERE.parent.parent / "python/motzkin-parquet/src"
sys.path[:0] = [str(HERE.parent / "attacks"), str(HERE)]
import computing  # noqa: E402
from loaders import install  # noqa: E402

# Both run in the Python of the loaders.
LOAD = """
import json, sys
from datasets import load_dataset
data = load_dataset(sys.argv[1], cache_dir=sys.argv[2])
print(json.dumps({
    "features": {name: str(feature) for name, feature in data["train"].features.items()},
    "rows": {split: len(rows) for split, rows in data.items()},
    "integrals": sum(text is not None for text in data["train"]["integral"]),
    "true": sum(data["train"]["success"])}))
"""
ROWS = """
import hashlib, json, sys
from datasets import load_dataset
data = load_dataset(sys.argv[1], cache_dir=sys.argv[2])
print(json.dumps({split: hashlib.sha256(json.dumps(list(rows)).encode()).hexdigest() for split, rows in data.items()}))
"""
CROISSANT = """
import json, sys
import mlcroissant
dataset = mlcroissant.Dataset(jsonld=sys.argv[1] + "/croissant.json")
assert not dataset.metadata.ctx.issues.errors
records = list(dataset.records(record_set="train"))
print(json.dumps({"rows": len(records), "true": sum(bool(record["train/success"]) for record in records)}))
"""


class LoadDataset(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.python = install(TOOLS, HERE / "loaders.txt")
        cls.coordinator, cls.folder = computing.start(cls, 300, lambda job: job["sealed_below"] >= 300, 240)

    def export(self, name, *options):
        path = self.folder / name
        self.coordinator.motzkin("export", "short", str(path), *options)
        return path, json.loads((path / "export.json").read_text())["exported_rows"]

    def python_there(self, *words):
        environment = {**os.environ, "HF_HOME": str(self.folder / "hub"), "HF_HUB_OFFLINE": "1",
                       "HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "PYTHONPATH": str(PARQUET),
                       "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run([self.python, *map(str, words)], capture_output=True, text=True, check=False,
                              env=environment, cwd=self.folder)

    def run_there(self, script, *words):
        done = self.python_there("-c", script, *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def to_parquet(self, source, name):
        """Returns the directory that motzkin-parquet has made, its exit code and what it said."""
        done = self.python_there("-m", "motzkin_parquet", source, self.folder / name)
        return self.folder / name, done.returncode, done.stderr

    def refusal(self, source):
        """Returns the one line with which motzkin-parquet refuses an export."""
        _, code, said = self.to_parquet(source, "refused")
        self.assertEqual(code, 2, said)
        self.assertRegex(said, r"\Amotzkin-parquet: [^\n]+\n\Z")
        return said

    def load(self, path):
        return self.run_there(LOAD, path, self.folder / f"cache-{path.name}")

    def test_load_dataset_reads_jsonl_and_csv_alike(self):
        loaded = {}
        for form in ("jsonl", "csv"):
            path, counts = self.export(form, "--format", form)
            loaded[form] = self.load(path)
            self.assertEqual(loaded[form]["rows"],
                             {split: sum(labels.values()) for split, labels in counts["labels"].items()
                              if split != "none" and sum(labels.values()) > 0})
            self.assertEqual(loaded[form]["true"], counts["labels"]["train"]["true"])
            self.assertEqual(loaded[form]["integrals"], loaded[form]["true"])
        self.assertEqual(loaded["csv"], loaded["jsonl"])
        self.assertEqual(loaded["jsonl"]["features"]["success"], "Value('bool')")

    def test_a_file_that_begins_without_integrals_keeps_its_types(self):
        path, counts = self.export("late")
        files = sorted(path.glob("data/train-*.jsonl"))
        rows = files[0].read_text().splitlines(keepends=True)
        negative = next(row for row in rows if json.loads(row)["integral"] is None)
        files[0].write_text(negative * 12_000 + "".join(rows))
        count = sum(counts["labels"]["train"].values())
        card = path / "README.md"
        # The loader compares the rows of each split with the card.
        card.write_text(card.read_text().replace(f"num_examples: {count}\n", f"num_examples: {12_000 + count}\n", 1))
        loaded = self.load(path)
        self.assertEqual(loaded["rows"]["train"], 12_000 + count)
        self.assertEqual(loaded["integrals"], counts["labels"]["train"]["true"])
        self.assertEqual(loaded["features"]["integral"], "Value('string')")

    def test_steps_are_lists(self):
        for form, lists in (("jsonl", "List(Value('int64'))"), ("csv", "Value('string')")):
            path, counts = self.export(f"steps-{form}", "--format", form, "--with", "steps")
            loaded = self.load(path)
            self.assertEqual(loaded["true"], counts["labels"]["train"]["true"])
            self.assertEqual(loaded["features"]["step_cpu_us"], lists)
            self.assertEqual(loaded["features"]["speed_factor"], "Value('float64')")
            described = self.run_there(CROISSANT, path)
            self.assertEqual(described["rows"], loaded["rows"]["train"])

    def test_croissant_describes_files_and_rows(self):
        for form in ("jsonl", "csv"):
            path, counts = self.export(f"croissant-{form}", "--format", form, "--shard-size", "100",
                                       "--license", "CC-BY-4.0", "--creator", "A. Author",
                                       "--url", "https://example.org/data")
            train = counts["labels"]["train"]
            self.assertEqual(self.run_there(CROISSANT, path), {"rows": sum(train.values()), "true": train["true"]})

    def test_parquet_has_the_same_rows_types_and_card(self):
        source, _ = self.export("for-parquet", "--with", "steps", "--shard-size", "100")
        path, code, said = self.to_parquet(source, "parquet")
        self.assertEqual(code, 0, said)
        loaded = self.load(path)
        self.assertEqual(loaded, self.load(source))
        self.assertEqual(self.run_there(ROWS, path, self.folder / "cache-rows-1"),
                         self.run_there(ROWS, source, self.folder / "cache-rows-2"))
        described = self.run_there(CROISSANT, path)
        self.assertEqual(described, {"rows": loaded["rows"]["train"], "true": loaded["true"]})
        sums = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=path, capture_output=True,
                              text=True, check=False)
        self.assertEqual(sums.returncode, 0, sums.stderr)
        report, card = json.loads((path / "export.json").read_text()), (path / "README.md").read_text()
        for file in report["files"]:
            self.assertEqual(file["bytes"], (path / file["path"]).stat().st_size)
            self.assertIn(f"| {file['path']} | {file['rows']:,} | {file['bytes']:,} | `{file['sha256']}` |", card)
        self.assertNotIn("jsonl |", card)
        again, code, said = self.to_parquet(source, "parquet-again")
        self.assertEqual(code, 0, said)
        self.assertEqual((again / "SHA256SUMS").read_text(), (path / "SHA256SUMS").read_text())

    def test_parquet_is_not_made_of_anything_else(self):
        source, _ = self.export("not-jsonl", "--format", "csv")
        self.assertRegex(self.refusal(source), "in the format csv: make it again with `motzkin export --format jsonl`")
        self.assertRegex(self.refusal(self.folder), "has no export.json: it is no directory of `motzkin export`")
        source, _ = self.export("changed")
        with open(next(source.glob("data/train-*.jsonl")), "a", encoding="utf-8") as file:
            file.write("{}\n")
        self.assertRegex(self.refusal(source), "is not what SHA256SUMS says: export again")
        self.assertEqual([path.name for path in self.folder.glob("refused*")], [])
        source, _ = self.export("sound")
        (self.folder / "refused").mkdir()
        (self.folder / "refused" / "mine").touch()
        self.assertRegex(self.refusal(source), "is there and not empty: name another directory")


if __name__ == "__main__":
    TOOLS = pathlib.Path(sys.argv[3])
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
