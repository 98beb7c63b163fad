"""Wrong answers of engines: where they are found, how each is proved again, and the table they go into.

Nothing becomes a line of docs/engine-faults.md on somebody's word: an answer is judged anew by `motzkin evaluate`, and
one whose text is not kept anywhere is asked for again, of the engine that is installed here.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

ANSWER_CHARACTERS_MAX = 160  # Of an answer in the table.
BUDGET_MS = 10_000  # An engine that answered in its step's milliseconds does so again; a hundred times that is generous.
REFUTED = 8  # The number of the outcome in `steps`: the place in the table of outcomes in docs/dataset.md.
HEAD_END = "|---|---|---|---|\n"
QUERY = pathlib.Path(__file__).resolve().parent / "queries/refuted_steps.sql"


def motzkin(arguments, binaries):
    return subprocess.run([binaries / "motzkin", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def evaluate(records, flags, binaries):
    """The summary and the details of `motzkin evaluate` on these objects."""
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as suite, tempfile.NamedTemporaryFile("r") as details:
        suite.writelines(json.dumps(record) + "\n" for record in records)
        suite.flush()
        summary = json.loads(motzkin(["evaluate", suite.name, "--json", "--details", details.name, *flags], binaries))
        return summary, [json.loads(line) for line in details]


def shortened(text):
    text = text.replace("|", "\\|")
    return text if len(text) <= ANSWER_CHARACTERS_MAX else text[:ANSWER_CHARACTERS_MAX] + " ..."


def line_of(engine, integrand, answer, proof):
    # The integrand in full: without it nobody could repeat the line, or tell it from another.
    integrand = integrand.replace("|", "\\|")
    return f"| {engine} | `{integrand}` | `{shortened(answer)}` | {proof} |"


def fault_of(detail, versions, integrand_key="integrand"):
    """The line of what one engine answered; None if its answer was not refuted."""
    proof = detail.get("verification", {}).get("counterexample")
    if detail.get("outcome") != "refuted" or not proof:
        return None
    engine = detail["engine"]
    return line_of(f"{engine} {versions.get(engine, '')}", detail[integrand_key], detail["integral_infix"], proof)


# ---------------------------------------------------------------------------- what a job or an archive has

def refuted_in_job(job, binaries, coordinator=None, data_directory=None):
    """[{"engine", "engine_version", "integrand", "answer"}]: `answer` is None where its text is not stored."""
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
    """The same of the files of `motzkin archive`."""
    engines = {engine["engine_id"]: (engine["engine"], engine["engine_version"])
               for engine in json.loads((directory / "job.json").read_text())["engines"]}
    found = []
    for path in sorted((directory / "results").glob("*.jsonl")):
        with open(path, encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                # Of other kinds the engine was asked about another function than the stored one.
                if row["kind"] == "forward":
                    found += refuted_in_row(row, engines)
    return found


# ---------------------------------------------------------------------------- proofs

def judged_lines(found, jobs, binaries):
    """Lines of the stored answers."""
    records = [{"integrand": one["integrand"], "candidates": [one["answer"]]} for one in found]
    if not records:
        return []
    _, details = evaluate(records, ["--jobs", str(jobs)], binaries)
    lines = []
    for one, detail in zip(found, details, strict=True):
        verdict = detail.get("candidates", [{}])[0]
        if verdict.get("verdict") == "refuted" and "counterexample" in verdict:
            lines.append(line_of(f"{one['engine']} {one['engine_version']}", detail["integrand_infix"],
                                 verdict["infix"], verdict["counterexample"]))
    return lines


def asked_again_lines(engine, integrands, jobs, binaries):
    """Lines of what an engine says to these integrands here and now."""
    flags = ["--ladder", f"{engine}={BUDGET_MS}", "--jobs", str(jobs)]
    try:
        summary, details = evaluate([{"integrand": integrand} for integrand in integrands], flags, binaries)
    except subprocess.CalledProcessError:
        return []  # It is not installed; motzkin said so.
    faults = (fault_of(detail, summary["engines"], "integrand_infix") for detail in details)
    return [fault for fault in faults if fault]


def proved_lines(found, jobs, binaries):
    """The lines of all that can be proved wrong here, and a word to stderr on what cannot."""
    stored = [one for one in found if one["answer"] is not None]
    lines = judged_lines(stored, jobs, binaries)
    for engine in sorted({one["engine"] for one in found if one["answer"] is None}):
        integrands = [one["integrand"] for one in found if one["answer"] is None and one["engine"] == engine]
        lines += asked_again_lines(engine, integrands, jobs, binaries)
    print(f"{len(found)} refuted answers, {len(found) - len(stored)} of them asked for again; "
          f"{len(lines)} proved wrong here", file=sys.stderr)
    return lines


# ---------------------------------------------------------------------------- the table

def key_of(line):
    """Engine with its version, and integrand."""
    return tuple(line.split(" | ")[:2])


def add_faults(path, lines):
    """Keeps the table's lines sorted and each engine's word on a function once. Returns how many are new."""
    head, table = pathlib.Path(path).read_text(encoding="utf-8").split(HEAD_END)
    known = {key_of(line): line for line in table.splitlines()}
    before = len(known)
    for line in lines:
        known.setdefault(key_of(line), line)
    body = "".join(line + "\n" for line in sorted(known.values()))
    pathlib.Path(path).write_text(f"{head}{HEAD_END}{body}", encoding="utf-8")
    return len(known) - before
