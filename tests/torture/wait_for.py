"""Waiting for a condition instead of sleeping for a guess; and, where a plan wants time to pass, passing it."""

import threading
import time


def wait_for(condition, seconds, poll=0.05):
    """Asks until `condition` holds and returns what it gave; its last answer, false, after `seconds`."""
    until = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > until:
            return answer
        time.sleep(poll)
    return answer


def let_pass(seconds):
    """For what a plan lets last for a time of its own, such as a fault."""
    threading.Event().wait(max(seconds, 0))
