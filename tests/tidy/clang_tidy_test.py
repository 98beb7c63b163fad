"""Tests the decisions of clang_tidy.py: which sources go together, and what a verdict depends on."""

import json
import pathlib
import tempfile
import types
import unittest

import clang_tidy

FAKE_TIDY = """#!/bin/sh
if [ "$1" = --version ]; then echo "$0"; exit; fi
echo run >> {log}
if grep -q wrong {source}; then echo "{source}:1:1: error: wrong [some-check]"; exit 1; fi
"""
FAKE_SCAN_DEPS = """#!/bin/sh
printf 'a.o: \\\\\\n  {source} \\\\\\n  {header}\\n'
"""


class Decisions(unittest.TestCase):
    def test_flags_are_what_is_neither_input_nor_output(self):
        entry = {"command": "g++ -DA -isystem /usr/x -std=c++20 -o a.o -c /w/a.cc", "file": "/w/a.cc"}
        self.assertEqual(clang_tidy.flags_of(entry), [("-DA",), ("-isystem", "/usr/x"), ("-std=c++20",)])

    def test_union_keeps_the_first_order(self):
        self.assertEqual(clang_tidy.union([["a", "b"], ["c", "a"]]), ["a", "b", "c"])

    def test_batches_are_of_one_folder_and_bounded(self):
        paths = [f"/w/a/{i}.cc" for i in range(clang_tidy.BATCH_MAX + 1)] + ["/w/b/1.cc"]
        batches = list(clang_tidy.batches(clang_tidy.Source(path, [], []) for path in paths))
        self.assertEqual(sorted(sum(batches, [])), sorted(paths))
        self.assertEqual(len(batches), 3)
        self.assertLessEqual(max(map(len, batches)), clang_tidy.BATCH_MAX)

    def test_no_macro_has_two_values_in_a_batch(self):
        flags = {"a": [("-DX",), ("-DY=1",)], "b": [("-DY=2",)], "c": [("-DY=1",), ("-DZ=1",)], "d": [], "e": [("-DZ=1",)]}
        batches = clang_tidy.batches(clang_tidy.Source("/w/" + name, of, []) for name, of in flags.items())
        self.assertEqual(sorted(batches), [["/w/a", "/w/c"], ["/w/b"], ["/w/d", "/w/e"]])

    def test_what_does_not_compile_with_others_is_taken_out(self):
        output = "/w/b.cc:1:5: error: redefinition of 'main' [clang-diagnostic-error]\n"
        self.assertEqual(clang_tidy.take_apart(["/w/a.cc", "/w/b.cc", "/w/c.cc"], output),
                         (["/w/a.cc", "/w/c.cc"], ["/w/b.cc"]))

    def test_findings_in_a_batch_are_told_of_its_sources(self):
        with tempfile.TemporaryDirectory() as folder:
            sources = [pathlib.Path(folder) / name for name in ("a.cc", "b.cc")]
            sources[0].write_text("1\n2\n")
            sources[1].write_text("1\nwrong\n")
            together = pathlib.Path(folder) / "together.cc"
            starts = clang_tidy.write_together(sources, together)
            line = together.read_text().splitlines().index("wrong") + 1
            output = f"{together}:{line}:1: error: x [y]\n    {line} | wrong\n/z.h:7:1: note: z\n    7 | z\n"
            self.assertEqual(clang_tidy.translate(output, sources, together, starts),
                             f"{sources[1]}:2:1: error: x [y]\n    2 | wrong\n/z.h:7:1: note: z\n    7 | z\n")

    def test_a_batch_is_halved_when_nobody_is_to_blame(self):
        self.assertEqual(clang_tidy.take_apart(["/w/a.cc", "/w/b.cc"], "crash"), (["/w/a.cc"], ["/w/b.cc"]))


class Verdicts(unittest.TestCase):
    """Tests with a linter that finds the word "wrong" in a source."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name).resolve()
        self.source, self.header, self.log = (self.folder / name for name in ("a.cc", "a.h", "log"))
        self.source.write_text("")
        self.header.write_text("")
        self.command("tidy", FAKE_TIDY)
        self.command("scan", FAKE_SCAN_DEPS)
        self.compile_with("-O2")

    def command(self, name, text):
        (self.folder / name).write_text(text.format(source=self.source, header=self.header, log=self.log))
        (self.folder / name).chmod(0o755)

    def compile_with(self, flags):
        (self.folder / "compile_commands.json").write_text(json.dumps(
            [{"file": str(self.source), "command": f"g++ {flags} -c {self.source}"}]))

    def lint(self):
        """Returns whether the source was clean, and whether the linter had to run."""
        self.log.unlink(missing_ok=True)
        options = types.SimpleNamespace(tidy=str(self.folder / "tidy"), scan_deps=str(self.folder / "scan"), jobs=1,
                                        build=self.folder, files=[str(self.source)])
        return clang_tidy.Linter(options).lint(1), self.log.exists()

    def test_a_clean_source_is_not_checked_again(self):
        self.assertEqual(self.lint(), (True, True))
        self.assertEqual(self.lint(), (True, False))

    def test_source_header_and_flags_are_what_makes_it_new(self):
        self.lint()
        self.source.write_text("changed")
        self.assertEqual(self.lint(), (True, True))
        self.header.write_text("changed")
        self.assertEqual(self.lint(), (True, True))
        self.compile_with("-O3")
        self.assertEqual(self.lint(), (True, True))
        self.assertEqual(self.lint(), (True, False))

    def test_a_wrong_source_is_told_each_time(self):
        self.source.write_text("wrong")
        self.assertEqual(self.lint(), (False, True))
        self.assertEqual(self.lint(), (False, True))


if __name__ == "__main__":
    unittest.main()
