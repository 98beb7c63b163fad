#!/usr/bin/python3
"""Follows wrong answers of engines from the rows of a job to the lines of docs/data/engine-faults.jsonl.

The rows are a made-up archive; `motzkin evaluate`, which judges them, is the real one.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BIN = ROOT / "build/release/bin"
sys.path.insert(0, str(ROOT / "bench"))

from engine_faults import ANSWER_CHARACTERS_MAX, add_faults, fault, refuted_in_archive  # noqa: E402

REFUTED, INTEGRATED = 8, 1


def row(index, integrand, integral, outcome, steps, kind="forward"):
    return {"index": index, "kind": kind, "integrand": integrand, "integral": integral, "outcome": outcome,
            "engine": "giac", "engine_version": "1.9.0.35", "steps": [[*step, 1000, 9000, 100] for step in steps]}


ROWS = [
    # The answer of this row is wrong.
    row(0, "cos x", "add x sin x", "refuted", [(1, REFUTED)]),
    # The answer is right, so the row's "refuted" is not believed.
    row(1, "exp x", "exp x", "refuted", [(1, REFUTED)]),
    # An integrated row does not store the wrong answer of an earlier step, and giac is right when it is asked again.
    row(2, "sin x", "neg cos x", "integrated", [(1, REFUTED), (1, INTEGRATED)]),
    # For a function made by parts the engine was asked about another function.
    row(3, "sin x", "x", "refuted", [(1, REFUTED)], kind="by_parts"),
    # The same function comes once more.
    row(4, "cos x", "mul INT+ 2 sin x", "refuted", [(1, REFUTED)]),
]


class EngineFaultsTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.archive = pathlib.Path(self.directory.name)
        self.file = self.archive / "faults.jsonl"
        (self.archive / "results").mkdir()
        (self.archive / "job.json").write_text(json.dumps(
            {"engines": [{"engine_id": 1, "engine": "giac", "engine_version": "1.9.0.35"}]}))
        (self.archive / "results/00000.jsonl").write_text("".join(json.dumps(line) + "\n" for line in ROWS))

    def lines(self):
        return [json.loads(line) for line in self.file.read_text().splitlines()]

    def test_an_archives_refuted_answers_are_found_with_their_text_where_it_is_stored(self):
        self.assertEqual([(one["integrand"], one["answer"]) for one in refuted_in_archive(self.archive)],
                         [("cos x", "add x sin x"), ("exp x", "exp x"), ("sin x", None),
                          ("cos x", "mul INT+ 2 sin x")])

    def test_only_what_is_proved_wrong_anew_becomes_a_line(self):
        for _ in range(2):  # The second time adds nothing.
            subprocess.run([ROOT / "bench/engines.py", "--archive", self.archive, "--faults", self.file, "--bin", BIN],
                           check=True)
            (line,) = self.lines()
            self.assertNotEqual(line.pop("differs_at"), "")
            self.assertEqual(line, {"engine": "giac 1.9.0.35", "integrand": "cos(x)", "answer": "x + sin(x)"})

    def test_lines_are_sorted_and_an_engines_word_on_a_function_stands_once(self):
        known = fault("giac 1", "b", "1", "0.5")
        self.file.write_text(json.dumps(known) + "\n")
        new = add_faults(self.file, [fault("giac 1", "b", "2", "0.25"), fault("giac 1", "a", "x" * 1000, "0.5"),
                                     fault("fricas 1", "b", "x", "0.5")])
        self.assertEqual(new, 2)
        cut = "x" * ANSWER_CHARACTERS_MAX + " ..."
        self.assertEqual(self.lines(), [fault("fricas 1", "b", "x", "0.5"),
                                        {"engine": "giac 1", "integrand": "a", "answer": cut, "differs_at": "0.5"}, known])

    def test_the_file_in_the_repository_is_as_add_faults_leaves_it(self):
        path = ROOT / "docs/data/engine-faults.jsonl"
        self.file.write_text(path.read_text())
        self.assertEqual(add_faults(self.file, []), 0)
        self.assertEqual(self.file.read_text(), path.read_text())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, default=BIN)
    options, rest = parser.parse_known_args()
    BIN = options.bin
    unittest.main(argv=[sys.argv[0], *rest])
