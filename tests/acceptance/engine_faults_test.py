#!/usr/bin/python3
"""Wrong answers of engines, from the rows of a job to the table in docs/engine-faults.md.

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

from engine_faults import ANSWER_CHARACTERS_MAX, add_faults, line_of, refuted_in_archive  # noqa: E402

HEAD = "# Wrong answers\n\n| engine | integrand | answer | differs at x = |\n|---|---|---|---|\n"
REFUTED, INTEGRATED = 8, 1


def row(index, integrand, integral, outcome, steps, kind="forward"):
    return {"index": index, "kind": kind, "integrand": integrand, "integral": integral, "outcome": outcome,
            "engine": "giac", "engine_version": "1.9.0.35", "steps": [[*step, 1000, 9000, 100] for step in steps]}


ROWS = [
    # Proved wrong by its row.
    row(0, "cos x", "add x sin x", "refuted", [(1, REFUTED)]),
    # A row that says so of a right answer is not believed.
    row(1, "exp x", "exp x", "refuted", [(1, REFUTED)]),
    # An integrated row: the wrong answer of a step before is nowhere, and giac is right when it is asked again.
    row(2, "sin x", "neg cos x", "integrated", [(1, REFUTED), (1, INTEGRATED)]),
    # Of made-by-parts functions the engine was asked about another function.
    row(3, "sin x", "x", "refuted", [(1, REFUTED)], kind="by_parts"),
    # The same function once more.
    row(4, "cos x", "mul INT+ 2 sin x", "refuted", [(1, REFUTED)]),
]


class EngineFaultsTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.archive = pathlib.Path(self.directory.name)
        self.table = self.archive / "faults.md"
        (self.archive / "results").mkdir()
        (self.archive / "job.json").write_text(json.dumps(
            {"engines": [{"engine_id": 1, "engine": "giac", "engine_version": "1.9.0.35"}]}))
        (self.archive / "results/00000.jsonl").write_text("".join(json.dumps(line) + "\n" for line in ROWS))

    def lines(self):
        return self.table.read_text().removeprefix(HEAD).splitlines()

    def test_an_archives_refuted_answers_are_found_with_their_text_where_it_is_stored(self):
        self.assertEqual([(one["integrand"], one["answer"]) for one in refuted_in_archive(self.archive)],
                         [("cos x", "add x sin x"), ("exp x", "exp x"), ("sin x", None),
                          ("cos x", "mul INT+ 2 sin x")])

    def test_only_what_is_proved_wrong_anew_becomes_a_line(self):
        self.table.write_text(HEAD)
        for _ in range(2):  # The second time adds nothing.
            subprocess.run([ROOT / "bench/engines.py", "--archive", self.archive, "--faults", self.table, "--bin", BIN],
                           check=True)
            self.assertEqual(len(self.lines()), 1)
            self.assertTrue(self.lines()[0].startswith("| giac 1.9.0.35 | `cos(x)` | `x + sin(x)` | "))

    def test_lines_are_sorted_and_an_engines_word_on_a_function_stands_once(self):
        known = "| giac 1 | `b` | `1` | 0.5 |"
        self.table.write_text(HEAD + known + "\n")
        new = add_faults(self.table, [line_of("giac 1", "b", "2", "0.25"), line_of("giac 1", "a", "x" * 1000, "0.5"),
                                      line_of("fricas 1", "b", "x", "0.5")])
        self.assertEqual(new, 2)
        cut = "x" * ANSWER_CHARACTERS_MAX + " ..."
        self.assertEqual(self.lines(), ["| fricas 1 | `b` | `x` | 0.5 |", f"| giac 1 | `a` | `{cut}` | 0.5 |", known])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", type=pathlib.Path, default=BIN)
    options, rest = parser.parse_known_args()
    BIN = options.bin
    unittest.main(argv=[sys.argv[0], *rest])
