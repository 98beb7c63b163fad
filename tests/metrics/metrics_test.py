#!/usr/bin/env python3
"""A real Prometheus scrapes a coordinator and a worker of it that compute a job.

Usage: metrics_test.py BIN_DIRECTORY PROTO_DIRECTORY [UNITTEST ARGUMENTS]
"""

import json
import pathlib
import re
import subprocess
import sys
import unittest
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/attacks"))
import computing  # noqa: E402
import trial  # noqa: E402

DEPLOY = ROOT / "deploy"


def fetch(url):
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.read().decode()


def names_in(text):
    """Returns the metrics of an answer in Prometheus' text format."""
    return set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))


class Metrics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = f"127.0.0.1:{trial.free_port()}"
        cls.worker = f"127.0.0.1:{trial.free_port()}"
        cls.coordinator, cls.folder = computing.start(cls, 60, lambda job: job["state"] == "completed", 180,
                                                      coordinator=("--web", cls.page),
                                                      worker=("--metrics", cls.worker))

    @classmethod
    def run_program(cls, name, command):
        log = open(cls.folder / f"{name}.log", "w", encoding="utf-8")
        cls.addClassCleanup(log.close)
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.kill)

    def promtool(self, *words, text=None):
        done = subprocess.run(["promtool", *words], input=text, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)

    def test_promtool_finds_nothing_to_say(self):
        for address in (self.page, self.worker):
            self.promtool("check", "metrics", text=fetch(f"http://{address}/metrics"))

    def test_figures_are_those_of_motzkin(self):
        text = fetch(f"http://{self.page}/metrics")
        job = self.coordinator.motzkin("jobs")[0]
        counted = {outcome: int(value) for outcome, value in
                   re.findall(r'^motzkin_functions_total\{job="short",outcome="(\w+)"\} (\d+)$', text, re.MULTILINE)}
        self.assertEqual(counted, {outcome: int(count) for outcome, count in job["outcomes"].items()})
        self.assertGreaterEqual(sum(counted.values()), 60)
        worker = fetch(f"http://{self.worker}/metrics")
        computed = sum(map(int, re.findall(r"^motzkin_worker_functions_total\{.*\} (\d+)$", worker, re.MULTILINE)))
        self.assertEqual(computed, sum(counted.values()))
        self.assertRegex(worker, r"(?m)^motzkin_submit_seconds_count [1-9]")

    def test_a_prometheus_with_our_example_scrapes_both(self):
        example = (DEPLOY / "prometheus/prometheus.example.yaml").read_text(encoding="utf-8")
        config = example.replace("127.0.0.1:8080", self.page).replace("127.0.0.1:9450", self.worker)
        (self.folder / "prometheus.yaml").write_text(config.replace("15s", "1s"), encoding="utf-8")
        (self.folder / "motzkin.rules.yaml").write_bytes((DEPLOY / "prometheus/motzkin.rules.yaml").read_bytes())
        address = f"127.0.0.1:{trial.free_port()}"
        self.run_program("prometheus", [
            "prometheus", f"--config.file={self.folder}/prometheus.yaml", f"--storage.tsdb.path={self.folder}/tsdb",
            f"--web.listen-address={address}"])

        def query(expression):
            try:
                answer = json.loads(fetch(f"http://{address}/api/v1/query?" + urllib.parse.urlencode({"query": expression})))
            except OSError:
                return []
            return answer["data"]["result"]

        trial.wait_for(lambda: len(query("up == 1")) == 2, 60, "Prometheus did not scrape both")
        stored = query('sum by (job) (motzkin_functions_total)')
        self.assertEqual([series["metric"] for series in stored], [{"job": "short"}])
        self.assertEqual(int(stored[0]["value"][1]), int(self.coordinator.motzkin("jobs")[0]["stored"]))
        rules = json.loads(fetch(f"http://{address}/api/v1/rules"))["data"]["groups"][0]["rules"]
        self.assertGreaterEqual(len(rules), 8)

    def test_alerts_fire_as_their_own_tests_say(self):
        self.promtool("check", "rules", str(DEPLOY / "prometheus/motzkin.rules.yaml"))
        self.promtool("test", "rules", str(DEPLOY / "prometheus/motzkin.rules_test.yaml"))

    def test_dashboard_and_alerts_name_metrics_that_exist(self):
        exist = names_in(fetch(f"http://{self.page}/metrics")) | names_in(fetch(f"http://{self.worker}/metrics"))
        # No machine of ours shows a temperature, and Prometheus makes the last by itself.
        exist |= {"motzkin_worker_temperature_celsius", "up"}
        dashboard = json.loads((DEPLOY / "grafana/motzkin.json").read_text(encoding="utf-8"))
        used = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
        self.assertGreaterEqual(len(used), 8)
        used.append((DEPLOY / "prometheus/motzkin.rules.yaml").read_text(encoding="utf-8"))
        for expression in used:
            for name in re.findall(r"\b(?:motzkin|process)_\w+", expression):
                self.assertIn(re.sub(r"_(bucket|count|sum)$", "", name), exist, expression)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], warnings="ignore")
