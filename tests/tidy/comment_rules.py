"""Rules about comments and literals: they are whole, and comments speak plainly."""

import re

import cpp_scan

STATUS = ("CANCELLED|UNKNOWN|INVALID_ARGUMENT|DEADLINE_EXCEEDED|NOT_FOUND|ALREADY_EXISTS|PERMISSION_DENIED|"
          "RESOURCE_EXHAUSTED|FAILED_PRECONDITION|ABORTED|OUT_OF_RANGE|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|"
          "DATA_LOSS|UNAUTHENTICATED")

# A table has at least two spaces between its columns, so a status word with two spaces behind it is the
# first column of a row, and stands at the beginning of its line.
FUSED_ROW = re.compile(rf"//.*\S.*\b({STATUS})  +\S")
FUSED_GRAMMAR = re.compile(r"//.*:=.*\w +:=")
BARE_DIVIDER = re.compile(r"^\s*(?://|#|--) ?[-=]{6,}\s*$")
# The second half of a statement, with a comment behind it.
COMMENTED_TAIL = re.compile(r"^(?P<indent>\s+)(?P<code>\S.*?[;{,)])\s+// (?!NOLINT)\S")
COLUMNS_MAX = 100


def _lines(text):
    return enumerate(text.splitlines(), start=1)


def _is_cpp(path):
    return path.endswith((".cc", ".h"))


def whole_tables(path, text):
    """A row of an error table and a production of a grammar have a line of their own."""
    if not (_is_cpp(path) or path.endswith(".proto")):
        return []
    complaints = []
    for number, line in _lines(text):
        if match := FUSED_ROW.search(line):
            complaints.append(f"{path}:{number}: {match[1]} begins a row of the table in mid-line")
        if FUSED_GRAMMAR.search(line):
            complaints.append(f"{path}:{number}: two productions of a grammar in one line")
    return complaints


def whole_dividers(path, text):
    if path.endswith((".md", ".yaml", ".yml")):
        return []
    return [f"{path}:{number}: a divider stands in one line with the name of its section"
            for number, line in _lines(text) if BARE_DIVIDER.match(line)]


def whole_statements(path, text):
    """A comment that does not fit behind its statement goes above it, and the statement stays in one line."""
    if not _is_cpp(path):
        return []
    complaints = []
    lines = text.splitlines()
    for number, (before, line) in enumerate(zip(lines, lines[1:]), start=2):
        tail, head = COMMENTED_TAIL.match(line), before.strip()
        if not tail or not head or head.startswith("#") or "//" in head or head.endswith((";", "{", "}", ":")):
            continue
        indent = len(before) - len(before.lstrip())
        joint = "" if head.endswith(("(", "[")) else " "
        if len(tail["indent"]) > indent and len(before + joint + tail["code"]) <= COLUMNS_MAX:
            complaints.append(f"{path}:{number}: the comment goes above the statement that it split in two")
    return complaints


def whole_words(path, text):
    """String literals are cut between words."""
    if not _is_cpp(path):
        return []
    complaints = []
    for offset, first, second in cpp_scan.adjacent_literals(text):
        first = re.sub(r"\\(?:x[0-9a-fA-F]+|[0-7]{1,3}|.)", " ", first)
        if first[-1:].isalpha() and second[:1].isalpha():
            number = text.count("\n", 0, offset) + 1
            complaints.append(f"{path}:{number}: a literal is cut inside the word "
                              f"{first.split()[-1]}{second.split()[0]}")
    return complaints


# Openings of comments that have no subject: "Of the last minute", "What a query finds". Say what it is,
# "Functions of the last minute", "The rows that a query finds".
NO_SUBJECT = re.compile(
    r"(?:Of (?!course\b)|By which\b|By whom\b|What(?:ever)? (?!happens if\b)|Who(?:m|se|ever)? |Which of\b|"
    r"So long\b|For so long\b)")
# In backticks, or as a literal of its own, `nobody` is a user.
NO_ONE_SAYS = re.compile(r"(?<![`/])\b(nobody|somebody|anybody|everybody|whoever|whomever|whatever)\b", re.I)
# A migration is not edited once databases were made by it, not even its comments.
NEVER_EDITED = ("coordinator/store/migrations/0001_first_release.sql",)
SENTENCE = re.compile(r"(?<=[.;]) +")
MARK_OF = {".cc": "//", ".h": "//", ".c": "//", ".proto": "//", ".sql": "--", ".py": "#", ".cmake": "#", ".sh": "#",
           "CMakeLists.txt": "#"}


def _blocks(path, text):
    """Yields (line, words) for each run of comment lines; a comment behind code is a run of its own."""
    mark = next((mark for end, mark in MARK_OF.items() if path.endswith(end)), None)
    if mark is None:
        return
    first, words = 0, []
    for number, line in [*_lines(text), (0, "")]:
        match = re.search(rf"(?:^|\s){mark}\s?(.*)$", line)
        alone = line.lstrip().startswith(mark)
        if words and not (match and alone):
            yield first, " ".join(words)
            words = []
        if match:
            first = first if words else number
            words.append(match[1].strip())
            if not alone:
                yield first, " ".join(words)
                words = []
    if path.endswith(".py"):
        for match in re.finditer(r'^\s*"""(.*?)"""', text, re.M | re.S):
            yield text.count("\n", 0, match.start()) + 1, " ".join(match[1].split())


def plain_voice(path, text):
    complaints = []
    for number, block in _blocks(path, text):
        for sentence in SENTENCE.split(block):
            if NO_SUBJECT.match(sentence) and not sentence.endswith("?"):
                complaints.append(f"{path}:{number}: no subject: {sentence[:60]}")
        if path not in NEVER_EDITED and (match := NO_ONE_SAYS.search(block)):
            complaints.append(f"{path}:{number}: '{match[0]}': say who or what it is")
    return complaints


def plain_messages(path, text):
    """Messages and pages of the documentation name who does a thing, as comments do."""
    if path.endswith(".md"):
        texts = list(_lines(text))
    elif _is_cpp(path) and not path.endswith("_test.cc"):
        texts = cpp_scan.literals(text)
    else:
        return []
    return [f"{path}:{number}: '{match[0]}': say who or what it is" for number, words in texts
            if " " in words and (match := NO_ONE_SAYS.search(words))]


RULES = [whole_tables, whole_dividers, whole_statements, whole_words, plain_voice, plain_messages]
