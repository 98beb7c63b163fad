#!/usr/bin/python3
"""A script that trains on a table (integrand, success) runs unchanged on a cluster that computes.

Such scripts, made for rows that SymPy wrote, know one query and one connection string. This test asks both views
through psycopg, as the cluster's reader, and lets SymPy read each row of the view that is made for it.

Usage: training_script_test.py BIN_DIRECTORY PROTO_DIRECTORY [UNITTEST ARGUMENTS]
"""

import pathlib
import subprocess
import sys
import unittest

import psycopg
import sympy

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests/attacks"), str(pathlib.Path(__file__).parent)]
import attacked  # noqa: E402
import computing  # noqa: E402
from prefix import compile_prefix  # noqa: E402

POINT = 0.3125


class TrainingScript(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # The job has no end, so the script reads while rows are written.
        cls.coordinator, _ = computing.start(cls, "1M", lambda job: job["sealed_below"] >= 60, 180)
        uri = subprocess.run([attacked.BIN / "motzkin", "--coordinator", cls.coordinator.address, "psql", "--uri"],
                             check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        connection = psycopg.connect(uri)
        cls.addClassCleanup(connection.close)
        cls.connection = connection

    def query(self, text):
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchall()

    def test_the_one_query_of_such_scripts_gives_functions_and_labels(self):
        rows = self.query("SELECT integrand, success FROM training_data")
        self.assertGreater(len(rows), 30)
        labels = {label for _, label in rows}
        self.assertEqual(labels, {True, False})
        for integrand, _ in rows:
            self.assertIn("x", integrand.split())

    def test_sympy_reads_the_view_that_is_made_for_it(self):
        x = sympy.Symbol("x")
        rows = self.query("SELECT t.integrand, s.integrand, s.integral, s.success FROM training_data t "
                          "JOIN training_data_sympy s USING (job, index) ORDER BY index LIMIT 100")
        compared = 0
        for prefix, integrand, integral, success in rows:
            function = sympy.sympify(integrand, locals={"x": x})
            self.assertLessEqual(function.free_symbols, {x}, integrand)
            self.assertEqual(integral is not None, success, integrand)
            try:
                value = complex(compile_prefix(prefix)(POINT))
            except (ArithmeticError, ValueError):  # The function has no value there.
                continue
            self.assertLess(abs(complex(function.subs(x, POINT)) - value), 1e-9 * (1 + abs(value)), integrand)
            compared += 1
        self.assertGreater(compared, 20)

    def test_a_reader_can_write_nothing(self):
        with self.assertRaises(psycopg.Error):
            self.query("DELETE FROM training_data")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
