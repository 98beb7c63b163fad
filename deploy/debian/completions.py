#!/usr/bin/env python3
"""completions.py PROGRAM NAME INTO: writes the completions of a program for bash and zsh.

Everything comes from the program's own --help and from that of its verbs, as CLI11 prints them, so no list
here can be out of date. NAME is what users type for PROGRAM. The files are INTO/NAME.bash and INTO/NAME.zsh.
"""

import dataclasses
import pathlib
import re
import subprocess
import sys

# CLI11 begins descriptions in this column, in the next line if the left column is too narrow for an entry.
COLUMN = 30
NAMES = re.compile(r"(?:-\w, *)?[^\s,]+")
NO_VALUE = ("Excludes:", "Needs:", "REQUIRED", "(Env:")


@dataclasses.dataclass
class Entry:
    """A line of a section. `value` is empty for a flag and for a verb."""
    names: list[str]
    value: str
    description: str

    def choices(self):
        """Returns the words that the value may be, or none if it is free."""
        if listed := re.search(r"\{([^}]*)\}", self.value):
            return [word.split("->")[0] for word in listed[1].split(",")]
        if re.fullmatch(r"[\w-]+(\|[\w-]+)+", self.value):
            return self.value.split("|")
        if listed := re.search(r"\ba preset \(([^)]*)\)", self.description):
            return listed[1].split(", ")
        return []

    def wants_directory(self):
        return self.value.startswith("DIR") or self.names[-1].endswith(("-dir", "DIR"))


@dataclasses.dataclass
class Help:
    options: list[Entry]
    positionals: list[Entry]
    verbs: list[Entry]


def entry_of(left, description):
    """Takes apart "-h,--help", "--slots N" or "--kind ENUM:value in {backward->2,forward->1}"."""
    names = NAMES.match(left)[0]
    value = left[len(names):].strip()
    value = "" if value.startswith(NO_VALUE) else value
    # A default may be a folder or a host of this machine, and nothing here needs one.
    description = re.sub(r" \(default [^)]*\)", "", description)
    return Entry(re.split(", *", names), value, description)


def parse(text):
    sections = {"Options:": [], "Positionals:": [], "Subcommands:": []}
    section = None
    lines = [*text.splitlines(), ""]
    for line, after in zip(lines, lines[1:]):
        if line and not line.startswith(" "):
            section = sections.get(line.capitalize())
        elif section is None or not line.strip() or line.startswith(" " * COLUMN):
            continue
        elif after.startswith(" " * COLUMN):
            section.append(entry_of(line.strip(), after.strip()))
        else:
            section.append(entry_of(line[:COLUMN].strip(), line[COLUMN:].strip()))
    return Help(*sections.values())


def ask(program, *verb):
    ended = subprocess.run([program, *verb, "--help"], check=True, capture_output=True, text=True)
    return parse(ended.stdout)


def words_of(entries):
    return [name for entry in entries for name in entry.names]


# ---------------------------------------------------------------------------- bash

def bash_values(verb, page):
    """Yields the branches of a `case` that completes the values of options."""
    for option in page.options:
        for name in option.names:
            if choices := option.choices():
                yield f"    '{verb} {name}') mapfile -t COMPREPLY < <(compgen -W '{' '.join(choices)}' -- \"$word\") ;;"
            elif option.wants_directory():
                yield f"    '{verb} {name}') mapfile -t COMPREPLY < <(compgen -d -- \"$word\") ;;"
            elif option.value:
                yield f"    '{verb} {name}') COMPREPLY=() ;;"


def bash(name, top, pages):
    """Returns a function that looks for the verb, then for an option that wants a value, then offers words.

    An empty answer makes bash offer names of files.
    """
    verbs = words_of(top.verbs)
    lines = [f"# Completions of {name} for bash, made from its --help.",
             f"_{name.replace('-', '_')}() {{",
             "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb='' words=''",
             "  COMPREPLY=()"]
    if verbs:
        lines += ["  local typed",
                  "  for typed in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do",
                  "    case $typed in",
                  f"      {' | '.join(verbs)}) verb=$typed && break ;;",
                  "    esac",
                  "  done"]
    lines += ["  case \"$verb $before\" in"]
    for verb, page in {"": top, **pages}.items():
        lines += bash_values(verb, page)
    lines += ["    *)", "      case $verb in",
              f"        '') words='{' '.join(verbs + words_of(top.options))}' ;;"]
    for verb, page in pages.items():
        suggested = [word for positional in page.positionals for word in positional.choices()]
        words = dict.fromkeys(suggested + words_of(page.options) + words_of(top.options))
        lines += [f"        {verb}) words='{' '.join(words)}' ;;"]
    lines += ["      esac",
              "      mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")",
              "      ;;", "  esac", "}",
              f"complete -o default -F _{name.replace('-', '_')} {name}"]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------------------- zsh

def zsh_text(text):
    return re.sub(r"([\[\]:\\])", r"\\\1", text).replace("'", "'\\''")


def zsh_action(entry):
    if choices := entry.choices():
        return f"({' '.join(choices)})"
    return "_directories" if entry.wants_directory() else "_files"


def zsh_arguments(page):
    for option in page.options:
        names = option.names
        shown = names[0] if len(names) == 1 else "{" + ",".join(names) + "}"
        others = "" if len(names) == 1 else f"'({' '.join(names)})'"
        value = f":{zsh_text(option.value.split(' ')[0].split(':')[0])}:{zsh_action(option)}" if option.value else ""
        yield f"    {others}{shown}'[{zsh_text(option.description)}]{value}'"
    for positional in page.positionals:
        actions = "_files"
        if choices := positional.choices():
            actions = "{compadd " + " ".join(choices) + "; _files}"
        yield f"    ':{zsh_text(positional.names[0])}:{actions}'"


def zsh_call(*arguments):
    return " \\\n".join(["  _arguments -s", *arguments])


def zsh(name, top, pages):
    function = f"_{name}"
    lines = [f"#compdef {name}", f"# Completions of {name} for zsh, made from its --help."]
    for verb, page in pages.items():
        lines += [f"{function}_{verb}() {{", zsh_call(*zsh_arguments(page)), "}"]
    lines += [f"{function}() {{"]
    if not top.verbs:
        lines += [zsh_call(*zsh_arguments(top)), "}"]
    else:
        lines += ["  local context state line", "  typeset -A opt_args",
                  zsh_call("    -C", *zsh_arguments(top), "    '1:verb:->verb'", "    '*::argument:->argument'"),
                  "  case $state in", "    verb)", "      local -a verbs=("]
        lines += [f"        '{verb.names[0]}:{zsh_text(verb.description)}'" for verb in top.verbs]
        lines += ["      )", "      _describe verb verbs", "      ;;",
                  f"    argument) (( $+functions[{function}_$line[1]] )) && {function}_$line[1] ;;",
                  "  esac", "}"]
    lines += [f'{function} "$@"']
    return "\n".join(lines) + "\n"


def main():
    program, name, into = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    top = ask(program)
    if not top.options:
        sys.exit(f"{program} --help lists no options: has the format of its help changed?")
    pages = {verb.names[0]: ask(program, verb.names[0]) for verb in top.verbs}
    into.mkdir(parents=True, exist_ok=True)
    (into / f"{name}.bash").write_text(bash(name, top, pages), encoding="utf-8")
    (into / f"{name}.zsh").write_text(zsh(name, top, pages), encoding="utf-8")


if __name__ == "__main__":
    main()
