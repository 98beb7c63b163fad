"""Compares the acknowledgements that workers got with the rows in Postgres, and Postgres with itself.

Each file in checks/ is one property: a query whose rows are its violations, one sentence each. The queries see the
tables of the cluster and the temporary table `acknowledged`, which holds the workers' logs
(worker/results/acknowledgement_log.h has the format).
"""

import os

_CHECKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "checks")
_SHOWN_MAX = 10  # violations of one property that are printed

_PREPARE = """CREATE TEMP TABLE acknowledged (worker text, worker_uuid uuid, job_uuid uuid, index bigint,
    attempt integer, outcome text, canonical_hash bigint, status text, digest text);
COPY acknowledged FROM STDIN;
"""


def load_checks():
    """Returns the query of each property. Call it before the run hides this machine's directories from itself."""
    checks = {}
    for name in sorted(os.listdir(_CHECKS)):
        with open(os.path.join(_CHECKS, name), encoding="utf-8") as file:
            checks[name.removesuffix(".sql").replace("_", " ")] = file.read()
    return checks


def read_acknowledgements(path, voided=()):
    """Returns the complete lines of a log as fields; a kill may have cut the last one. Lines in the byte ranges
    `voided` do not count, because the database was taken back to a time before them.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        return []
    rows, offset = [], 0
    for line in content.splitlines(keepends=True):
        begin, offset = offset, offset + len(line)
        fields = line.decode("ascii", errors="replace").split()
        # Older workers log fewer fields, so only the function can be compared.
        if len(fields) == 5:
            fields += ["already", "-"]
        if len(fields) != 7 or not line.endswith(b"\n") or any(lo <= begin < hi for lo, hi in voided):
            continue
        rows.append(fields)
    return rows


def _copy_lines(worker, uuid, rows):
    for job, index, attempt, outcome, canonical_hash, status, digest in rows:
        signed = int(canonical_hash, 16)
        signed -= (1 << 64) if signed >= 1 << 63 else 0
        yield "\t".join([worker, uuid, job, index, attempt, outcome, str(signed), status, digest])


def check_database(database, checks, workers, voided, sabotage=""):
    """Returns (violations as sentences, number of compared acknowledgements). `sabotage` is SQL with which a test
    damages the database to see it found; it is rolled back.
    """
    lines = []
    for worker in workers:
        rows = read_acknowledgements(worker.acknowledged, voided.get(worker.acknowledged, ()))
        lines += _copy_lines(worker.name, worker.uuid(), rows)
    # A server that was killed may have no statistics of tables that grew to 100,000 rows, and a LIMIT makes it prefer
    # plans that are quick to the first row. Either has made a comparison quadratic, so that it took minutes.
    script = [_PREPARE + "\n".join(lines) + "\n\\.\n" if lines else _PREPARE + "\\.\n",
              f"ANALYZE;\nBEGIN;\n{sabotage}\n"]
    for name, query in checks.items():
        script.append(f"\\echo == {name}\nWITH violation AS MATERIALIZED (\n{query})\n"
                      f"SELECT * FROM violation LIMIT {_SHOWN_MAX};\n")
    violations, name = [], ""
    for line in database.psql("".join(script)):
        if line.startswith("== "):
            name = line[3:]
        elif line:
            violations.append(f"{name}: {line}")
    return violations, len(lines)
