#!/usr/bin/env python3
"""up_test.py DEV PRESET: tests `./dev up`, the README's first command, end to end.

The programs are built already, so --no-install and a build with nothing to do cost seconds.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

DEV, PRESET = sys.argv.pop(1), sys.argv.pop(1)
PATIENCE = int(sys.argv.pop(1)) if sys.argv[1:] and sys.argv[1].isdigit() else 1


class UpTest(unittest.TestCase):
    def setUp(self):
        # If we are root, Postgres runs as an unprivileged user, which must be able to enter the folder.
        self.directory = tempfile.TemporaryDirectory(prefix="motzkin_up_")
        os.chmod(self.directory.name, 0o755)
        self.addCleanup(self.directory.cleanup)

    def up(self, *arguments):
        command = [DEV, "--no-install", "--preset", PRESET, "up", "--json", "--slots", "1",
                   "--data-dir", f"{self.directory.name}/data", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=500 * PATIENCE, check=False)

    def job(self, text):
        path = f"{self.directory.name}/job.yaml"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def test_a_run_of_twenty_seconds_integrates_with_every_default_engine(self):
        # A slow machine starts its engines in that time, too, so it gets as many times more as its tests get.
        ended = self.up("--for", f"{20 * PATIENCE}s")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        summary = json.loads(ended.stdout)
        self.assertGreater(summary["integrated"], 0, ended.stderr)
        self.assertEqual(summary["functions"], sum(summary["outcomes"].values()))
        rows = subprocess.run(
            [DEV, "--no-install", "--preset", PRESET, "psql", "-Atc",
             "select distinct engine from engine_steps"],
            capture_output=True, text=True, timeout=100 * PATIENCE, check=False,
            env={**os.environ, "MOTZKIN_DATA_DIR": f"{self.directory.name}/data"})
        self.assertEqual(set(rows.stdout.split()), {"giac", "fricas"}, rows.stderr)

    def test_a_run_that_ended_before_the_worker_was_ready_says_so(self):
        root = pathlib.Path(DEV).resolve().parent
        ended = subprocess.run(
            ["bash", "-c", f"set -euo pipefail; say() {{ echo \"dev: $*\" >&2; }}; die() {{ say \"$*\"; exit 1; }}; "
             f"source {root}/deploy/local_cluster.sh; up_data={self.directory.name}; summary /bin"],
            capture_output=True, text=True, check=False)
        self.assertEqual((ended.returncode, ended.stdout), (1, ""))
        self.assertEqual(ended.stderr, "dev: the run ended before the worker was ready, so there are no figures; "
                         "give it longer than with --for now\n")

    def test_a_second_run_starts_within_five_seconds_and_configures_nothing(self):
        # The test may share the machine with a compiler, so one of some tries has to be in time.
        tools = pathlib.Path(self.directory.name) / "tools"
        tools.mkdir()
        for tool in ("cmake", "apt-get"):
            (tools / tool).write_text(f"#!/bin/sh\necho {tool} was called >&2\nexit 1\n", encoding="utf-8")
            (tools / tool).chmod(0o755)
        self.up("--for", "1s")  # Makes the database, and configures if that was never done.
        seconds = [self.seconds_to_first_line(tools) for _ in range(4)]
        self.assertLess(min(seconds), 5, seconds)

    def seconds_to_first_line(self, tools):
        command = [DEV, "--no-install", "--preset", PRESET, "up", "--for", "1s", "--slots", "1",
                   "--data-dir", f"{self.directory.name}/data"]
        begun = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}) as running:
            line = running.stdout.readline()
            seconds = time.monotonic() - begun
            _, errors = running.communicate(timeout=200)
        self.assertIn("running", line, errors)
        self.assertNotIn("was called", errors)
        return seconds

    def test_a_job_that_no_worker_can_take_fails_within_seconds_and_says_why(self):
        job = self.job("preset: lample-charton\nengine_versions:\n  giac: '99.9'\n")
        ended = self.up("--for", "300s", "--job", job)
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertIn("nothing was computed; blocked: no worker has giac 99.9", ended.stderr)
        self.assertEqual(ended.stdout, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
