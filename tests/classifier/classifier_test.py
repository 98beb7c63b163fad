#!/usr/bin/env python3
"""Trains and uses models as users do, and recomputes their scores from `motzkin classify --json`.

Usage: classifier_test.py BIN_DIRECTORY [UNITTEST ARGUMENTS]

intclass.jsonl.xz has 4,000 functions of the preset intclass with their labels and outcomes. Its split is not that of an
export, which would leave 200 functions for a test: one skeleton in four is in test or valid, and none is in two splits.
"""

import json
import lzma
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import rules  # noqa: E402

BIN = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE
SPLITS = ("train", "valid", "test")


def fixture():
    with lzma.open(HERE / "intclass.jsonl.xz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def of_split(rows, split):
    return [row for row in rows if row["split"] == split]


def write_export(rows, directory, preset="intclass"):
    """Writes rows as `motzkin export` does."""
    (directory / "data").mkdir(parents=True)
    files = []
    for split in SPLITS:
        path = f"data/{split}-00000-of-00001.jsonl"
        lines = [{"index": row["index"], "integrand": row["integrand"], "success": row["success"],
                  "outcome": row["outcome"]} for row in of_split(rows, split)]
        (directory / path).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        files.append({"path": path, "split": split, "rows": len(lines)})
    description = {"job": "fixture", "job_uuid": "", "spec_digest": "", "preset": preset, "generator_version": 1,
                   "skeleton_version": 1, "files": files,
                   "options": {"format": "jsonl", "notation": "prefix", "answers": "special", "balance": "none"}}
    (directory / "export.json").write_text(json.dumps(description), encoding="utf-8")
    return directory


def motzkin(*words, text=None):
    return subprocess.run([BIN / "motzkin", *map(str, words)], input=text, capture_output=True, text=True, check=False)


class Classifier(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.rows = fixture()
        cls.directory = write_export(cls.rows, cls.folder / "export")
        cls.model = cls.folder / "fixture.model"
        cls.report = cls.trained(cls.directory, cls.model)

    @classmethod
    def trained(cls, directory, model):
        done = motzkin("train", directory, "--model", model, "--json")
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return json.loads(done.stdout)

    def classified(self, *words, text=None):
        done = motzkin("classify", "--model", self.model, "--json", *words, text=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def refused_in_a_line(self, *words, text):
        done = motzkin(*words)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(text, done.stderr)

    def test_the_fixture_is_fair(self):
        self.assertEqual(len(self.rows), 4000)
        self.assertEqual(len({row["integrand"] for row in self.rows}), 4000)

    def test_scores_come_out_again_from_the_probabilities(self):
        train = of_split(self.rows, "train")
        for split in ("valid", "test"):
            rows = of_split(self.rows, split)
            answers = self.classified("--file", self.directory / f"data/{split}-00000-of-00001.jsonl")
            self.assertEqual([answer["line"] for answer in answers], list(range(1, len(rows) + 1)))
            self.assertEqual([answer["integrand"] for answer in answers], [row["integrand"] for row in rows])
            probabilities = [answer["probability"] for answer in answers]
            self.assertEqual([answer["success"] for answer in answers], [p >= 0.5 for p in probabilities])
            report = self.report[split]
            right = sum((p >= 0.5) == row["success"] for row, p in zip(rows, probabilities))
            self.assertEqual((right, len(rows)), (report["model"]["right"], report["model"]["rows"]))
            for bound, computed in zip(("lower", "upper"), rules.wilson(right, len(rows))):
                self.assertAlmostEqual(report["model"][bound], computed, places=9)
            self.assertEqual(report["majority"]["right"], rules.right_by_majority(train, rows))
            self.assertEqual(report["length"]["right"], rules.right_by_length(train, rows))
            self.assertEqual(report["operators"]["right"], rules.right_by_operators(train, rows))
            self.assertAlmostEqual(report["calibration_error"], rules.calibration_error(rows, probabilities), places=9)
            for outcome, hits in report["by_outcome"].items():
                of_outcome = [(row, p) for row, p in zip(rows, probabilities) if row["outcome"] == outcome]
                self.assertEqual(hits["rows"], len(of_outcome))
                self.assertEqual(hits["right"], sum((p >= 0.5) == row["success"] for row, p in of_outcome))

    def test_the_model_is_six_points_above_the_best_rule(self):
        test = self.report["test"]
        best = max(test[rule]["share"] for rule in ("majority", "length", "operators"))
        print(f"model {test['model']['share']:.3f}, best rule {best:.3f} of {test['rows']}", file=sys.stderr)
        self.assertGreaterEqual(test["model"]["share"], best + 0.06)

    def test_probabilities_mean_what_they_say_within_three_points(self):
        self.assertLessEqual(self.report["test"]["calibration_error"], 0.03)

    def test_the_same_directory_gives_the_same_bytes(self):
        again = self.folder / "again.model"
        self.trained(self.directory, again)
        self.assertEqual(again.read_bytes(), self.model.read_bytes())

    def test_shuffled_labels_teach_nothing(self):
        labels = [(row["success"], row["outcome"]) for row in self.rows]
        random.Random(1).shuffle(labels)
        shuffled = [{**row, "success": success, "outcome": outcome}
                    for row, (success, outcome) in zip(self.rows, labels)]
        report = self.trained(write_export(shuffled, self.folder / "shuffled"), self.folder / "shuffled.model")
        self.assertLess(report["test"]["model"]["share"], report["test"]["majority"]["upper"])

    def test_one_label_is_one_line(self):
        ones = [row for row in self.rows if row["success"]]
        directory = write_export(ones, self.folder / "ones")
        self.refused_in_a_line("train", directory, "--model", self.folder / "none", text="needs both labels")
        self.assertFalse((self.folder / "none").exists())

    def test_a_model_without_a_folder_is_refused_before_the_training(self):
        self.refused_in_a_line("train", self.folder / "absent", "--model", self.folder / "no/a.model", text="no folder")

    def test_hostile_and_truncated_models_are_one_line(self):
        whole = self.model.read_bytes()
        random_bytes = random.Random(2)
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 1
        hostile = self.folder / "hostile.model"
        for content in (b"", whole[:100], whole[:-1], whole + b"x", bytes(flipped), random_bytes.randbytes(300_000),
                        b"motzkin model 1\n" + b"[" * 200_000, b"motzkin model 1\n{}\n" + bytes(262_180)):
            hostile.write_bytes(content)
            self.refused_in_a_line("classify", "--model", hostile, "x", text=str(hostile))
        self.refused_in_a_line("classify", "--model", self.folder / "absent", "x", text="absent")

    def test_the_model_says_where_it_comes_from(self):
        header = json.loads(self.model.read_bytes().split(b"\n", 2)[1])
        self.assertEqual((header["job"], header["preset"], header["answers"]), ("fixture", "intclass", "special"))
        self.assertIn("preset intclass", motzkin("classify", "--model", self.model, "x").stderr)
        other = write_export(self.rows[:200], self.folder / "other", preset="lample-charton")
        told = motzkin("classify", "--model", self.model, "--file", other / "data/train-00000-of-00001.jsonl").stderr
        self.assertIn("is of preset lample-charton", told)

    def test_lines_that_cannot_be_read_are_counted_and_harm_no_others(self):
        lines = '{"integrand": "x*exp(x)", "id": "a"}\n\nnonsense\n{"integrand": "1/(x-x)"}\n{"integrand": "cos(x)", "candidates": 7}\n'
        answers = self.classified("--file", "-", text=lines)
        self.assertEqual([answer["line"] for answer in answers], [1, 3, 4, 5])
        self.assertEqual([answer.get("id") for answer in answers], ["a", None, None, None])
        self.assertEqual([("error" in answer) for answer in answers], [False, True, True, False])

    def test_an_expression_is_read_in_its_dialect(self):
        for dialect, read in (("maple", "elliptic_f asin x pow div INT+ 1 INT+ 2 INT+ 2"), ("sympy", None)):
            done = motzkin("classify", "--model", self.model, "--json", "--dialect", dialect, "EllipticF(x, 1/2)")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(json.loads(done.stdout)["integrand"] == read, read is not None)
        self.refused_in_a_line("classify", "--model", self.model, "--dialect", "latin", "x", text="--dialect must be")

    def test_a_file_whose_names_have_several_conventions_gets_a_note(self):
        done = motzkin("classify", "--model", self.model, "--file", "-", text="EllipticF(x, 1/2)\nEllipticF(x, 1/3)\n")
        self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, 2), done.stderr)
        self.assertEqual(done.stderr.count("note: EllipticF"), 1, done.stderr)

    def test_the_ladder_answers_too(self):
        done = motzkin("classify", "--model", self.model, "--json", "--integrate", "x*exp(x)")
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(done.stdout)
        self.assertEqual(answer["answer"]["outcome"], "integrated")
        self.assertEqual(answer["model"]["preset"], "intclass")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
