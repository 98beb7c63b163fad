// Gives the real programs bad flags, files, environments and databases. Each must print one line on
// stderr and exit with the code that docs/operations.md lists, and nothing else may happen.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "common/process/child_process.h"
#include "coordinator/store/store.h"
#include "tests/support/mini_postgres.h"
#include "tests/support/temporary_directory.h"

namespace motzkin {
namespace {

using ::testing::HasSubstr;

struct Ended {
  int code = -1;
  std::string words;
};

class BadInputTest : public ::testing::Test {
 protected:
  Ended Run(const std::string& program, const std::vector<std::string>& arguments,
            const std::string& variable = "A=b") {
    std::vector<std::string> argv = {std::string(MOTZKIN_BIN_DIR) + "/" + program};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return RunCommand(argv, variable);
  }

  // `line` is a program of ours with its arguments and the shell's redirections.
  Ended RunInShell(const std::string& line) {
    return RunCommand({"/bin/sh", "-c", "exec " + std::string(MOTZKIN_BIN_DIR) + "/" + line},
                      "A=b");
  }

  Ended RunCommand(const std::vector<std::string>& argv, const std::string& variable) {
    SpawnOptions options;
    options.environment = {"PATH=/usr/bin:/bin", "HOME=" + directory_.path().string(), variable};
    options.input = options.output = Stream::kNull;
    options.error = Stream::kPipe;
    auto child = ChildProcess::Spawn(argv, options);
    if (!child.ok()) return {};
    const Deadline deadline = Deadline::After(absl::Minutes(2));
    const auto words = ReadAll(child->error().get(), 1 << 20, deadline);
    const auto status = child->Wait(deadline);
    return {status.ok() ? status->code : -1, words.value_or("it still ran")};
  }

  // Expects one line that contains `why`, and this exit code.
  void Refuse(const Ended& ended, int code, const std::string& why) {
    EXPECT_EQ(ended.code, code) << ended.words;
    EXPECT_THAT(ended.words, HasSubstr(why));
    EXPECT_EQ(std::count(ended.words.begin(), ended.words.end(), '\n'), 1) << ended.words;
  }

  std::string File(const std::string& text) {
    const std::string path = directory_.path() / fmt::format("file{}.yaml", ++files_);
    std::ofstream(path) << text;
    return path;
  }

  test::TemporaryDirectory directory_;
  int files_ = 0;
};

TEST_F(BadInputTest, FilesThatAreNone) {
  const std::vector<std::pair<std::string, std::string>> bad = {
      {File("listen: [1,\n"), "not valid YAML"},
      {File("no_such_key: x\n"), "unknown key 'no_such_key'"},
      {File("- a\n- b\n"), "expected 'key: value' lines"},
      {File(std::string("\x01\xff\x00\x7f{]", 6)), "not valid YAML"},
      {directory_.path(), "is a directory"},
      {"/nowhere.yaml", "/nowhere.yaml"}};
  for (const auto& [file, why] : bad) {
    SCOPED_TRACE(file);
    Refuse(Run("coordinator", {"--config", file}), 2, why);
    Refuse(Run("worker", {"--config", file}), 2, why);
  }
  Refuse(Run("coordinator", {"--config", File("buffer: 5m\nbuffer: 6m\n")}), 2,
         "2: duplicate key 'buffer', first on line 1");
  Refuse(Run("worker", {"--config", File("name: a\nname: b\n")}), 2,
         "2: duplicate key 'name', first on line 1");
  Refuse(Run("motzkin", {"start", File("preset: no-such\n")}), 2, "no-such");
}

TEST_F(BadInputTest, FilesWithoutAnEndOrABeginning) {
  for (const char* program : {"coordinator", "worker"}) {
    Refuse(Run(program, {"--config", "/dev/zero"}), 2, "longer than 1 MiB");
    Refuse(Run(program, {"--config", File(", x")}), 2, "1: not valid YAML");
    Refuse(Run(program, {"--config", "no\nsuch"}), 2, "cannot read no\\nsuch: ");
    Refuse(Run(program, {"--config", std::string(100'000, 'x')}), 2, " ... ");
  }
  Refuse(Run("motzkin", {"start", "/dev/zero"}), 2, "longer than 1 MiB");
  Refuse(Run("motzkin", {"start", directory_.path()}), 2, "is a directory");
  Refuse(Run("motzkin", {"evaluate", directory_.path()}), 2, "is a directory");
  const std::string problems = File("{\"integrand\": \"x\"}\n");
  Refuse(Run("motzkin", {"evaluate", problems, "--details", problems}), 2, "would overwrite");
  EXPECT_GT(std::filesystem::file_size(problems), 0u);
  Refuse(Run("motzkin", {"evaluate", File("{\"integrand\": x}\n")}), 2, "1: not JSON");
}

// `--restore "$BACKUP"` with an unset variable must not start an empty cluster.
TEST_F(BadInputTest, EmptyValues) {
  for (const char* flag : {"--config", "--restore", "--backup", "--postgres", "--data-dir"}) {
    Refuse(Run("coordinator", {flag, ""}), 2, std::string(flag) + " has an empty value");
  }
  for (const char* flag : {"--config", "--name", "--state-dir", "--integrator", "--engines"}) {
    Refuse(Run("worker", {"--connect", "a:1", flag, ""}), 2,
           std::string(flag) + " has an empty value");
  }
  Refuse(Run("motzkin", {"--coordinator", "", "status"}), 2, "--coordinator has an empty value");
  Refuse(Run("motzkin", {"restore", "/tmp", "--data-dir", ""}), 2, "--data-dir has an empty value");
  Refuse(Run("motzkin", {"pause", ""}), 2, "has an empty value");
}

TEST_F(BadInputTest, FlagsAndEnvironment) {
  Refuse(Run("coordinator", {"--no-such"}), 2, "--no-such");
  Refuse(Run("coordinator", {"--listen", "nonsense"}), 2, "HOST:PORT");
  Refuse(Run("coordinator", {"--listen", "127.0.0.1:70000"}), 2, "HOST:PORT");
  for (const char* address : {"::1:0", "unix:/tmp/x:1", "a b:1", "[localhost]:1", "pi"}) {
    Refuse(Run("coordinator", {"--listen", address}), 2, "HOST:PORT");
    Refuse(Run("worker", {"--connect", address}), 2, "HOST:PORT");
    Refuse(Run("motzkin", {"--coordinator", address, "status"}), 2, "HOST:PORT");
  }
  Refuse(Run("coordinator", {"--postgres-listen", "x' y"}), 2, "postgres_listen must be");
  Refuse(Run("coordinator", {"--disk-free-percent-min", "nan"}), 2, "not a number");
  Refuse(Run("coordinator", {"--buffer", "1s"}), 2, "--buffer must be 10s .. 24h");
  Refuse(Run("coordinator", {"--postgres", "nonsense"}), 2, "--postgres");
  Refuse(Run("coordinator", {"--database-max", "1GB"}), 2, "--database-max is for --postgres");
  Refuse(Run("coordinator", {"--data-dir", File("")}), 1, "cannot write in");
  Refuse(Run("worker", {}), 2, "which coordinator?");
  Refuse(Run("worker", {"--connect", "a:99999"}), 2, "HOST:PORT");
  Refuse(Run("worker", {"--connect", "a:1", "--slots", "-3"}), 2, "--slots must be");
  for (const std::string& name :
       {std::string("a b"), std::string("a\nb"), std::string("caf\xc3\xa9"), std::string("\xff"),
        std::string(10'000, 'a')}) {
    Refuse(Run("worker", {"--connect", "a:1", "--name", name}), 2, "--name must be 1 .. 64");
  }
  Refuse(Run("worker", {"--connect", "a:1", "--engines", " , "}), 2, "--engines must name");
  Refuse(Run("motzkin", {}), 2, "see motzkin --help");
  Refuse(Run("motzkin", {"no-such-verb"}), 2, "there is no verb 'no-such-verb'");
  Refuse(Run("motzkin", {"generate", "--count", "-1"}), 2, "--count");
  Refuse(Run("motzkin", {"generate", "lample-charton", "--seed", "-1"}), 2, "'-1' is not");
  Refuse(Run("motzkin", {"events", "--since", "yesterday"}), 2, "--since takes");
  Refuse(Run("motzkin", {"restore", "/tmp"}), 2, "--data-dir");
  Refuse(Run("motzkin", {"status"}, "MOTZKIN_COORDINATOR=127.0.0.1:1"), 3,
         "no coordinator answers");
  Refuse(Run("motzkin", {"status"}, "MOTZKIN_COORDINATOR=\x01nonsense"), 2,
         "the coordinator must be HOST:PORT, such as pi:50051 or [::1]:50051, got '\\x01nonsense'");
}

// The next file to be opened must not become a standard stream, and a lost result must not look
// like success.
TEST_F(BadInputTest, StandardStreamsThatAreClosedOrFull) {
  for (const char* streams : {"2>&-", "0<&- 1>&- 2>&-", "2>/dev/full"}) {
    SCOPED_TRACE(streams);
    EXPECT_EQ(RunInShell(fmt::format("motzkin --coordinator 127.0.0.1:1 status {}", streams)).code,
              3);
    EXPECT_EQ(RunInShell(fmt::format("coordinator --config /nowhere {}", streams)).code, 2);
    EXPECT_EQ(RunInShell(fmt::format("worker --config /nowhere {}", streams)).code, 2);
  }
  for (const char* streams : {">&-", ">/dev/full"}) {
    Refuse(RunInShell(fmt::format("motzkin generate lample-charton --count 3 {}", streams)), 1,
           "cannot write to st");
  }
}

TEST_F(BadInputTest, FilesThatMayNotGrow) {
  const auto run = [&](const std::string& line) {
    return RunCommand({"/bin/sh", "-c", "ulimit -f 0; exec " MOTZKIN_BIN_DIR "/" + line}, "A=b");
  };
  const std::string data = (directory_.path() / "data").string();
  Refuse(run("coordinator --listen 127.0.0.1:0 --data-dir " + data), 1, "File size limit exceeded");
  const Ended worker = run("worker --connect 127.0.0.1:1 --state-dir " + data + "-worker");
  EXPECT_EQ(worker.code, 1) << worker.words;
  EXPECT_THAT(worker.words, HasSubstr("File too large"));
}

TEST_F(BadInputTest, BackupsThatCannotBeMade) {
  auto& server = test::MiniPostgres::Shared();
  const std::string cluster = server.NewDatabase();
  ASSERT_TRUE(coordinator::Store::Open(cluster).ok());
  const std::string target = directory_.path() / "backup";
  const auto backup = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"--postgres", cluster, "--backup"});
    return Run("coordinator", more);
  };
  const auto left = [&] {
    const std::filesystem::directory_iterator entries(directory_.path());
    return std::distance(begin(entries), end(entries));
  };
  const std::string stranger = "0e984725-c51c-4bf4-9960-e1c80e27aba0";
  Refuse(backup({target, "--backup-of", stranger}), 1, "run motzkin backup where the coordinator");
  Refuse(Run("coordinator", {"--data-dir", target, "--backup", target, "--backup-of", stranger}), 1,
         "run motzkin backup where the coordinator");
  EXPECT_EQ(left(), 0);
  std::ofstream(target).close();
  Refuse(backup({target}), 1, "cannot make " + target);
  EXPECT_EQ(left(), 1) << "only the file that was there";
  std::filesystem::remove(target);
  EXPECT_EQ(backup({target + "/"}).code, 0) << "a slash at the end changes nothing";
  EXPECT_EQ(left(), 1);
  EXPECT_TRUE(std::filesystem::exists(target + "/manifest.json"));
}

TEST_F(BadInputTest, DatabasesThatAreNotForUs) {
  auto& server = test::MiniPostgres::Shared();
  const auto refuse = [&](const std::string& conninfo, const std::string& why) {
    SCOPED_TRACE(conninfo);
    Refuse(Run("coordinator", {"--postgres", conninfo, "--listen", "127.0.0.1:0", "--data-dir",
                               directory_.path()}),
           1, why);
  };
  const auto as_superuser = [&](const std::string& conninfo, const std::string& sql) {
    const absl::Status done =
        test::MustConnect(server.Superuser(conninfo))->ExecuteAlone(sql).status();
    ASSERT_TRUE(done.ok()) << done;
  };
  const std::string foreign = server.NewDatabase();
  as_superuser(foreign, "CREATE TABLE public.customers (name text)");
  refuse(foreign, "belongs to another application (it holds table public.customers)");

  const std::string newer = server.NewDatabase();
  ASSERT_TRUE(coordinator::Store::Open(newer).ok());
  as_superuser(newer,
               "INSERT INTO motzkin.schema_migration VALUES ('9999_later.sql', '', true, now())");
  refuse(newer, "the database is of a newer Motzkin (migration 9999_later.sql)");

  const std::string early = server.NewDatabase();
  ASSERT_TRUE(coordinator::Store::Open(early).ok());
  as_superuser(early,
               "UPDATE motzkin.schema_migration SET name = '0001_cluster_and_jobs.sql' WHERE name "
               "LIKE '0001%'");
  refuse(early, "from before the first release");

  const std::string backup = directory_.path() / "backup";
  ASSERT_EQ(Run("coordinator", {"--postgres", early, "--backup", backup}).code, 0);
  const std::string restored = server.NewDatabase();
  Refuse(Run("coordinator", {"--postgres", restored, "--restore", backup}), 1,
         "from before the first release");
  EXPECT_TRUE(coordinator::Store::Open(restored).ok()) << "the backup left nothing behind";

  const std::string read_only = server.NewDatabase();
  const std::string name = read_only.substr(read_only.rfind('=') + 1);
  as_superuser(foreign,
               fmt::format("ALTER DATABASE {} SET default_transaction_read_only = on", name));
  refuse(read_only, "is read-only");

  const std::string closed = server.NewDatabase();
  as_superuser(closed, "CREATE ROLE stranger LOGIN PASSWORD 'secret'");
  refuse(server.As(closed, "stranger", "secret"), "permission denied");
  refuse(server.As(closed, "stranger", "wrong"), "password authentication failed");
  refuse(closed + "_missing", "does not exist");
  refuse("postgresql://nobody@127.0.0.1:1/none", "127.0.0.1");
}

}  // namespace
}  // namespace motzkin
