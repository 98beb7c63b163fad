#include "common/settings/settings.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include "common/base/status_macros.h"

namespace motzkin::settings {
namespace {

// Writes the number in the largest unit that divides it, so that the text reads back as the same
// number.
std::string BytesText(int64_t bytes) {
  static constexpr std::pair<int64_t, const char*> kUnits[] = {
      {1ll << 40, " TiB"}, {1'000'000'000'000, " TB"}, {1 << 30, " GiB"}, {1'000'000'000, " GB"},
      {1 << 20, " MiB"},   {1'000'000, " MB"},         {1 << 10, " KiB"}};
  for (const auto& [unit, name] : kUnits) {
    if (bytes != 0 && bytes % unit == 0) return absl::StrCat(bytes / unit, name);
  }
  return absl::StrCat(bytes);
}

std::string Default(const std::string& value) {
  return value.empty() ? "" : absl::StrCat("default ", value);
}

std::string Ranged(const std::string& min, const std::string& max, const std::string& value) {
  return absl::StrCat(min, " .. ", max, ", ", Default(value));
}

std::string FlagOf(const Setting& setting) {
  if (!setting.flag.empty()) return setting.flag;
  return absl::StrCat("--", absl::StrReplaceAll(setting.key, {{"_", "-"}}));
}

absl::Status ReadFile(const std::string& path, const std::vector<Setting>& settings) {
  absl::StatusOr<yaml::StrictMap> file = yaml::StrictMap::ParseFile(path);
  // A missing file counts as bad usage, too: a restart of the service would not help.
  if (!file.ok()) return absl::InvalidArgumentError(file.status().message());
  for (const Setting& setting : settings) setting.value.read(*file, setting.key);
  return file->Finish();
}

// A script whose variable is unset says `--restore ""`. Taken as a flag that is not there, this
// would start an ordinary coordinator.
absl::Status RefuseEmpty(const CLI::App& app) {
  for (const CLI::Option* const option : app.get_options()) {
    for (const std::string& value : option->results()) {
      if (!value.empty()) continue;
      return absl::InvalidArgumentError(absl::StrCat(option->get_name(), " has an empty value"));
    }
  }
  for (const CLI::App* const verb : app.get_subcommands()) RETURN_IF_ERROR(RefuseEmpty(*verb));
  return absl::OkStatus();
}

}  // namespace

Value Text(std::string& value) {
  return {[&value](auto& map, auto key) { map.String(key, value); }, Default(value)};
}

Value Path(std::filesystem::path& value) {
  const auto read = [&value](auto& map, auto key) {
    std::string text = value.string();
    map.String(key, text);
    value = text;
  };
  return {read, Default(value.string())};
}

Value Boolean(bool& value) {
  return {[&value](auto& map, auto key) { map.Boolean(key, value); },
          Default(value ? "true" : "false")};
}

Value Integer(int& value, int min, int max) {
  return {[=, &value](auto& map, auto key) { map.Integer(key, value, min, max); },
          Ranged(absl::StrCat(min), absl::StrCat(max), absl::StrCat(value))};
}

Value Number(double& value, double min, double max) {
  return {[=, &value](auto& map, auto key) { map.Number(key, value, min, max); },
          Ranged(absl::StrCat(min), absl::StrCat(max), absl::StrCat(value))};
}

Value Bytes(int64_t& value, int64_t min, int64_t max) {
  return {[=, &value](auto& map, auto key) { map.Bytes(key, value, min, max); },
          Ranged(BytesText(min), BytesText(max), BytesText(value))};
}

Value Duration(absl::Duration& value, absl::Duration min, absl::Duration max) {
  using absl::FormatDuration;
  return {[=, &value](auto& map, auto key) { map.Duration(key, value, min, max); },
          Ranged(FormatDuration(min), FormatDuration(max), FormatDuration(value))};
}

absl::StatusOr<bool> ReadSettings(CLI::App& app, const std::vector<Setting>& settings, int argc,
                                  const char* const* argv) {
  std::string file;
  app.add_option("--config", file, "settings in YAML; flags win over its keys")->type_name("FILE");
  std::vector<std::string> given(settings.size());
  for (size_t i = 0; i < settings.size(); ++i) {
    const Setting& setting = settings[i];
    const std::string& note = setting.value.note;
    app.add_option(FlagOf(setting), given[i],
                   note.empty() ? setting.help : absl::StrCat(setting.help, " (", note, ")"))
        ->type_name(setting.unit);
  }
  ASSIGN_OR_RETURN(const bool parsed, ParseFlags(app, argc, argv));
  if (!parsed) return false;
  // File and flags write into the same variables. The file is read first, so that flags win.
  if (!file.empty()) RETURN_IF_ERROR(ReadFile(file, settings));
  for (size_t i = 0; i < settings.size(); ++i) {
    // Empty means that the flag was not given, because ParseFlags() has refused empty values.
    if (given[i].empty()) continue;
    const std::string flag = FlagOf(settings[i]);
    // The text of the flag goes through the reader of the file, so both have the same checks.
    yaml::StrictMap one = yaml::StrictMap::Of(flag, given[i]);
    settings[i].value.read(one, flag);
    RETURN_IF_ERROR(one.Finish());
  }
  return true;
}

absl::StatusOr<bool> ParseFlags(CLI::App& app, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& answered) {  // --help, --version
    app.exit(answered);
    return false;
  } catch (const CLI::ParseError& error) {
    std::string why = error.what();
    // For a wrong verb CLI11 says only that a verb is missing.
    const std::vector<std::string> unknown = app.remaining();
    if (app.get_require_subcommand_min() > 0 && app.get_subcommands().empty() && !unknown.empty()) {
      why = absl::StrCat("there is no verb '", unknown.front(), "'");
    }
    for (const std::string& word : app.remaining(/*recurse=*/true)) {
      // `motzkin integrate '-x*exp(x)'`: the parser takes the function for a flag.
      if (word.size() < 3 || word[0] != '-' || word[1] == '-') continue;
      why = absl::StrCat("there is no flag '", word, "'; if it is a value, put -- before it");
      break;
    }
    return absl::InvalidArgumentError(absl::StrCat(why, "; see ", app.get_name(), " --help"));
  }
  RETURN_IF_ERROR(RefuseEmpty(app));
  return true;
}

}  // namespace motzkin::settings
