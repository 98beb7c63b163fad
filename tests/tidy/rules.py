"""The rules of the source tree that a machine can check.

A rule is a function of (path, text) that returns complaints, "path:line: what is wrong". Paths are
relative to the project's root.
"""

import re

import comment_rules
import size_rules

# The files of ours that a folder may include, besides its own and common/base. A file belongs to the longest folder
# that matches; the folders below that have rules of their own are not part of it.
MAY_INCLUDE = {
    "common/base": [],
    "common/process": [],
    "common/expression": [],
    "common/ball": ["common/expression"],
    "common/generator": ["common/expression", "common/ball", "motzkin/v1/job.pb.h"],
    "common/outcome": ["motzkin/v1/outcome.pb.h"],
    "common/yaml": [],
    "common/settings": ["common/yaml"],
    "common/job_spec": ["common/generator", "common/expression", "common/words", "common/yaml",
                        "motzkin/v1/job.pb.h"],
    "common/postgres": ["common/process"],
    "common/results": ["common/postgres", "motzkin/v1/job.pb.h"],
    "common/metrics": [],
    "common/words": ["motzkin/v1/job.pb.h"],
    "common/identity": ["common/process"],
    "common/joining": ["common/identity", "motzkin/v1"],
    "coordinator/core": ["motzkin/v1/job.pb.h"],
    "coordinator/postgres_server": ["common/identity", "common/process", "common/postgres"],
    "coordinator/store": ["coordinator/core", "common/expression/notation.h", "common/postgres", "common/results", "common/words", "motzkin/v1"],
    "coordinator/service": ["common/identity", "common/job_spec", "common/postgres", "common/process/unique_fd.h", "common/results",
                            "common/words", "coordinator/core",
                            "coordinator/postgres_server", "coordinator/store", "motzkin/v1"],
    "coordinator/web": ["common/metrics", "common/identity/key.h", "common/job_spec", "common/postgres", "common/words", "common/yaml/scalar.h",
                        "coordinator/service/operator_actions.h", "coordinator/service/operator_views.h",
                        "coordinator/service/page_identity.h", "coordinator/service/page_password.h", "coordinator/service/peer.h",
                        "coordinator/service/task_queue.h", "dataset", "motzkin/v1"],
    "coordinator": ["common/identity", "common/postgres", "common/process", "common/settings", "coordinator/postgres_server",
                    "coordinator/service", "coordinator/store", "coordinator/web/web_server.h"],
    "worker/sandbox": ["common/process"],
    "worker/integrator": ["common/process", "common/expression", "common/ball", "common/outcome", "worker/sandbox",
                          "motzkin/integrator/v1", "motzkin/v1/outcome.pb.h"],
    "worker/machine": ["common/process", "common/words", "motzkin/v1/job.pb.h"],
    "worker/results": ["common/generator/function_sampler.h", "common/outcome", "common/postgres", "common/results",
                       "common/words", "motzkin/v1/job.pb.h", "motzkin/integrator/v1"],
    "worker/slots": ["common/process", "common/expression", "common/results", "worker/sandbox", "worker/machine",
                     "worker/results", "motzkin/v1/job.pb.h", "motzkin/v1/worker_service.pb.h", "motzkin/integrator/v1"],
    "worker/stream": ["common/joining", "worker/machine/console.h", "worker/results/result_sink.h", "motzkin/v1"],
    "worker": ["common/expression", "common/generator/function_sampler.h", "common/identity", "common/job_spec", "common/joining", "common/metrics", "common/postgres",
               "common/results", "common/settings", "worker/sandbox/advice.h", "worker/sandbox/level.h", "worker/machine", "worker/results",
               "worker/slots", "worker/stream"],
    "dataset": ["common/expression", "common/generator/function_sampler.h", "common/job_spec", "common/postgres",
                "common/process", "common/results", "common/words", "motzkin/v1/job.pb.h"],
    "classifier": ["common/expression", "common/process"],
    "classifier/training": ["classifier", "common/expression", "common/words", "dataset", "motzkin/v1/job.pb.h"],
    "cli/text": ["common/expression", "common/job_spec", "common/words", "motzkin/v1/job.pb.h",
                 "motzkin/v1/operator_service.pb.h"],
    "cli/reading": ["common/expression/dialect.h", "common/process/unique_fd.h", "cli/text"],
    "cli/access": ["common/expression/canonical.h", "common/identity", "common/job_spec", "common/joining",
                   "common/outcome", "common/process", "common/words", "common/yaml", "cli/text", "motzkin/v1",
                   "motzkin/integrator/v1", "worker/results/batch.h", "worker/slots/function_runner.h",
                   "worker/slots/integrator_process.h"],
    "cli/doctor": ["common/identity", "common/joining", "common/postgres/connection.h", "common/process/unique_fd.h",
                   "motzkin/integrator/v1", "motzkin/v1", "cli/access", "worker/machine", "worker/sandbox",
                   "worker/slots/integrator_process.h"],
    "cli/verbs": ["common/expression", "common/generator", "common/job_spec", "common/words", "common/yaml",
                  "common/postgres/client_environment.h", "classifier", "dataset", "cli/access", "cli/doctor",
                  "cli/reading", "cli/text", "worker/machine/state_dir.h"],
    "cli": ["cli/text/report.h", "cli/verbs/verb.h", "common/settings"],
}
OUR_FOLDERS = ("common/", "coordinator/", "worker/", "cli/", "classifier/", "dataset/", "motzkin/", "tests/", "bench/")

# Libraries that stay inside one module's sources, with the folders and files whose headers may show them.
HIDDEN_LIBRARIES = {
    "pqxx": ["common/postgres"],
    "boost/": ["coordinator/web/tls.h", "coordinator/web/web_connection.h", "coordinator/web/web_core.h"],  # inside of web_server.h
    "giac/": [],
    "linear.h": [],
    "yaml-cpp/": [],
    "grpcpp/": ["bench/load/", "coordinator/service/", "coordinator/server.h", "worker/stream/agent_session.h"],
}

LINES_MAX = 400
TEST_LINES_MAX = 600  # A test reads from top to bottom, case by case.
# Existing files that are longer. None may grow, and none may be added.
LINES_MAX_OF = {}

INCLUDE = re.compile(r'^\s*#include ([<"])([^>"]+)[>"]')


def _lines(text):
    return enumerate(text.splitlines(), start=1)


def is_cpp(path):
    return path.endswith((".cc", ".h"))


def is_test(path):
    """Tests, and what only they use: in tests/, or in a folder testing/ beside what it serves."""
    return path.endswith(("_test.cc", "_test.py")) or path.startswith("tests/") or "/testing/" in path


# Fixtures and fakes that a name gives away.
TEST_SUPPORT = re.compile(r"(^|/)(test_\w+|\w+_(for_test|fixture|test_support))\.(cc|h)$")


def test_support_has_its_folder(path, text):
    if not TEST_SUPPORT.search(path) or path.startswith("tests/") or "/testing/" in path:
        return []
    return [f"{path}:1: what only tests use is in a folder testing/"]


def _folder_rule(path):
    folders = [folder for folder in MAY_INCLUDE if path.startswith(folder + "/")]
    return max(folders, key=len, default=None)


def dependency_direction(path, text):
    folder = _folder_rule(path)
    if folder is None or not is_cpp(path) or is_test(path):
        return []
    allowed = ["common/base", *MAY_INCLUDE[folder]]
    complaints = []
    for number, line in _lines(text):
        match = INCLUDE.match(line)
        if not match or match[1] == "<" or not match[2].startswith(OUR_FOLDERS):
            continue
        included = match[2]
        inside = _folder_rule(included) == folder and not is_test(included)
        if not inside and not any(included == a or included.startswith(a + "/") for a in allowed):
            complaints.append(f"{path}:{number}: {folder} may not include {included}")
    return complaints


def hidden_libraries(path, text):
    if not path.endswith(".h") or is_test(path):
        return []
    complaints = []
    for number, line in _lines(text):
        match = INCLUDE.match(line)
        for library, folders in HIDDEN_LIBRARIES.items():
            if match and match[2].startswith(library) and not path.startswith(tuple(folders)):
                complaints.append(f"{path}:{number}: headers do not show {match[2]}")
    return complaints


def header_shape(path, text):
    if not path.endswith(".h"):
        return []
    complaints = []
    if not text.startswith("//"):
        complaints.append(f"{path}:1: a header begins with a comment that says what it is for")
    if "\n#pragma once\n" not in text:
        complaints.append(f"{path}:1: no #pragma once")
    return complaints


def own_header_first(path, text, existing):
    if not path.endswith(".cc"):
        return []
    own = re.sub(r"(_test)?\.cc$", ".h", path)
    first = next((INCLUDE.match(line) for _, line in _lines(text) if INCLUDE.match(line)), None)
    if own not in existing or first is None or first[2] == own:
        return []
    return [f"{path}:1: the first include is not its own header {own}"]


def file_length(path, text):
    if not is_cpp(path):
        return []
    length = len(text.splitlines())
    limit = LINES_MAX_OF.get(path, TEST_LINES_MAX if is_test(path) else LINES_MAX)
    return [f"{path}:{length}: {length} lines, more than {limit}"] if length > limit else []


# A wait on the clock instead of a wait for a condition.
SLEEP = re.compile(r"\b(sleep_for|sleep_until|SleepFor|usleep|nanosleep|time\.sleep)\s*\(|::sleep\(")


def no_sleeps_in_tests(path, text):
    # tests/support/wait_for is the one place that waits for a condition.
    exempt = "/wait_for" in path or path.startswith("tests/tidy/")
    if not is_test(path) or not path.endswith((".cc", ".h", ".py")) or exempt:
        return []
    return [f"{path}:{number}: a test waits for a condition, it does not sleep"
            for number, line in _lines(text) if SLEEP.search(line)]


WALL_TIME_WAIT = re.compile(r"absl::CondVar\b|\bWaitForNotificationWith\w+\s*\(|mutex_?\.AwaitWith\w+\s*\(")


def no_waits_until_a_wall_time(path, text):
    """Rejects absl's timed waits, which become longer when the wall clock is set back."""
    if not is_cpp(path) or is_test(path):
        return []
    return [f"{path}:{number}: waits of common/base/timed_wait.h do not depend on the wall clock"
            for number, line in _lines(text) if WALL_TIME_WAIT.search(line.split("//")[0])]


TASK_MARK = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")


def no_task_marks(path, text):
    return [f"{path}:{number}: finish it, or write an issue"
            for number, line in _lines(text) if TASK_MARK.search(line)]


TEST_NAME = re.compile(r"^(?:TYPED_)?TEST(?:_[FP])?\((\w+), *(\w+)\)")


def test_names(path, text):
    if not path.endswith("_test.cc"):
        return []
    return [f"{path}:{number}: a test's name is a sentence without underscores"
            for number, line in _lines(text)
            if (match := TEST_NAME.match(line)) and "_" in match[1] + match[2]]


SQL_CONSTRAINT = re.compile(r"\b(CHECK|UNIQUE|FOREIGN KEY|EXCLUDE)\s*\(")


def sql_names(path, text):
    if "/migrations/" not in path or not path.endswith(".sql"):
        return []
    complaints = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        code = line.split("--")[0]
        before = (lines[number - 2] if number > 1 else "") + " " + code
        match = SQL_CONSTRAINT.search(code)
        if match and not re.search(r"\bCONSTRAINT \w+\s*$", before[:before.rindex(match[0])]):
            complaints.append(f"{path}:{number}: the constraint has no name")
        if re.match(r"CREATE (UNIQUE )?INDEX", code) and not lines[number - 2].startswith("--"):
            complaints.append(f"{path}:{number}: no comment says which query the index serves")
    return complaints


ADJACENT_LITERALS = re.compile(r'"\s*\n\s*"')
SQL_IN_LITERAL = re.compile(
    r'"(?:\w{0,16}\()?\s*(?:SELECT\b[^"]*\bFROM|INSERT INTO|UPDATE [\w.]+ SET|DELETE FROM|WITH \w+ AS|DO \$|'
    r'CREATE (?:TABLE|TYPE|ROLE|DATABASE|SCHEMA|VIEW|INDEX)|ALTER (?:TABLE|ROLE)|(?:GRANT|REVOKE) [\w, ]+ ON)\b')


def sql_has_its_files(path, text):
    """A statement in a file is read, and tried in psql, as what it is."""
    if not is_cpp(path) or is_test(path) or path.startswith("bench/"):
        return []
    text = ADJACENT_LITERALS.sub(lambda match: "\n" * match[0].count("\n"), text)
    return [f"{path}:{text[:match.start()].count(chr(10)) + 1}: SQL lives in .sql files; see motzkin_embed_files"
            for match in SQL_IN_LITERAL.finditer(text)]


def proto_shape(path, text):
    if not path.endswith(".proto"):
        return []
    complaints = []
    package = re.sub(r"^proto/|/[^/]+$", "", path).replace("/", ".")
    if f"package {package};" not in text:
        complaints.append(f"{path}:1: the package is not {package}, as its folder says")
    for match in re.finditer(r"enum (\w+) \{\s*(?://[^\n]*\s*)*(\w+) = (\d+)", text):
        number = text[:match.start()].count("\n") + 1
        if match[3] != "0" or not match[2].endswith("_UNSPECIFIED"):
            complaints.append(f"{path}:{number}: {match[1]} does not begin with ..._UNSPECIFIED = 0")
    for match in re.finditer(r"^service (\w+)", text, re.M):
        if not text[:match.start()].rstrip().splitlines()[-1].startswith("//"):
            complaints.append(f"{path}:1: service {match[1]} is not documented")
    return complaints


def clean_text(path, text):
    complaints = [f"{path}:{number}: trailing blanks"
                  for number, line in _lines(text) if line != line.rstrip()]
    if text and not text.endswith("\n"):
        complaints.append(f"{path}: no newline at the end")
    return complaints


TEST_IN_TEXT = re.compile(r"`(\w+Test)\.(\w+)`")


def documented_tests_exist(path, text, files):
    """A document that names a test as its evidence must name one that exists."""
    if not path.startswith("docs/"):
        return []
    tests = {(match[1], match[2]) for name, source in files.items() if name.endswith("_test.cc")
             for line in source.splitlines() if (match := TEST_NAME.match(line))}
    return [f"{path}:{number}: there is no test {match[1]}.{match[2]}"
            for number, line in _lines(text) for match in TEST_IN_TEXT.finditer(line)
            if (match[1], match[2]) not in tests]


FAULT_IN_TEXT = re.compile(r"`torture: ([^`]+)`")


def documented_faults_exist(path, text, files):
    """A document that names a fault of the torture must name one that exists."""
    if not path.startswith("docs/"):
        return []
    faults = {name for source in files if source.startswith("tests/torture/")
              for name in re.findall(r'^@fault\("([^"]+)"', files[source], re.M)}
    return [f"{path}:{number}: torture has no fault '{match[1]}'" for number, line in _lines(text)
            for match in FAULT_IN_TEXT.finditer(line) if match[1] not in faults | {"NAME"}]


# A path of ours in backticks, down to a file. `worker/.../x.cc` and `NAME.py` are placeholders.
PATH_IN_TEXT = re.compile(r"`((?:bench|classifier|cli|cmake|common|coordinator|dataset|deploy|docs|proto|tests|worker)"
                          r"/[\w./-]+\.(?:cc|cmake|h|md|proto|py|sh|sql|txt|yaml))`")


def documented_files_exist(path, text, files):
    """A document that sends its reader to a file must name one that exists."""
    if not path.endswith(".md"):
        return []
    return [f"{path}:{number}: there is no file {match[1]}" for number, line in _lines(text)
            for match in PATH_IN_TEXT.finditer(line)
            if match[1] not in files and ".." not in match[1] and "NAME" not in match[1]]


# These may be otherwise on another processor or with pages of another size.
OF_THE_MACHINE = re.compile(
    r"\bSYS_[a-z]\w*|\bSCMP_SYS\b|\bsock_filter\b|\b(mmap|mmap64|mremap|mprotect|madvise|sysconf|getpagesize|sigaltstack|"
    r"getauxval)\(|\bucontext_t\b|\bfenv\.h\b|\blong double\b|\b__(x86_64|aarch64|asm)__\b|\bF_SETPIPE_SZ\b")
PLACES_OF_THE_MACHINE = "docs/development.md"


def places_of_the_machine_are_listed(path, text, files):
    """Each such place was looked at with another processor in mind, and a document says what was found."""
    if not path.endswith((".cc", ".h", ".c")) or path in files[PLACES_OF_THE_MACHINE]:
        return []
    return [f"{path}:{number}: {match[0]} depends on the machine: list the file in {PLACES_OF_THE_MACHINE}"
            for number, line in _lines(text) for match in OF_THE_MACHINE.finditer(line)]


RULES = [dependency_direction, test_support_has_its_folder, hidden_libraries, header_shape, file_length,
         no_sleeps_in_tests, no_waits_until_a_wall_time, no_task_marks, test_names, sql_names, sql_has_its_files, proto_shape,
         clean_text,
         *size_rules.RULES, *comment_rules.RULES]
