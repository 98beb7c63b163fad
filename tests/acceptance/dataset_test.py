#!/usr/bin/python3
"""Runs `./dev up --for 20s --json` on an empty data directory and checks the rows that it leaves.

The checks are independent of the product: they use mpmath's numeric derivative at 40 digits (antiderivative.py), and
readers of their own for stored tokens (prefix.py) and exports (check_export.py, lample_charton.py).
"""

import argparse
import csv
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import mpmath

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(pathlib.Path(__file__).parent), str(ROOT / "bench")]
from antiderivative import points_of_agreement  # noqa: E402
from engine_faults import refuted_in_job  # noqa: E402
from prefix import Unsupported, compile_prefix  # noqa: E402

PRESET = "release"


class DatasetTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        # Root's private Postgres runs as another user, who must reach the data.
        pathlib.Path(cls.directory.name).chmod(0o755)
        run = subprocess.run(
            [ROOT / "dev", "--no-install", "--preset", PRESET, "up", "--for", "20s", "--json",
             "--data-dir", f"{cls.directory.name}/data"],
            check=True, stdout=subprocess.PIPE, text=True)
        cls.summary = json.loads(run.stdout)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def rows(self, query):
        """Returns the rows of a SELECT as dictionaries, through the command line that the summary names."""
        output = subprocess.run([*self.summary["psql"].split(), "--csv", "-c", query], check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        return list(csv.DictReader(io.StringIO(output)))

    def test_the_summary_counts_what_is_stored(self):
        progress = self.rows("SELECT done, integrated FROM progress")[0]
        self.assertEqual(int(progress["done"]), self.summary["functions"])
        self.assertEqual(int(progress["integrated"]), self.summary["integrated"])
        self.assertEqual(sum(self.summary["outcomes"].values()), self.summary["functions"])
        self.assertGreater(self.summary["integrated"], 0)

    def test_no_index_is_missing_below_the_seal(self):
        row = self.rows("SELECT (SELECT sealed FROM progress) AS sealed, count(DISTINCT index) AS indices, "
                        "count(*) AS results FROM training_data_all WHERE sealed")[0]
        self.assertGreater(int(row["sealed"]), 0)
        self.assertEqual(row["indices"], row["sealed"])
        self.assertEqual(row["results"], row["sealed"])

    def test_no_canonical_hash_stands_twice_in_the_training_data(self):
        row = self.rows("SELECT count(*) AS results, count(DISTINCT a.canonical_hash) AS hashes "
                        "FROM training_data t JOIN training_data_all a USING (job, index)")[0]
        self.assertGreater(int(row["results"]), 0)
        self.assertEqual(row["results"], row["hashes"])

    def test_no_integrand_is_constant(self):
        for row in self.rows("SELECT integrand FROM training_data_all"):
            self.assertIn("x", row["integrand"].split())

    def test_integrals_differentiate_back(self):
        rows = self.rows("SELECT integrand, integral FROM training_data WHERE success ORDER BY index LIMIT 150")
        seed = random.randrange(2 ** 32)
        random_points = random.Random(seed)
        judged = 0
        with mpmath.workdps(40):
            for row in rows:
                try:
                    functions = compile_prefix(row["integrand"], strictly_real=True), compile_prefix(row["integral"])
                except Unsupported:
                    continue
                agreed, differed = points_of_agreement(*functions, random_points)
                self.assertEqual(differed, 0, f"seed {seed}: {row}")
                judged += agreed > 0
        print(f"{judged} of {len(rows)} integrals judged by mpmath, seed {seed}", file=sys.stderr)
        self.assertGreater(judged, 0.7 * len(rows))

    def test_each_wrong_answer_of_an_engine_is_found(self):
        steps = self.rows("SELECT count(*) AS refuted FROM engine_steps WHERE outcome = 'refuted'")[0]
        found = refuted_in_job("lample-charton", ROOT / "build" / PRESET / "bin",
                               data_directory=f"{self.directory.name}/data/coordinator")
        self.assertEqual(len(found), int(steps["refuted"]))

    def export(self, name, *options):
        """Exports the run's data directory and checks it with check_export.py."""
        path = pathlib.Path(self.directory.name) / name
        motzkin = ROOT / "build" / PRESET / "bin" / "motzkin"
        subprocess.run([motzkin, "export", "lample-charton", path, "--data-dir",
                        f"{self.directory.name}/data/coordinator", *options], check=True, stdout=sys.stderr)
        return path

    def check_export(self, path, *options):
        script = pathlib.Path(__file__).parent / "check_export.py"
        done = subprocess.run([sys.executable, script, path, "--sample", "60", *options], stdout=sys.stderr)
        self.assertEqual(done.returncode, 0)

    def test_exports_pass_the_independent_check(self):
        jsonl = self.export("jsonl", "--ln-abs", "strip")
        self.check_export(jsonl)
        self.check_export(self.export("csv", "--format", "csv", "--balance", "label", "--shard-size", "100"))
        pairs = self.export("pairs", "--format", "lample-charton", "--ln-abs", "strip")
        self.check_export(pairs, "--against", jsonl)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--preset", default=PRESET)
    options, rest = parser.parse_known_args()
    PRESET = options.preset
    unittest.main(argv=[sys.argv[0], *rest])
