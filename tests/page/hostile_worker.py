#!/usr/bin/python3
"""hostile_worker.py BIN PROTO ADDRESS DATA: a worker that says what a browser would obey, if a page let it.

It belongs to the cluster (it signs itself a certificate with the coordinator's key in DATA), takes work, stores rows
with hostile texts, and says so on stdout. Then it stays until stdin ends.
"""

import pathlib
import queue
import sys
import uuid

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/attacks"))
import attacked  # noqa: E402

MARKUP = "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>"
ROWS = 8


class RunningCoordinator:
    """A coordinator that another program started, as attacked.Attacker needs to know it."""

    def __init__(self, address, data):
        self.address = address
        text = (data / "identity/coordinator.pem").read_bytes()
        self.key = attacked.serialization.load_pem_private_key(text, None)
        self.certificate = text[text.index(b"-----BEGIN CERTIFICATE-----"):]


def state_of(worker_uuid, sequence, batches=()):
    messages = attacked.MESSAGES["worker_service"]
    state = messages.WorkerState(
        protocol_version=1, worker_uuid=worker_uuid, name="hostile", instance=1, sequence=sequence, slots=1,
        slots_allowed=1, generator_versions=[1], canonical_versions=[1], sandbox_level="full", build=MARKUP[:60],
        functions_per_minute=60, reason=f"\x1b[31m{MARKUP}")
    for engine in ("giac", "fricas"):
        state.engines.add(engine=engine, version="<b>1</b>", speed_factor=1)
    for held in batches:
        state.batches.add(job_uuid=held.job_uuid, batch=held.batch, attempt=held.attempt,
                          unstarted_begin=held.begin_index, end_index=held.end_index)
    return state


def rows_for(batch, job, worker_uuid):
    messages = attacked.MESSAGES["worker_service"]
    request = messages.SubmitResultsRequest()
    submission = request.submission
    submission.job_uuid, submission.spec_digest = batch.job_uuid, job.spec_digest
    submission.generator_version = job.spec.generator.version
    submission.batch, submission.attempt, submission.worker_uuid = batch.batch, batch.attempt, worker_uuid
    for place in range(min(ROWS, batch.end_index - batch.begin_index)):
        integrated = place % 2 == 0
        row = submission.results.add(
            index=batch.begin_index + place, outcome=1 if integrated else 3, integrand=MARKUP, speed_factor=1, kind=1,
            canonical_hash=place + 1, skeleton_hash=place + 1, wall_ms=1)
        step = row.steps.add(engine="giac", version="<b>1</b>", outcome=row.outcome, cpu_us=5, rss_kb=5)
        if integrated:
            # Deeper than any browser should have to draw.
            row.integral = "sin " * 3000 + "x" if place else MARKUP
            row.engine, row.answer_class = "giac", 1
            row.verification.verdict, row.verification.points_agreed = 1, 5
        else:
            step.message = f"\x1b[2J\x07{MARKUP}"
    return request


def main():
    _, _, address, data = sys.argv[1:5]
    coordinator = RunningCoordinator(address, pathlib.Path(data))
    worker_uuid, key = str(uuid.uuid4()), attacked.new_key()
    shown = attacked.certificate(f"worker {worker_uuid}", key, coordinator.key)
    with attacked.Attacker(coordinator, key, shown) as connection:
        states = queue.Queue()
        states.put(state_of(worker_uuid, 1))
        for sequence, desired in enumerate(
                connection.stream("/motzkin.v1.WorkerService/Synchronize", iter(states.get, None)), start=2):
            states.put(state_of(worker_uuid, sequence, desired.batches))
            if not desired.batches:
                continue
            batch = desired.batches[0]
            job = next(job for job in desired.jobs if job.job_uuid == batch.job_uuid)
            answer = connection.call("/motzkin.v1.WorkerService/SubmitResults", rows_for(batch, job, worker_uuid))
            print("stored", list(answer.statuses), worker_uuid, flush=True)
            break
        sys.stdin.read()
        states.put(None)


if __name__ == "__main__":
    main()
