"""Wrong answers of engines: where they are found, how each is proved again, and the file they go into.

A stored row is not enough for docs/data/engine-faults.jsonl: `motzkin evaluate` judges each answer anew, and an answer
whose text is not kept anywhere is asked for again from the engine that is installed here.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

ANSWER_CHARACTERS_MAX = 160  # An answer that is longer is cut; the integrand brings it back in full.
BUDGET_MS = 10_000  # A hundred times what a step of the ladder has, so an engine that answered then answers again.
REFUTED = 8  # The number of the outcome in `steps`: its place in the table of outcomes in docs/dataset.md.
QUERY = pathlib.Path(__file__).resolve().parent / "queries/refuted_steps.sql"


def motzkin(arguments, binaries):
    return subprocess.run([binaries / "motzkin", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def evaluate(records, flags, binaries):
    """Returns the summary and the details of `motzkin evaluate` on these objects."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as suite, tempfile.NamedTemporaryFile("r") as details:
        suite.writelines(json.dumps(record) + "\n" for record in records)
        suite.flush()
        summary = json.loads(motzkin(["evaluate", suite.name, "--json", "--details", details.name, *flags], binaries))
        return summary, [json.loads(line) for line in details]


def shortened(text):
    return text if len(text) <= ANSWER_CHARACTERS_MAX else text[:ANSWER_CHARACTERS_MAX] + " ..."


def fault(engine, integrand, answer, differs_at):
    """Returns a line of the file. The integrand is not cut, because it identifies the line and lets a reader repeat it.
    """
    return {"engine": engine, "integrand": integrand, "answer": shortened(answer), "differs_at": differs_at}


def fault_of(detail, versions, integrand_key="integrand"):
    """Returns the fault in one engine's answer, or None if the answer was not refuted."""
    proof = detail.get("verification", {}).get("counterexample")
    if detail.get("outcome") != "refuted" or not proof:
        return None
    engine = detail["engine"]
    return fault(f"{engine} {versions.get(engine, '')}", detail[integrand_key], detail["integral_infix"], proof)


# ---------------------------------------------------------------------------- what a job or an archive has

def refuted_in_job(job, binaries, coordinator=None, data_directory=None):
    """Returns [{"engine", "engine_version", "integrand", "answer"}]; `answer` is None where its text is not stored."""
    at = ["--coordinator", coordinator] if coordinator else []
    directory = ["--data-dir", data_directory] if data_directory else []
    output = motzkin([*at, "psql", *directory, "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"job={job}",
                      "-f", str(QUERY)], binaries)
    return [json.loads(line) for line in output.splitlines() if line]


def refuted_in_row(row, engines):
    for step in row["steps"] or []:
        if step[1] == REFUTED:
            engine, version = engines[step[0]]
            stored = row["outcome"] == "refuted" and row["engine"] == engine
            yield {"engine": engine, "engine_version": version, "integrand": row["integrand"],
                   "answer": row["integral"] if stored else None}


def refuted_in_archive(directory):
    """Returns the same for the files of `motzkin archive`."""
    engines = {engine["engine_id"]: (engine["engine"], engine["engine_version"])
               for engine in json.loads((directory / "job.json").read_text())["engines"]}
    found = []
    for path in sorted((directory / "results").glob("*.jsonl")):
        with open(path, encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                # In jobs of other kinds the engine was asked about another function than the stored one.
                if row["kind"] == "forward":
                    found += refuted_in_row(row, engines)
    return found


# ---------------------------------------------------------------------------- proofs

def judged_faults(found, jobs, binaries):
    """Returns the stored answers that are refuted once more."""
    records = [{"integrand": one["integrand"], "candidates": [one["answer"]]} for one in found]
    if not records:
        return []
    _, details = evaluate(records, ["--jobs", str(jobs)], binaries)
    faults = []
    for one, detail in zip(found, details, strict=True):
        verdict = detail.get("candidates", [{}])[0]
        if verdict.get("verdict") == "refuted" and "counterexample" in verdict:
            faults.append(fault(f"{one['engine']} {one['engine_version']}", detail["integrand_infix"],
                                verdict["infix"], verdict["counterexample"]))
    return faults


def faults_asked_again(engine, integrands, jobs, binaries):
    """Returns the wrong answers that the engine installed here gives to these integrands."""
    flags = ["--ladder", f"{engine}={BUDGET_MS}", "--jobs", str(jobs)]
    try:
        summary, details = evaluate([{"integrand": integrand} for integrand in integrands], flags, binaries)
    except subprocess.CalledProcessError:
        return []  # The engine is not installed; motzkin has said so on stderr.
    faults = (fault_of(detail, summary["engines"], "integrand_infix") for detail in details)
    return [one for one in faults if one]


def proved_faults(found, jobs, binaries):
    """Returns all faults that can be proved here, and prints how many could not be to stderr."""
    stored = [one for one in found if one["answer"] is not None]
    faults = judged_faults(stored, jobs, binaries)
    for engine in sorted({one["engine"] for one in found if one["answer"] is None}):
        integrands = [one["integrand"] for one in found if one["answer"] is None and one["engine"] == engine]
        faults += faults_asked_again(engine, integrands, jobs, binaries)
    print(f"{len(found)} refuted answers, {len(found) - len(stored)} of them asked for again; "
          f"{len(faults)} proved wrong here", file=sys.stderr)
    return faults


# ---------------------------------------------------------------------------- the file

def key_of(one):
    """Returns the engine with its version and the integrand; each such pair has at most one line."""
    return one["engine"], one["integrand"]


def add_faults(path, faults):
    """Adds faults, keeping the lines sorted and the first answer of an engine to a function. Returns how many lines are
    new.
    """
    path = pathlib.Path(path)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    known = {key_of(one): one for one in map(json.loads, lines)}
    before = len(known)
    for one in faults:
        known.setdefault(key_of(one), one)
    path.write_text("".join(json.dumps(known[key], ensure_ascii=False) + "\n" for key in sorted(known)),
                    encoding="utf-8")
    return len(known) - before
