"""A coordinator and a worker that compute one job of short functions, for tests of those who read its results."""

import pathlib
import tempfile

import attacked
import between
import trial


def start(test, target, ready, seconds, *, coordinator=(), worker=()):
    """Starts both for a TestCase, whose end ends them, and waits until `ready` holds of the job `short`.

    `coordinator` and `worker` are further arguments. Returns the coordinator and a folder for the test.
    """
    serving = attacked.Coordinator(*coordinator)
    test.addClassCleanup(serving.stop)
    computing = between.RealWorker(serving.address, "laptop", *worker)
    test.addClassCleanup(computing.stop)
    folder = pathlib.Path(test.enterClassContext(tempfile.TemporaryDirectory()))
    job = folder / "job.yaml"
    job.write_text(trial.short_functions("short", target), encoding="utf-8")
    serving.motzkin("start", str(job))
    trial.wait_for(lambda: ready(serving.motzkin("jobs")[0]), seconds, "the job did not get far enough")
    return serving, folder
