#!/usr/bin/env python3
"""build_test.py: tests deploy/build.sh on its own, with ninja's lines and with a cmake that only counts."""

import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETUP = f'''set -euo pipefail
say() {{ printf '%s\\n' "dev: $*" >&2; }}
die() {{ say "$*"; exit 1; }}
root=$PWD
source {ROOT}/deploy/build.sh
'''


def run(command, **options):
    return subprocess.run(["bash", "-c", SETUP + command], capture_output=True, text=True, check=False, **options)


class BuildProgressTest(unittest.TestCase):
    def progress(self, lines):
        ended = run("build_progress 2", input="".join(f"{line}\n" for line in lines))
        self.assertEqual((ended.returncode, ended.stdout), (0, ""))
        return ended.stderr.splitlines()

    def test_a_log_has_a_line_a_tenth_with_the_time_that_is_left(self):
        told = self.progress(f"[{n}/200] Building CXX object {n}.o" for n in range(1, 201))
        self.assertEqual(len(told), 10, told)
        self.assertEqual(told[0], "dev: step 20 of 200, about 8 minutes left")
        self.assertRegex(told[-1], "^dev: built 200 steps in [0-9]+ s$")

    def test_errors_go_through_as_they_are(self):
        told = self.progress(["ninja: Entering directory `build/release'", "[1/2] Building CXX object a.o", "FAILED: a.o",
                              "a.cc:1:1: error: expected unqualified-id", "ninja: build stopped: subcommand failed."])
        self.assertIn("a.cc:1:1: error: expected unqualified-id", told)
        self.assertIn("FAILED: a.o", told)
        self.assertFalse([line for line in told if "Entering" in line], told)

    def test_nothing_to_do_says_nothing(self):
        self.assertEqual(self.progress(["[0/2] Re-checking globbed directories...", "ninja: no work to do."]), [])


class ConfigureTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="motzkin_configure_")
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name) / "tree"
        self.root.mkdir()
        (self.root / "CMakePresets.json").write_text("{}", encoding="utf-8")

    def configured(self):
        """Returns whether configure() calls cmake, which a function takes the place of."""
        ended = run("cmake() { echo called >&3; mkdir -p build/release; touch build/release/build.ninja; }; "
                    "configure release 3>&1", cwd=self.root)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return "called" in ended.stdout

    def test_cmake_runs_once_and_again_after_a_change_that_ninja_does_not_see(self):
        self.assertTrue(self.configured())
        self.assertFalse(self.configured())
        (self.root / "CMakePresets.json").write_text('{"version": 6}', encoding="utf-8")
        self.assertTrue(self.configured())
        self.assertFalse(self.configured())
        (self.root / "build/release/build.ninja").unlink()
        self.assertTrue(self.configured())

    def test_cmake_runs_in_a_folder_that_was_moved(self):
        self.assertTrue(self.configured())
        self.root = self.root.rename(self.root.with_name("moved"))
        self.assertTrue(self.configured())

    def test_what_was_built_elsewhere_is_neither_configured_nor_built(self):
        tools = 'for tool in cmake ninja; do eval "$tool() { echo $tool; return 1; }"; done; '
        self.assertNotEqual(run(tools + "build release", cwd=self.root).returncode, 0)
        (self.root / "build/release").mkdir(parents=True, exist_ok=True)
        (self.root / "build/release/.built-elsewhere").touch()
        ended = run(tools + "build release", cwd=self.root)
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, "", ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
