#!/usr/bin/env python3
"""packages_test.py SUITE NEW [OLD]: tries the packages in the folder NEW in a root of SUITE that has nothing.

They are installed, serve and compute, are upgraded under a running job (from the packages in the folder OLD, if
it is given), removed and purged. Then the root has to be as before. Everything runs as root in namespaces of its
own (`./dev package --try` starts it). Exit code 0: all held.
"""

import pathlib
import re
import subprocess
import sys
import time

import bare_root
import leftovers

sys.path.insert(0, str(bare_root.PROJECT / "tests/support"))
from trial import check, free_port, say, wait_for  # noqa: E402

JOB_FUNCTIONS = 200
# A folder may hold packages of another architecture too.
PACKAGES = "*_" + subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True,
                                 check=True).stdout.strip() + ".deb"
UNITS = ("motzkin-coordinator", "motzkin-worker")
FIRST_INTEGRAL_SECONDS = 120
JOB_SECONDS = 600


class Trial:
    """One root, and the cluster in it while it runs."""

    def __init__(self, suite):
        self.root = bare_root.BareRoot(suite)
        self.address = f"127.0.0.1:{free_port()}"
        self.services = {}

    def motzkin(self, arguments):
        return f"motzkin --coordinator {self.address} {arguments}"

    def install(self, folder):
        self.root.run(f"apt-get install -y {folder}/{PACKAGES}")

    def start(self, unit):
        """Runs the command of a unit as its user, as systemd would: there is no systemd to do it."""
        text = self.root.run(f"cat /lib/systemd/system/{unit}.service")
        user = re.search(r"^User=(.*)$", text, re.M)[1]
        state = re.search(r"^StateDirectory=(.*)$", text, re.M)[1]
        command = re.search(r"^ExecStart=(.*)$", text, re.M)[1]
        self.root.run(f"install -d -m 0700 -o {user} -g {user} /var/lib/{state}")
        self.services[unit] = self.root.start(
            f"umask 0077; cd /; export STATE_DIRECTORY=/var/lib/{state} HOME=/var/lib/{state}; exec setpriv --reuid={user} "
            f"--regid={user} --init-groups --no-new-privs {command}", unit)

    def start_both(self):
        self.start("motzkin-coordinator")
        wait_for(lambda: self.jobs() is not None, 60, "the coordinator did not serve")
        self.start("motzkin-worker")
        wait_for(self.worker_is_in, FIRST_INTEGRAL_SECONDS, "the worker did not join")

    def worker_is_in(self):
        """Approves the worker if it waits for that: it runs as another user than the coordinator."""
        for worker in self.root.json(self.motzkin("workers --json")) or []:
            if worker["state"] == "waiting-approval":
                code = re.search(r"code ([0-9A-Z]{6})", worker["reason"])[1]
                self.root.run(self.motzkin(f"approve {code}"))
            elif worker["state"] != "away":
                return True
        return False

    def stop_both(self):
        for unit in reversed(UNITS):
            code = self.services[unit].stop()
            check(code == 0, f"{unit} ended with {code}; see {self.services[unit].log}")

    def jobs(self):
        """Returns the jobs by name, or nothing while no coordinator answers."""
        answer = self.root.json(self.motzkin("jobs --json"))
        return None if answer is None else {job["name"]: job for job in answer}

    def stored(self, job, outcome=None):
        found = (self.jobs() or {}).get(job, {})
        return int(found.get("outcomes", {}).get(outcome, 0)) if outcome else int(found.get("stored", 0))

    def completed(self, job):
        return ((self.jobs() or {}).get(job) or {}).get("state") == "completed"

    def query(self, statement):
        """Returns the lines that psql prints for an SQL statement."""
        return self.root.run(self.motzkin(f'psql -Atc "{statement}"')).splitlines()

    def rows(self, job):
        """Returns what is stored of each function of a job, by its index."""
        lines = self.query("select index, outcome, worker_id, attempt, create_time, md5(integrand), md5(integral) "
                           f"from training_data_all where job = '{job}'")
        return {int(line.split("|")[0]): line for line in lines}

    def sealed(self, job):
        return int(self.query(f"select sealed from jobs where job = '{job}'")[0])

    def version(self):
        return self.root.run("dpkg-query -W -f='${Version}' motzkin-worker")


def try_install(trial, folder):
    """From .deb files to a completed job, with both engines."""
    root = trial.root
    begun = time.monotonic()
    root.run("apt-get update -qq")
    trial.install(folder)
    say(f"installed with all that they need ({time.monotonic() - begun:.0f} s with apt-get update)")
    installed = time.monotonic()
    root.run(f"sed -i 's/^listen: .*/listen: {trial.address}/' /etc/motzkin/coordinator.yaml && "
             f"sed -i 's/^connect: .*/connect: {trial.address}/; s/^idle_priority: .*/idle_priority: false/' "
             "/etc/motzkin/worker.yaml")
    trial.start_both()
    root.run(trial.motzkin(f"start lample-charton --name first --target {JOB_FUNCTIONS}"))
    wait_for(lambda: trial.stored("first", "integrated") > 0, JOB_SECONDS, "nothing was integrated")
    seconds = time.monotonic() - begun
    say(f"first verified integral {seconds:.0f} s after the .deb files ({time.monotonic() - installed:.0f} s after apt)")
    if seconds > FIRST_INTEGRAL_SECONDS:
        say(f"  that is more than {FIRST_INTEGRAL_SECONDS} s: is the machine busy?")
    wait_for(lambda: trial.completed("first"), JOB_SECONDS, "the first job did not complete")
    engines = trial.query("select distinct engine from engine_steps")
    check({"giac", "fricas"} <= set(engines), f"engines that computed: {engines}")
    say(f"a job of {JOB_FUNCTIONS} functions completed with {' and '.join(sorted(engines))}, "
        f"{trial.stored('first', 'integrated')} integrated")


def try_what_is_installed(trial):
    """Units, users, man pages and completions, and no database but ours."""
    root = trial.root
    check("main" not in root.run("ls /etc/postgresql/*/ 2>/dev/null", check=False), "postgresql made a cluster `main`")
    for unit in UNITS:
        root.run(f"test -L /etc/systemd/system/multi-user.target.wants/{unit}.service")
        root.run(f"getent passwd _{unit}")
    root.run("command -v systemd-analyze || { apt-get install -y systemd && apt-mark auto systemd; }")
    for unit in UNITS:
        complaints = root.run(f"systemd-analyze verify --man=no {unit}.service 2>&1", check=False)
        check(unit not in complaints, f"systemd-analyze verify: {complaints}")
        root.run(f"zcat /usr/share/man/man8/{unit}.8.gz | grep -q config")
    root.run("zcat /usr/share/man/man1/motzkin.1.gz | grep -q integrate && test -e /usr/share/man/man1/motzkin-start.1.gz")
    offered = root.run("source /usr/share/bash-completion/completions/motzkin; COMP_WORDS=(motzkin st); COMP_CWORD=1; "
                       "_motzkin; echo ${COMPREPLY[@]}").split()
    check(offered == ["start", "status", "stats"], f"completions of `motzkin st`: {offered}")
    say("units verify and are enabled, users are there, completions answer, no other database")


def try_upgrade(trial, folder):
    """Upgrades under a running job: dpkg replaces the files, then each daemon is restarted."""
    root = trial.root
    before = trial.version()
    root.run(trial.motzkin("start lample-charton --name upgrade --seed 5 --target 1M"))
    wait_for(lambda: trial.stored("upgrade") > 50, JOB_SECONDS, "the second job did not start")
    trial.install(folder)
    after = trial.version()
    check(before != after, f"both folders have version {after}")
    for unit in UNITS:
        root.run(f"grep -q '_dh_action=restart' /var/lib/dpkg/info/{unit}.postinst && "
                 f"grep -q 'deb-systemd-invoke.*{unit}.service' /var/lib/dpkg/info/{unit}.postinst")
        check(trial.services[unit].alive(), f"{unit} ended while its files were replaced")
    trial.stop_both()
    trial.start_both()
    stored = trial.rows("upgrade")
    last = max(stored)
    # Every index below `sealed` is stored, so nothing that was held during the restart is missing.
    wait_for(lambda: trial.sealed("upgrade") > last + 1, JOB_SECONDS, "what was held was not computed")
    rows = trial.rows("upgrade")
    changed = [line for index, line in stored.items() if rows[index] != line]
    check(not changed, f"rows that changed: {changed[:3]}")
    check(set(range(last + 1)) <= rows.keys(), "rows are missing")
    root.run(trial.motzkin("cancel upgrade"))
    check(trial.address in root.run("cat /etc/motzkin/coordinator.yaml"), "the upgrade replaced an edited conffile")
    say(f"upgraded {before} -> {after} with {len(stored)} functions stored: none lost, none twice")


def try_remove_and_purge(trial, before, folder):
    root = trial.root
    trial.stop_both()
    ours = "motzkin motzkin-coordinator motzkin-worker"
    root.run(f"apt-get remove -y {ours}")
    root.run("test -s /var/lib/motzkin-coordinator/postgres/PG_VERSION && test -d /var/lib/motzkin-worker && "
             "test -s /etc/motzkin/coordinator.yaml && ! test -e /usr/lib/motzkin")
    trial.install(folder)
    trial.start_both()
    check(trial.completed("first"), "the database of before the removal is not served")
    trial.stop_both()
    say("remove kept the data, and the packages serve it again once installed")
    root.run(f"apt-get purge -y {ours}")
    gone = root.run("ls -d /var/lib/motzkin* /etc/motzkin* /usr/lib/motzkin* 2>/dev/null", check=False)
    check(not gone, f"purge left {gone}")
    # autoremove would keep packages that recommend each other. Debian 13 calls e2fsprogs essential, and the
    # bare root does without it.
    theirs = sorted(root.packages() - before.packages)
    root.run(f"apt-get purge -y --allow-remove-essential {' '.join(theirs)} && rm -rf /debs && apt-get clean")
    unexpected, expected = leftovers.compare(before.files, root.files())
    for why, paths in expected.items():
        say(f"  left as expected, {why}: {len(paths)} paths, such as {paths[0]}")
    check(not unexpected, "left after purge:\n" + "\n".join(unexpected))
    say("purge took the data, and nothing else is left")


def main():
    suite, new = sys.argv[1], pathlib.Path(sys.argv[2])
    old = pathlib.Path(sys.argv[3]) if len(sys.argv) > 3 else None
    for folder in filter(None, (new, old)):
        check(len(list(folder.glob(PACKAGES))) == 3, f"{folder} does not hold three packages")
    trial = Trial(suite)
    try:
        before = leftovers.Before(trial.root.files(), trial.root.packages())
        trial.root.copy_in(new, "/debs/new")
        if old:
            trial.root.copy_in(old, "/debs/old")
        say(f"a bare root of {suite}")
        try_install(trial, "/debs/old" if old else "/debs/new")
        try_what_is_installed(trial)
        if old:
            try_upgrade(trial, "/debs/new")
        else:
            say("no packages of an older commit: the upgrade is not tried")
        try_remove_and_purge(trial, before, "/debs/new")
    finally:
        trial.root.close()
    say(f"packages of {suite}: all held")


if __name__ == "__main__":
    main()
