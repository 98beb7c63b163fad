#!/usr/bin/python3
"""The Python package motzkin-judge speaks to the real program, is thread-safe, and outlives what dies.

The wheel is built and installed into a folder, and what is tested is what was installed. Without setuptools' wheel the
source is tested, and the test of the wheel is skipped.

Usage: package_test.py BIN_DIRECTORY WORK_DIRECTORY [UNITTEST ARGUMENTS]
"""

import concurrent.futures
import importlib.util
import os
import pathlib
import pickle
import shutil
import signal
import subprocess
import sys
import time
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "python/motzkin-judge"
MOTZKIN = str(pathlib.Path(sys.argv[1]) / "motzkin")
WORK = pathlib.Path(sys.argv[2])
sys.path[:0] = [str(pathlib.Path(__file__).parent), str(PACKAGE / "src")]
from below import descendants  # noqa: E402

from motzkin_judge import IntegralReward, Judge, JudgeError, extract_answer  # noqa: E402

RIGHT = ("2*x", "x^2 + C")


class Judging(unittest.TestCase):
    def setUp(self):
        self.judge = Judge(MOTZKIN, jobs=2)
        self.addCleanup(self.judge.close)

    def test_verdicts_are_those_of_the_program(self):
        self.assertTrue(self.judge.judge(*RIGHT).right)
        wrong = self.judge.judge("2*x", "x^3")
        self.assertEqual(wrong.verdict, "refuted")
        self.assertIsNotNone(wrong.counterexample)
        partly = self.judge.judge("sqrt(x^2)", "x^2/2")
        self.assertEqual((partly.verdict, partly.right), ("partly", False))
        self.assertTrue(partly.valid_on)
        self.assertEqual(self.judge.judge("x", "frobnicate(x)").verdict, "unverified")
        self.assertEqual(self.judge.judge("frobnicate(x)", "x").verdict, "error")

    def test_many_come_in_order_and_are_read_no_further_ahead_than_they_can_be(self):
        taken = 0

        def items():
            nonlocal taken
            for i in range(5000):
                taken = i + 1
                yield ("2*x", f"x^2 + {i}" if i % 3 else f"x^3 + {i}")

        for i, verdict in enumerate(self.judge.judge_many(items())):
            self.assertEqual(verdict.verdict, "verified" if i % 3 else "refuted", i)
            self.assertLessEqual(taken - i, 513)
        self.assertEqual(i, 4999)

    def test_threads_share_one_judge(self):
        def ask(i):
            return self.judge.judge(f"{i}*x", f"{i}*x^2/2").right and not self.judge.judge(f"{i}*x", "7").right

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            self.assertTrue(all(pool.map(ask, range(1, 400))))

    def test_a_judge_that_died_is_started_again_and_nothing_is_lost(self):
        def kill_now_and_then():
            for i in range(3000):
                if i in (500, 1500):
                    os.kill(self.judge._process._child.pid, signal.SIGKILL)
                yield RIGHT

        self.assertEqual(sum(verdict.right for verdict in self.judge.judge_many(kill_now_and_then())), 3000)
        os.kill(self.judge._process._child.pid, signal.SIGKILL)
        self.assertTrue(self.judge.judge(*RIGHT).right)

    def test_a_judge_that_stands_still_is_killed_after_the_time_out(self):
        judge = Judge(MOTZKIN, timeout=1.0)
        self.addCleanup(judge.close)
        judge.judge(*RIGHT)
        stopped = judge._process._child.pid
        os.kill(stopped, signal.SIGSTOP)
        began = time.monotonic()
        verdict = judge.judge(*RIGHT)
        self.assertEqual(verdict.verdict, "unverified")
        self.assertIn("no answer within 1 s", verdict.reason)
        self.assertLess(time.monotonic() - began, 30)
        self.assertTrue(judge.judge(*RIGHT).right)
        self.assertNotEqual(judge._process._child.pid, stopped)

    def test_a_copy_has_a_program_of_its_own(self):
        self.judge.judge(*RIGHT)
        copy = pickle.loads(pickle.dumps(self.judge))
        self.addCleanup(copy.close)
        self.assertTrue(copy.judge(*RIGHT).right)
        self.assertNotEqual(copy._process._child.pid, self.judge._process._child.pid)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = 0 if self.judge.judge(*RIGHT).right and not self.judge.judge("x", "x").right else 1
                self.judge.close()
            finally:
                os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)
        self.assertTrue(self.judge.judge(*RIGHT).right)

    def test_close_leaves_no_process_behind(self):
        self.judge.judge(*RIGHT)
        self.assertTrue(descendants(os.getpid()))
        self.judge.close()
        self.assertEqual(descendants(os.getpid()), [])
        with Judge(MOTZKIN) as judge:
            judge.judge(*RIGHT)
        self.assertEqual(descendants(os.getpid()), [])
        self.assertTrue(self.judge.judge(*RIGHT).right)

    def test_what_cannot_be_started_is_one_clear_error(self):
        with self.assertRaisesRegex(JudgeError, "install motzkin"):
            Judge("/nonexistent/motzkin").judge(*RIGHT)
        with self.assertRaisesRegex(JudgeError, "--dialect must be"), Judge(MOTZKIN, dialect="reduce") as judge:
            judge.judge(*RIGHT)

    def test_an_item_is_a_line_of_the_program(self):
        answer = self.judge.ask({"id": 5, "integrand": "2*x", "candidates": ["x^3", "x^2"]})
        self.assertEqual((answer["id"], answer["outcome"]), (5, "integrated"))


class Rewards(unittest.TestCase):
    def setUp(self):
        self.reward = IntegralReward(program=MOTZKIN, right=2.0, partly=0.5, wrong=-1.0, unreadable=-2.0)
        self.addCleanup(self.reward.close)

    def call(self, completions, integrands, **more):
        """Calls the reward as TRL's GRPOTrainer does."""
        return self.reward(prompts=["Integrate."] * len(completions), completions=completions,
                           completion_ids=[[1, 2]] * len(completions), integrand=integrands, trainer_state=object(),
                           **more)

    def test_each_completion_has_the_reward_of_its_verdict(self):
        logged = {}
        completions = [
            "So it is \\boxed{x^2 + C}.", "The answer is x^3", "<think>x^2</think>\nI do not know", "\\boxed{x^2/2}", "",
            "\\boxed{x", "\\boxed{1}",
        ]
        integrands = ["2*x", "2*x", "2*x", "sqrt(x^2)", "x", "x", "frobnicate(x)"]
        rewards = self.call(completions, integrands, log_extra=logged.__setitem__, log_metric=None)
        self.assertEqual(rewards, [2.0, -1.0, -2.0, 0.5, -2.0, -2.0, None])
        self.assertEqual(logged["verdict"][:2], ["verified", "refuted"])
        self.assertEqual(logged["answer"][0], "x^2 + C")

    def test_completions_may_be_messages(self):
        completions = [[{"role": "assistant", "content": "\\boxed{x^2}"}],
                       [{"role": "assistant", "content": [{"type": "text", "text": "$x^2$"}]}]]
        self.assertEqual(self.call(completions, ["2*x", "2*x"]), [2.0, 2.0])

    def test_a_dataset_without_integrands_is_an_error_that_names_the_column(self):
        with self.assertRaisesRegex(ValueError, "column 'integrand'"):
            self.reward(prompts=["?"], completions=["x"], solution=["x"])

    def test_trainers_find_a_name_and_can_pickle_it(self):
        self.assertEqual(self.reward.__name__, "integral_reward")
        copy = pickle.loads(pickle.dumps(self.reward))
        self.addCleanup(copy.close)
        self.assertEqual(copy(prompts=["?"], completions=["x^2"], integrand=["2*x"]), [2.0])


class Answers(unittest.TestCase):
    CASES = [
        ("So \\boxed{\\frac{x^2}{2} + C}.", "\\frac{x^2}{2} + C"),
        ("\\boxed{1} no, \\boxed{x}", "x"),
        ("$$\\int x\\,dx = \\frac{x^2}{2} + C$$", "\\frac{x^2}{2} + C"),
        ("$$\n\\int x\\,dx\n= \\frac{x^2}{2} + C\n$$", "\\frac{x^2}{2} + C"),
        ("\\[\nx^2\n\\]\nI hope this helps!", "x^2"),
        ("\\[ \\begin{aligned} I &= a \\\\ &= x^2 + C \\end{aligned} \\]", "x^2 + C"),
        ("<think>\\boxed{3}</think> The answer is x^3", "x^3"),
        ("**Answer:** `x*sin(x) + C`, where C is a constant.", "x*sin(x) + C"),
        ("x^2 + C \\quad \\text{where } C \\text{ is a constant}", "x^2 + C"),
        ("Given the integral: $\\int 2x dx$\nwe get x^2 + C", "x^2 + C"),
        ("Answer:\nx^3/3", "x^3/3"),
        ("<answer>$x^2$</answer> and so on", "x^2"),
        ("F(x) = x^2 = x*x", "x*x"),
        ("```\nx**2/2\n```", "x**2/2"),
        ("sin x + C", "sin x + C"),
        ("\\boxed{F(x) = \\ln|x|}", "\\ln|x|"),
        ("\\boxed{x^2", None),
        ("", None),
        ("  \n ", None),
    ]

    def test_answers_are_found_as_people_and_models_write_them(self):
        for text, answer in self.CASES:
            self.assertEqual(extract_answer(text), answer, text)

    def test_a_model_that_rambles_costs_no_time(self):
        for piece in ("$$", "\\[", "\\(", "$x", "<answer>", " ", "answer ", "\\quad ", "where ", "we ", "(", "\\boxed{",
                      "}", "= ", "x^", "\n", "answer:", "integral is ", "\\\\ "):
            for text in (piece * 300_000, "Answer: x" + piece * 300_000):
                began = time.process_time()
                extract_answer(text)
                self.assertLess(time.process_time() - began, 3, piece)


class Wheel(unittest.TestCase):
    @unittest.skipUnless(all(map(importlib.util.find_spec, ("pip", "setuptools", "wheel"))),
                         "a wheel needs Debian's python3-pip, python3-setuptools and python3-wheel")
    def test_the_wheel_works_alone(self):
        subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
                        "--disable-pip-version-check", "--wheel-dir", WORK, self.copy_of_the_source()], check=True)
        (wheel,) = WORK.glob("motzkin_judge-*-py3-none-any.whl")
        names = zipfile.ZipFile(wheel).namelist()
        self.assertIn("motzkin_judge/py.typed", names)
        script = ("import sys; sys.path.insert(0, sys.argv[1]); import motzkin_judge as m; "
                  "assert m.__file__.startswith(sys.argv[1]), m.__file__; "
                  "print(m.Judge(sys.argv[2]).judge('2*x', 'x^2 + C').verdict)")
        ran = subprocess.run([sys.executable, "-I", "-c", script, wheel, MOTZKIN], check=True, capture_output=True,
                             text=True)
        self.assertEqual(ran.stdout, "verified\n")

    def copy_of_the_source(self):
        """setuptools writes beside what it builds, and the source is not to be touched."""
        shutil.rmtree(WORK, ignore_errors=True)
        return shutil.copytree(PACKAGE, WORK / "source", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
