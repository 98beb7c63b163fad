#!/usr/bin/env python3
"""The checker finds nothing in a sound database, and finds each kind of damage."""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
import isolation
from checker import check_database, load_checks
from cluster import Cluster
from wait_for import wait_for

_FUNCTIONS = 60

# Each damage to the database, with the property that must report it.
DAMAGES = [
    ("acknowledged rows are stored", "DELETE FROM result WHERE index = 3;"),
    ("acknowledged rows are stored", "UPDATE result SET integral = 'x', outcome = 'integrated' WHERE index = 3;"),
    ("acknowledged rows are stored", "UPDATE result SET attempt = attempt + 1 WHERE index = 3;"),
    ("acknowledged once", "INSERT INTO acknowledged SELECT * FROM acknowledged LIMIT 1;"),
    ("jobs of acknowledgements exist", "UPDATE job SET uuid = gen_random_uuid();"),
    ("each index once", "DELETE FROM result WHERE index = 0;"),
    ("rows have a lease", "UPDATE result SET attempt = attempt + 100 WHERE index = 5;"),
    ("rows have a lease", "UPDATE lease SET end_index = begin_index;"),
    ("batches tile the indices", "UPDATE job SET allocated_below = allocated_below + 1;"),
    ("batch counters are the rows",
     "UPDATE batch SET outcomes[1] = outcomes[1] - 1, outcomes[8] = outcomes[8] + 1 WHERE outcomes[1] > 0;"),
    ("sealed counters are the rows",
     "UPDATE job SET sealed_outcomes[1] = sealed_outcomes[1] - 1, sealed_outcomes[8] = sealed_outcomes[8] + 1;"),
    ("progress shows the rows", "DELETE FROM result WHERE index = 7;"),
    ("throughput is the rows", "UPDATE throughput_minute SET functions = functions + 1;"),
    ("duplicates are the later ones", "INSERT INTO duplicate SELECT id, 9, 8 FROM job;"),
    ("finished jobs hold no lease", "UPDATE lease SET end_time = NULL, end_why = NULL;"),
    ("finished jobs hold no lease", "UPDATE job SET target = target + 1000;"),
]


def _finished_cluster():
    cluster = Cluster(own_database=True)
    cluster.workers = cluster.workers[:1]
    assert cluster.start_job(_FUNCTIONS) is not None
    cluster.workers[0].start()
    assert wait_for(cluster.all_jobs_over, 180, poll=0.3), "the job does not end"
    assert cluster.stop() == []
    return cluster


def run(checks):
    cluster = _finished_cluster()
    violations, compared = check_database(cluster.database, checks, cluster.workers, {})
    failures = [f"found in a sound database: {violation}" for violation in violations]
    if compared < _FUNCTIONS:
        failures.append(f"only {compared} acknowledgements of {_FUNCTIONS} functions were compared")
    for name, sabotage in DAMAGES:
        found, _ = check_database(cluster.database, checks, cluster.workers, {}, sabotage)
        if not any(violation.startswith(name + ":") for violation in found):
            failures.append(f"not found ({name}): {sabotage}")
    unproved = set(checks) - {name for name, _ in DAMAGES}
    failures += [f"nothing shows that this check can fail: {name}" for name in sorted(unproved)]
    failures += cluster.stop_coordinator()
    for failure in failures:
        print("PROBLEM:", failure)
    print(f"{len(checks)} checks, {len(DAMAGES)} damages, {len(failures)} problems")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, help="where the programs are")
    options = parser.parse_args()
    if isolation.is_inside():
        checks = load_checks()
        isolation.settle_in()
        sys.exit(run(checks))
    try:
        sys.exit(isolation.run_inside([os.path.abspath(__file__), *sys.argv[1:]], options.bin))
    except isolation.Unsupported as why:
        print(f"skipped: {why}")
        sys.exit(77)


if __name__ == "__main__":
    main()
