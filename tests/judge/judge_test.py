#!/usr/bin/python3
"""`motzkin judge --stdin` answers another program, also if that sends nonsense or a process of it dies.

Usage: judge_test.py BIN_DIRECTORY [UNITTEST ARGUMENTS]
"""

import contextlib
import json
import os
import pathlib
import random
import select
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from below import descendants  # noqa: E402
from hostile_lines import hostile_lines, peak_kb  # noqa: E402

MOTZKIN = pathlib.Path(sys.argv[1]) / "motzkin"
RIGHT = {"integrand": "2*x", "candidate": "x^2 + C"}
WAIT_S = 60  # It bounds the wait for what takes milliseconds on an idle machine.


def judge(lines, *flags):
    """Returns the answers to lines that are sent at once."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    ran = subprocess.run([MOTZKIN, "judge", "--stdin", *flags], input=text, capture_output=True, text=True,
                         timeout=WAIT_S, check=True)
    return [json.loads(line) for line in ran.stdout.splitlines()]


class Conversation:
    """A caller that writes one line and waits for its answer."""

    def __init__(self, *flags):
        self.process = subprocess.Popen([MOTZKIN, "judge", "--stdin", *flags], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()
        self.process.kill()
        self.process.wait()

    def ask(self, item):
        self.process.stdin.write(json.dumps(item).encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["candidates"][0]


class Lines(unittest.TestCase):
    def test_each_line_has_one_answer_in_order(self):
        seed = int(os.environ.get("TEST_SEED", time.time_ns() % 2**32))
        rng = random.Random(seed)
        lines = [{"id": i, "integrand": f"{rng.randint(1, 9)}*x", "candidate": "x^2"} for i in range(500)]
        for flags in ([], ["--jobs", "1"], ["--jobs", "5"]):
            answers = judge(lines, *flags)
            self.assertEqual([answer["id"] for answer in answers], list(range(500)), f"TEST_SEED={seed}")
            for line, answer in zip(lines, answers):
                right = line["integrand"] == "2*x"
                self.assertEqual(answer["candidates"][0]["verdict"], "verified" if right else "refuted")

    def test_a_line_that_cannot_be_read_is_answered_with_its_error_and_the_judge_goes_on(self):
        answers = judge(["nonsense", "", RIGHT, '{"integrand": "x"}', '{"integrand": "foo(x)", "candidate": "x", "id": 7}',
                         "[" * 100_000, json.dumps(RIGHT) + " " * (5 << 20), RIGHT,
                         {"integrand": "x", "candidates": ["x"] * 1001}])
        self.assertEqual([answer["line"] for answer in answers], list(range(1, 10)))
        self.assertEqual(["error" in answer for answer in answers],
                         [True, True, False, True, True, True, True, False, True])
        self.assertIn("there is nothing to judge", answers[3]["error"])
        self.assertIn("unknown function 'foo'", answers[4]["error"])
        self.assertEqual(answers[4]["id"], 7)
        self.assertIn("more than 4 MiB", answers[6]["error"])
        self.assertIn("1001 candidates, and there may be 1000", answers[8]["error"])

    def test_the_last_line_needs_no_line_feed(self):
        ran = subprocess.run([MOTZKIN, "judge", "--stdin"], input=json.dumps(RIGHT), capture_output=True, text=True,
                             timeout=WAIT_S, check=True)
        self.assertEqual(json.loads(ran.stdout)["outcome"], "integrated")

    def test_evaluate_says_the_same_of_the_same_items(self):
        items = [RIGHT, {"integrand": "sqrt(x^2)", "candidates": ["x^2/2", "x*abs(x)/2"]},
                 {"integrand": "\\sin x", "candidates": ["-\\cos x", "\\foo", "\\cos x + C"], "id": "b"},
                 {"integrand": "1/x", "candidate": "log(x)"}]
        evaluated = subprocess.run([MOTZKIN, "evaluate", "-", "--details", "-"], input="\n".join(map(json.dumps, items)),
                                   capture_output=True, text=True, timeout=WAIT_S, check=True)
        details = [json.loads(line) for line in evaluated.stdout.splitlines()]
        answers = judge(items)
        for rows in (details, answers):
            for row in rows:
                for candidate in row["candidates"]:
                    candidate.pop("cpu_ms", None)
        self.assertEqual(answers, details)

    def test_keys_and_dialects_are_those_of_evaluate(self):
        item = {"f": "1/(sqrt(1-x^2)*sqrt(1-x^2/4))", "F": "EllipticF(x, 1/2)"}
        flags = ["--integrand-key", "f", "--candidates-key", "F"]
        self.assertEqual(judge([item], *flags, "--dialect", "maple")[0]["outcome"], "integrated")
        answer = judge([item], *flags)[0]
        self.assertEqual(answer["outcome"], "refuted")
        self.assertIn("--dialect maple", answer["notes"][0])

    def test_values_of_definite_integrals_are_judged_among_antiderivatives(self):
        value = {"integrand": "exp(-x^2)", "lower": "-oo", "upper": "oo", "candidates": ["sqrt(pi)", "pi"]}
        answers = judge([RIGHT, value] * 20)
        self.assertEqual([[candidate["verdict"] for candidate in answer["candidates"]] for answer in answers],
                         [["verified"], ["verified", "refuted"]] * 20)

    def test_a_line_gets_no_more_cpu_than_it_may(self):
        # Each candidate costs milliseconds of its own.
        slow = " + ".join(f"polylog({n}, sin({n}*x))" for n in range(2, 12))
        item = {"integrand": "x", "candidates": [f"{slow} + {i}*x" for i in range(100)]}
        answer = judge([item], "--cpu", "100")[0]
        reasons = [candidate.get("reason", "") for candidate in answer["candidates"]]
        self.assertEqual(len(reasons), 100)
        self.assertEqual(reasons[-1], "the CPU time of the line is used up")
        self.assertLess(sum(candidate.get("cpu_ms", 0) for candidate in answer["candidates"]), 150)

    def test_hostile_lines_are_answered(self):
        seed = int(os.environ.get("TEST_SEED", time.time_ns() % 2**32))
        lines = list(hostile_lines(random.Random(seed), 3000))
        process = subprocess.Popen([MOTZKIN, "judge", "--stdin"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        feeder = threading.Thread(target=lambda: (process.stdin.write(b"".join(lines)), process.stdin.close()))
        feeder.start()
        answers = [json.loads(line) for line in process.stdout]
        feeder.join()
        process.stdout.close()
        self.assertEqual(process.wait(WAIT_S), 0, f"TEST_SEED={seed}")
        self.assertEqual([answer["line"] for answer in answers], list(range(1, len(lines) + 1)), f"TEST_SEED={seed}")
        for answer in answers:
            self.assertTrue("error" in answer or "candidates" in answer, answer)


class Faults(unittest.TestCase):
    def test_a_caller_that_waits_gets_its_answer(self):
        with Conversation() as talk:
            for _ in range(5):
                self.assertEqual(talk.ask(RIGHT)["verdict"], "verified")

    def test_what_dies_or_stands_still_is_started_again(self):
        for name, number in (("verifier", signal.SIGKILL), ("verifier", signal.SIGSTOP),
                             ("integrator", signal.SIGKILL), ("integrator", signal.SIGSTOP)):
            with self.subTest(name=name, signal=number), Conversation("--jobs", "1", "--wall", "1") as talk:
                self.assertEqual(talk.ask(RIGHT)["verdict"], "verified")
                victims = descendants(talk.process.pid, name)
                self.assertTrue(victims)
                for victim in victims:
                    with contextlib.suppress(ProcessLookupError):  # It died with another victim.
                        os.kill(victim, number)
                struck = talk.ask(RIGHT)
                # A verifier that died has a second try.
                self.assertIn(struck["verdict"], ("verified", "unverified"))
                if struck["verdict"] == "unverified":
                    self.assertRegex(struck["reason"], "died|stood still|no answer within 1s")
                self.assertEqual(talk.ask(RIGHT)["verdict"], "verified")

    def test_it_ends_when_its_answers_have_no_reader_even_if_its_input_stays_open(self):
        with Conversation() as talk:
            talk.ask(RIGHT)
            talk.process.stdout.close()
            self.assertEqual(talk.process.wait(WAIT_S), 1)
            self.assertIn(b"standard output has no reader", talk.process.stderr.read())

    def test_it_ends_when_its_input_does(self):
        with Conversation() as talk:
            talk.ask(RIGHT)
            talk.process.stdin.close()
            self.assertEqual(talk.process.wait(WAIT_S), 0)

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "wb") as full:
            ran = subprocess.run([MOTZKIN, "judge", "--stdin"], input=json.dumps(RIGHT).encode(), stdout=full,
                                 stderr=subprocess.PIPE, timeout=WAIT_S, check=False)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"No space left", ran.stderr)

    def test_a_machine_that_cannot_judge_says_so_at_once(self):
        # The input stays open.
        with Conversation("--integrator", "/bin/false") as talk:
            self.assertEqual(talk.process.wait(WAIT_S), 1)
            self.assertIn(b"/bin/false", talk.process.stderr.read())

    def test_bad_flags_are_bad_usage(self):
        for flags in (["judge"], ["judge", "--stdin", "--cpu", "0"], ["judge", "--stdin", "--dialect", "reduce"],
                      ["judge", "--stdin", "--jobs", "0"]):
            ran = subprocess.run([MOTZKIN, *flags], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                 timeout=WAIT_S, check=False)
            self.assertEqual(ran.returncode, 2, flags)
            self.assertEqual(ran.stdout, "")

    def test_a_caller_that_never_reads_is_held_up_and_memory_stays_flat(self):
        with Conversation("--jobs", "1") as talk:
            os.set_blocking(talk.process.stdin.fileno(), False)
            line, sent = json.dumps(RIGHT).encode() + b"\n", 0
            room = select.poll()
            room.register(talk.process.stdin, select.POLLOUT)
            while sent < 5_000_000 and room.poll(3000):
                sent += os.write(talk.process.stdin.fileno(), line * 100)
            self.assertLess(sent, 2_000_000)
            self.assertLess(peak_kb(talk.process.pid), 200_000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
