#!/usr/bin/python3
"""page.py [--bin DIR] [--workers 50] [--pages 10] [--seconds 60]: what pages that are open cost a coordinator.

Workers that are only streams report every five seconds, as real ones do, and there is a job whose functions none of
them computes. Pages are the questions of the cluster's view. Prints the coordinator's CPU, as a share of a core, and its
memory, without pages and with them; its Postgres is not counted.
"""

import argparse
import contextlib
import pathlib
import queue
import socket
import sys
import threading
import time
import urllib.parse
import uuid

PROJECT = pathlib.Path(__file__).resolve().parents[1]
QUESTIONS = ("GetStatus?page_size=1", "ListJobs?newest_first=true&page_size=10", "ListWorkers?page_size=50")
TICKS = 100  # of proc(5), a second


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=PROJECT / "build/release/bin")
    parser.add_argument("--workers", type=int, default=50)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=60)
    return parser.parse_args()


def load_attacks(bin_folder):
    """Loads tests/attacks/attacked.py, which reads its arguments from the command line."""
    sys.argv = [sys.argv[0], str(pathlib.Path(bin_folder).resolve()), str(PROJECT / "proto")]
    sys.path.insert(0, str(PROJECT / "tests/attacks"))
    import attacked
    return attacked


def drain(stream):
    """Reads what the coordinator says until the stream ends, as it does with the bench."""
    with contextlib.suppress(Exception):
        for _ in stream:
            pass


def run_worker(attacked, coordinator, number, stop):
    """Keeps one stream until `stop` is set."""
    messages = attacked.MESSAGES["worker_service"]
    key, worker_uuid = attacked.new_key(), str(uuid.uuid4())
    states = queue.Queue()

    def report(sequence):
        state = messages.WorkerState(
            protocol_version=1, worker_uuid=worker_uuid, name=f"worker-{number}", instance=1, sequence=sequence, slots=4,
            slots_allowed=4, slots_busy=4, sandbox_level="full", build="bench", temperature=60 + sequence % 7,
            functions_per_minute=1200 + sequence % 11)
        state.engines.add(engine="giac", version="1.9.0.35", speed_factor=1)
        states.put(state)

    shown = coordinator.issue(f"worker {worker_uuid}", key)
    with attacked.Attacker(coordinator, key, shown) as connection:
        stream = connection.stream("/motzkin.v1.WorkerService/Synchronize", iter(states.get, None))
        threading.Thread(target=drain, args=(stream,), daemon=True).start()
        sequence = 0
        while True:
            sequence += 1
            report(sequence)
            if stop.wait(5):
                break
        states.put(None)


def open_page(port):
    """Listens to the questions of the cluster's view, and reads what comes."""
    query = "&".join(f"q={urllib.parse.quote(question, safe='')}" for question in QUESTIONS)
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(f"GET /live?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    counted = {"bytes": 0}

    def read():
        while piece := client.recv(65536):
            counted["bytes"] += len(piece)
    threading.Thread(target=read, daemon=True).start()
    return counted


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:"))) / 1000


def measure(pid, seconds, what):
    before, began = cpu_seconds(pid), time.monotonic()
    threading.Event().wait(seconds)
    share = (cpu_seconds(pid) - before) / (time.monotonic() - began)
    print(f"{what:24} {100 * share:5.2f} % of a core   {memory_mb(pid):6.1f} MB", flush=True)


def main():
    options = arguments()
    attacked = load_attacks(options.bin)
    port = attacked.trial.free_port()
    coordinator = attacked.Coordinator("--web", f"127.0.0.1:{port}")
    stop = threading.Event()
    try:
        coordinator.motzkin("start", "lample-charton")
        workers = [threading.Thread(target=run_worker, args=(attacked, coordinator, number, stop), daemon=True)
                   for number in range(options.workers)]
        for worker in workers:
            worker.start()
        attacked.trial.wait_for(lambda: len(coordinator.motzkin("workers")) == options.workers, 120, "not all workers joined")
        measure(coordinator.process.pid, options.seconds, "no page")
        pages = [open_page(port) for _ in range(options.pages)]
        attacked.trial.wait_for(lambda: all(page["bytes"] > 0 for page in pages), 30, "a page heard nothing")
        measure(coordinator.process.pid, options.seconds, f"{options.pages} pages")
        print(f"a page hears {pages[0]['bytes'] / options.seconds / 1e3:.1f} kB/s")
    finally:
        stop.set()
        coordinator.stop()


if __name__ == "__main__":
    main()
