#!/usr/bin/python3
"""Exports of a running cluster are read by the programs that their readers use.

Hugging Face's `datasets` loads each of them as the card says, also a file whose first 12,000 rows have no integral, of
which no type could be guessed. `mlcroissant` checks croissant.json and reads the rows by it.

Usage: load_dataset_test.py BIN_DIRECTORY PROTO_DIRECTORY TOOLS_DIRECTORY [UNITTEST ARGUMENTS]
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "attacks"), str(HERE)]
import attacked  # noqa: E402
import between  # noqa: E402
import trial  # noqa: E402
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
        cls.coordinator = attacked.Coordinator()
        cls.addClassCleanup(cls.coordinator.stop)
        worker = between.RealWorker(cls.coordinator.address, "laptop")
        cls.addClassCleanup(worker.stop)
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        job = cls.folder / "job.yaml"
        job.write_text(trial.short_functions("short", 300), encoding="utf-8")
        cls.coordinator.motzkin("start", str(job))
        trial.wait_for(lambda: cls.coordinator.motzkin("jobs")[0]["sealed_below"] >= 300, 240, "not all is sealed")

    def export(self, name, *options):
        path = self.folder / name
        self.coordinator.motzkin("export", "short", str(path), *options)
        return path, json.loads((path / "export.json").read_text())["exported_rows"]

    def run_there(self, script, *words):
        environment = {**os.environ, "HF_HOME": str(self.folder / "hub"), "HF_HUB_OFFLINE": "1",
                       "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}
        done = subprocess.run([self.python, "-c", script, *map(str, words)], capture_output=True, text=True,
                              check=False, env=environment, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

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


if __name__ == "__main__":
    TOOLS = pathlib.Path(sys.argv[3])
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
