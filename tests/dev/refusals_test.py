#!/usr/bin/env python3
"""refusals_test.py DEV: what ./dev refuses before it touches anything, in one line that names the cure."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

DEV = sys.argv.pop(1)


def dev(*arguments, **programs):
    """Runs ./dev where each of `programs` prints a word and ignores its arguments."""
    with tempfile.TemporaryDirectory() as folder:
        for name, word in programs.items():
            program = pathlib.Path(folder, name)
            program.write_text(f"#!/bin/sh\necho {word}\n", encoding="ascii")
            program.chmod(0o755)
        return subprocess.run([DEV, *arguments], capture_output=True, text=True, timeout=60, check=False,
                              env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"})


class RefusalsTest(unittest.TestCase):
    def refused(self, ended, words):
        self.assertEqual(ended.returncode, 1, ended.stderr)
        self.assertEqual(ended.stdout, "")
        self.assertEqual(ended.stderr, f"dev: {words}\n")

    def test_a_32_bit_raspberry_pi_os_on_a_64_bit_kernel_is_told_so(self):
        for verb in ("up", "packages", "build", "test"):
            self.refused(dev(verb, dpkg="armhf", uname="aarch64"),
                         "this system is 32-bit (armhf, on a kernel for aarch64); Motzkin needs a 64-bit one: "
                         "install Raspberry Pi OS (64-bit) or Debian arm64")

    def test_a_32_bit_debian_on_a_pc_is_told_so(self):
        self.refused(dev("up", dpkg="i386", uname="x86_64"),
                     "this system is 32-bit (i386, on a kernel for x86_64); Motzkin needs a 64-bit one: "
                     "install Debian amd64")

    def test_another_architecture_is_for_tests_and_packages(self):
        self.refused(dev("up", "--arch", "arm64", dpkg="amd64"), "--arch goes with test and package, got 'up'")
        self.refused(dev("package", "--arch", "arm64", "--ref", "no-such-commit", "--no-install", dpkg="amd64"),
                     "--ref: there is no commit 'no-such-commit'")
        self.refused(dev("test", "--arch", "riscv64", dpkg="amd64"),
                     "--arch takes arm64, beside the architecture of this machine; got 'riscv64'")

    def test_help_is_given_everywhere(self):
        ended = dev("--help", dpkg="armhf", uname="aarch64")
        self.assertEqual(ended.returncode, 0)
        self.assertIn("./dev up", ended.stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
