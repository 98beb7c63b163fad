#!/usr/bin/env python3
"""Members that claim to be fast, take all the work they get and deliver nothing, beside an honest worker.

Usage: idlers_test.py BIN_DIRECTORY PROTO_DIRECTORY [UNITTEST ARGUMENTS]
"""

import queue
import sys
import threading
import unittest

import grpc

import attacked
import attacks_test
import trial
from between import RealWorker

JOB = trial.short_functions("claimed", "6k")


class Idler:
    """A worker that says it is the fastest ever, heartbeats, and has begun all that it was lent."""

    def __init__(self, worker_uuid, connection):
        self._uuid = worker_uuid
        self._states = queue.Queue()
        self._sequence = 0
        self.held_max = 0
        self._ended = threading.Event()
        self._say(())
        self._stream = connection.stream(attacks_test.SYNCHRONIZE, iter(self._states.get, None))

    def _say(self, desired):
        self._sequence += 1
        state = attacks_test.state_of(self._uuid, "idler", self._sequence)
        state.slots = state.slots_allowed = 4096
        state.functions_per_minute = 1e9
        for batch, digest in desired:
            state.batches.add(job_uuid=batch.job_uuid, batch=batch.batch, attempt=batch.attempt, spec_digest=digest,
                              unstarted_begin=batch.end_index, end_index=batch.end_index)
        self._states.put(state)

    def run(self):
        """Answers every desired state, and so is heard all the time, until the stream ends."""
        try:
            for desired in self._stream:
                digests = {job.job_uuid: job.spec_digest for job in desired.jobs}
                self.held_max = max(self.held_max, sum(b.end_index - b.begin_index for b in desired.batches))
                self._ended.wait(1)
                self._say([(batch, digests[batch.job_uuid]) for batch in desired.batches])
        except grpc.RpcError:
            pass  # The coordinator or the test has ended it.

    def stop(self):
        self._ended.set()
        self._states.put(None)
        self._stream.cancel()


class Idlers(attacks_test.AttackTest):
    @classmethod
    def setUpClass(cls):
        cls.coordinator = attacked.Coordinator("--stall", "10s")

    def job(self):
        return self.coordinator.motzkin("jobs")[0]

    def test_a_peer_that_claims_all_and_delivers_nothing_holds_no_job_up(self):
        idler = Idler(*self.invited_worker())
        thread = threading.Thread(target=idler.run, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(idler.stop)
        file = self.coordinator.folder / "job.yaml"
        file.write_text(JOB)
        self.coordinator.motzkin("start", str(file))
        trial.wait_for(lambda: idler.held_max > 0, 60, "the idler was lent nothing")
        invite = self.coordinator.motzkin("invite")["invite"]
        worker = RealWorker(self.coordinator.address, "honest", "--invite", invite)
        self.addCleanup(worker.stop)
        trial.wait_for(lambda: self.job()["state"] == "completed", 400, "the job did not end")
        self.assertEqual(self.job()["stored"], 6000)
        self.assertLessEqual(idler.held_max, 4096, "more than a first helping")
        events = [event["text"] for event in self.coordinator.motzkin("events")]
        self.assertTrue(any("worker idler is slow or does not work" in text for text in events), events)
        self.assertFalse(any("worker honest is slow" in text for text in events), events)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], warnings="ignore")
