"""Waits for a condition instead of a guessed time, and lets time pass where a plan asks for it."""

import threading
import time


def wait_for(condition, seconds, poll=0.05):
    """Polls until `condition` holds and returns its result; after `seconds` returns its last, false result."""
    until = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > until:
            return answer
        time.sleep(poll)
    return answer


def let_pass(seconds):
    """Lets time pass, for faults that last for a planned time."""
    threading.Event().wait(max(seconds, 0))
