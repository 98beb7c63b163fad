"""Checks the source tree against rules.py, and that each rule can fail."""

import pathlib
import subprocess
import unittest

import comment_rules
import rules
import size_rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT_SUFFIXES = {".cc", ".h", ".proto", ".sql", ".py", ".md", ".cmake", ".yaml", ".yml", ".sh", ".json",
                 ".txt", ".service", ".ts", ".mjs", ".css", ".html", ""}
# Written by machines, or not ours.
EXEMPT = ("LICENSES/", "LICENSE", "tests/fuzz/corpus/")


def tracked_files():
    """Every text file of the project, by its path from the root."""
    names = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                           check=True, capture_output=True, text=True).stdout.splitlines()
    for name in names:
        path = ROOT / name
        if path.is_file() and path.suffix in TEXT_SUFFIXES and not name.startswith(EXEMPT):
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # A seed of a fuzzer, or a picture.


class TheTree(unittest.TestCase):
    def test_keeps_every_rule(self):
        if not (ROOT / ".git").exists():
            self.skipTest("not a checkout: git says which files are ours")
        files = dict(tracked_files())
        complaints = []
        for name, text in files.items():
            for rule in rules.RULES:
                complaints += rule(name, text)
            complaints += rules.own_header_first(name, text, files)
            complaints += rules.documented_tests_exist(name, text, files)
            complaints += rules.documented_faults_exist(name, text, files)
            complaints += rules.documented_files_exist(name, text, files)
            complaints += rules.places_of_the_machine_are_listed(name, text, files)
        self.assertEqual(complaints, [], "\n" + "\n".join(complaints))


class EachRule(unittest.TestCase):
    """A rule that cannot fail checks nothing."""

    def complains(self, rule, path, text, *more):
        self.assertTrue(rule(path, text, *more), f"{rule.__name__} accepts {text!r} in {path}")

    def accepts(self, rule, path, text, *more):
        self.assertEqual(rule(path, text, *more), [])

    def test_dependency_direction(self):
        rule = rules.dependency_direction
        self.complains(rule, "coordinator/server.cc", '#include "worker/stream/agent.h"\n')
        self.complains(rule, "worker/stream/agent.cc", '#include "coordinator/core/lease.h"\n')
        self.complains(rule, "coordinator/core/lease.cc", '#include "motzkin/v1/worker_service.pb.h"\n')
        self.complains(rule, "worker/integrator/main.cc", '#include "common/postgres/connection.h"\n')
        self.complains(rule, "common/base/check.cc", '#include "common/process/frame.h"\n')
        self.complains(rule, "cli/verbs/show.cc", '#include "worker/slots/slot.h"\n')
        self.complains(rule, "worker/results/result_row.cc", '#include "worker/slots/slot.h"\n')
        self.complains(rule, "worker/slots/slot.cc", '#include "worker/daemon.h"\n')
        self.complains(rule, "worker/daemon.cc", '#include "worker/integrator/ladder.h"\n')
        self.accepts(rule, "worker/slots/slot.cc", '#include "worker/slots/slot_pool.h"\n')
        self.accepts(rule, "cli/access/local_integrator.cc", '#include "worker/slots/integrator_process.h"\n')
        self.accepts(rule, "coordinator/core/lease.cc", '#include "common/base/clock.h"\n')

    def test_production_code_includes_no_test_support(self):
        self.complains(rules.dependency_direction, "worker/slots/slot.cc", '#include "worker/slots/testing/a.h"\n')
        self.accepts(rules.dependency_direction, "worker/slots/slot_test.cc", '#include "worker/slots/testing/a.h"\n')

    def test_test_support_has_its_folder(self):
        rule = rules.test_support_has_its_folder
        for name in ("worker/slots/test_rows.h", "worker/slots/rows_for_test.cc", "worker/slots/slot_fixture.h"):
            self.complains(rule, name, "")
        self.accepts(rule, "worker/slots/testing/slot_fixture.h", "")

    def test_hidden_libraries(self):
        self.complains(rules.hidden_libraries, "coordinator/store/store.h", "#include <pqxx/pqxx>\n")
        self.complains(rules.hidden_libraries, "worker/stream/agent.h", "#include <grpcpp/grpcpp.h>\n")
        self.accepts(rules.hidden_libraries, "coordinator/store/store.cc", "#include <pqxx/pqxx>\n")

    def test_header_shape(self):
        self.complains(rules.header_shape, "a.h", "#pragma once\n")
        self.complains(rules.header_shape, "a.h", "// What it is.\n")
        self.accepts(rules.header_shape, "a.h", "// What it is.\n#pragma once\n")

    def test_own_header_first(self):
        rule = rules.own_header_first
        self.complains(rule, "cli/a.cc", '#include <vector>\n#include "cli/a.h"\n', {"cli/a.h": ""})
        self.complains(rule, "cli/a_test.cc", '#include <vector>\n', {"cli/a.h": ""})
        self.accepts(rule, "cli/a.cc", '#include "cli/a.h"\n#include <vector>\n', {"cli/a.h": ""})

    def test_file_length(self):
        self.complains(rules.file_length, "a.cc", "\n" * (rules.LINES_MAX + 1))
        self.complains(rules.file_length, "a_test.cc", "\n" * (rules.TEST_LINES_MAX + 1))
        self.accepts(rules.file_length, "a.cc", "\n" * rules.LINES_MAX)

    def test_function_length(self):
        rule, lines = size_rules.function_length, size_rules.FUNCTION_LINES_MAX
        body = "  Work(\"}\");  // }\n"
        self.complains(rule, "a.cc", "int Long(int a,\n         int b) {\n" + body * (lines - 2) + "}\n")
        self.complains(rule, "a.h", "class A {\n  A() : a_(1) {\n" + body * (lines - 1) + "  }\n};\n")
        self.complains(rule, "a.py", "def long():\n" + "    work()\n" * lines)
        self.accepts(rule, "a.cc", "int Long() {\n" + body * (lines - 2) + "}\n")
        self.accepts(rule, "a.cc", "constexpr Row kRows[] = {\n" + "  Row(1),\n" * lines + "};\n")

    def test_methods_per_class(self):
        rule, methods = size_rules.methods_per_class, size_rules.METHODS_MAX
        declared = "  absl::Status F(int a) ABSL_LOCKS_EXCLUDED(mutex_);\n"
        data = "  std::function<void(int)> f_ ABSL_GUARDED_BY(mutex_) = G(1);\n"
        self.complains(rule, "a.h", "class A : B {\n public:\n" + declared * (methods + 1) + "};\n")
        self.complains(rule, "a.h", "class A {\n" + declared * methods + "  int g() const { return 1; }\n};\n")
        self.complains(rule, "a.py", "class A:\n" + "    def f(self): pass\n" * (methods + 1))
        self.accepts(rule, "a.h", "class A {\n  A() = default;\n" + declared * methods + data + "};\n")

    def test_whole_tables(self):
        rule = comment_rules.whole_tables
        self.complains(rule, "a.h", "//   a second attempt DATA_LOSS  the pipe was closed\n")
        self.complains(rule, "a.h", "//   frame := length payload length := uint32\n")
        self.accepts(rule, "a.h", "//   DATA_LOSS  the pipe was closed\n// NOT_FOUND: no such job. DATA_LOSS: a file\n")

    def test_whole_dividers(self):
        self.complains(comment_rules.whole_dividers, "a.h", "  // --- jobs\n  // -----------------\n")
        self.accepts(comment_rules.whole_dividers, "a.h", "// --- jobs -----------------\n")

    def test_whole_statements(self):
        rule = comment_rules.whole_statements
        self.complains(rule, "a.h", "constexpr int kMax = 16u\n                << 20;  // 16 MiB.\n")
        self.complains(rule, "a.h", "  int64_t first =\n      -1;  // None.\n")
        self.complains(rule, "a.cc", "  Call(\n      argument);  // A long reason.\n")
        self.accepts(rule, "a.h", "// 16 MiB.\nconstexpr int kMax = 16u << 20;  // 16 MiB.\n")

    def test_whole_words(self):
        rule = comment_rules.whole_words
        self.complains(rule, "a.cc", 'F("double preci"\n  "sion");\n')
        self.accepts(rule, "a.cc", 'F("double "\n  "precision\\n"\n "x");\n')

    def test_plain_voice(self):
        rule = comment_rules.plain_voice
        self.complains(rule, "main.cc", "int rows;  // Of the last minute.\n")
        self.complains(rule, "main.cc", "// Rows. By which\n// they are counted.\n")
        self.complains(rule, "dev.sh", "# What the user asked for.\n")
        self.complains(rule, "main.py", '"""Whoever waits is woken."""\n')
        self.complains(rule, "main.cc", "// The row is there and nobody reads it.\n")
        self.complains(rule, "main.cc", "// It is the same, whatever the clock says.\n")
        self.accepts(rule, "main.cc", "// Rows of the last minute; what happens to others is told below.\n")
        self.accepts(rule, "main.cc", "// Root becomes the user `nobody`.\n")

    def test_plain_messages(self):
        rule = comment_rules.plain_messages
        self.complains(rule, "main.cc", 'Fail("Somebody may be in between");\n')
        self.complains(rule, "docs/a.md", "All is encrypted, and nobody gets in.\n")
        self.accepts(rule, "main.cc", 'for (const char* user : {"postgres", "nobody"}) Try(user);\n')
        self.accepts(rule, "main_test.cc", 'EXPECT_FALSE(Run("show", "nobody is here"));\n')
        self.accepts(rule, "docs/a.md", "It runs as `nobody`.\n")

    def test_no_sleeps_in_tests(self):
        self.complains(rules.no_sleeps_in_tests, "a_test.cc", "absl::SleepFor(absl::Seconds(1));\n")
        self.complains(rules.no_sleeps_in_tests, "tests/cluster/a.cc", "std::this_thread::sleep_for(s);\n")
        self.accepts(rules.no_sleeps_in_tests, "a.cc", "absl::SleepFor(absl::Seconds(1));\n")

    def test_no_waits_until_a_wall_time(self):
        rule = rules.no_waits_until_a_wall_time
        self.complains(rule, "worker/stream/agent.h", "  absl::CondVar changed_;\n")
        self.complains(rule, "worker/slots/slot.cc", "  mutex_.AwaitWithTimeout(absl::Condition(&stop_), backoff_);\n")
        self.complains(rule, "coordinator/server.cc", "  stopping_.WaitForNotificationWithTimeout(kInterval);\n")
        self.accepts(rule, "worker/stream/agent.h", "  CondVar changed_;  // Not absl::CondVar\n")

    def test_documented_faults_exist(self):
        rule = rules.documented_faults_exist
        files = {"tests/torture/process_faults.py": '@fault("worker killed", "database")\n'}
        self.complains(rule, "docs/architecture.md", "shown by `torture: worker robbed`\n", files)
        self.accepts(rule, "docs/architecture.md", "shown by `torture: worker killed`\n", files)

    def test_documented_files_exist(self):
        rule = rules.documented_files_exist
        files = {"worker/slots/slot.cc": ""}
        self.complains(rule, "docs/architecture.md", "see `worker/slot.cc`\n", files)
        self.accepts(rule, "docs/architecture.md", "see `worker/slots/slot.cc` and `bench/NAME.py`\n", files)

    def test_places_of_the_machine_are_listed(self):
        rule = rules.places_of_the_machine_are_listed
        files = {"docs/development.md": "| system calls | `worker/sandbox/landlock.cc` |\n"}
        for text in ("syscall(SYS_futex, word);\n", "getpagesize();\n", "long double x;\n", "#ifdef __x86_64__\n"):
            self.complains(rule, "worker/slots/slot.cc", text, files)
        self.accepts(rule, "worker/sandbox/landlock.cc", "syscall(SYS_landlock_add_rule);\n", files)
        self.accepts(rule, "worker/slots/slot.cc", "double x = 0;\n", files)

    def test_no_task_marks(self):
        self.complains(rules.no_task_marks, "a.cc", "// TO" "DO: later\n")
        self.accepts(rules.no_task_marks, "a.cc", "// Done.\n")

    def test_test_names(self):
        self.complains(rules.test_names, "a_test.cc", "TEST(LeaseTest, Stale_Epoch) {\n")
        self.accepts(rules.test_names, "a_test.cc", "TEST_F(LeaseTest, StaleEpochIsRejected) {\n")

    def test_sql_names(self):
        path = "coordinator/store/migrations/0001_a.sql"
        self.complains(rules.sql_names, path, "CREATE TABLE a (b int CHECK (b > 0));\n")
        self.complains(rules.sql_names, path, "\nCREATE INDEX a_idx ON a (b);\n")
        self.accepts(rules.sql_names, path, "    CONSTRAINT b_positive CHECK (b > 0)\n")
        self.accepts(rules.sql_names, path, "    CONSTRAINT b_positive\n        CHECK (b > 0)\n")
        self.accepts(rules.sql_names, path, "-- Serves a.sql.\nCREATE INDEX a_idx ON a (b);\n")

    def test_sql_has_its_files(self):
        rule = rules.sql_has_its_files
        self.complains(rule, "coordinator/a.cc", 'Execute("SELECT uuid "\n        "FROM cluster")\n')
        self.complains(rule, "coordinator/a.cc", 'constexpr char kMake[] = R"(\nCREATE TABLE a (b integer))";\n')
        self.complains(rule, "cli/a.cc", 'Execute("DELETE FROM event");\n')
        self.accepts(rule, "coordinator/a.cc", 'Execute("SELECT 1");\nScript("SET LOCAL synchronous_commit = off");\n')
        self.accepts(rule, "coordinator/a_test.cc", 'Execute("DELETE FROM event");\n')

    def test_proto_shape(self):
        path = "proto/motzkin/v1/a.proto"
        good = "package motzkin.v1;\n// It.\nservice S {}\nenum E {\n  E_UNSPECIFIED = 0;\n}\n"
        self.accepts(rules.proto_shape, path, good)
        self.complains(rules.proto_shape, path, good.replace("motzkin.v1", "motzkin.v2"))
        self.complains(rules.proto_shape, path, good.replace("E_UNSPECIFIED = 0", "E_FIRST = 0"))
        self.complains(rules.proto_shape, path, good.replace("// It.\n", ""))

    def test_documented_tests_exist(self):
        rule = rules.documented_tests_exist
        files = {"a_test.cc": "TEST(LeaseTest, StaleEpochIsRejected) {\n"}
        self.complains(rule, "docs/a.md", "`LeaseTest.IsForgotten`\n", files)
        self.accepts(rule, "docs/a.md", "`LeaseTest.StaleEpochIsRejected`\n", files)

    def test_clean_text(self):
        self.complains(rules.clean_text, "a.md", "a \n")
        self.complains(rules.clean_text, "a.md", "a")
        self.accepts(rules.clean_text, "a.md", "a\n")


if __name__ == "__main__":
    unittest.main()
