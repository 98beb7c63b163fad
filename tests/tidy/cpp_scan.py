"""Reads just enough of C++ to find functions, classes, comments and string literals.

It relies on the formatter: code is balanced, and a definition begins after `;`, `{` or `}`. A macro that expands to a
class would look like a function, but there is none in this tree.
"""

import re

_COMMENT_OR_LITERAL = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"(?P<tag>[^( ]*)\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Za-z])'(?:\\.|[^'\\\n])*'",  # The ' of 1'000 separates digits.
    re.S)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
_ANNOTATION = re.compile(r"\bABSL_\w+(?:\s*\([^()]*\))?")
_NOT_A_FUNCTION = re.compile(r"(?:template\s*<.*>\s*)?(?:namespace|class|struct|enum|union)\b", re.S)
_CLASS = re.compile(r"(?:template\s*<.*>\s*)?(?:class|struct)\s+(?:\[\[\w+\]\]\s*)?(\w+)[^()]*$", re.S)
_ACCESS = re.compile(r"\s*\b(?:public|protected|private)\s*:(?!:)")
_CALLABLE = re.compile(r"[\w)\]=<>+\-*/!]\s*\(")


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def masked(text):
    """`text` with comments, directives and the insides of literals blanked; every offset stays."""
    def mask(match):
        found = match[0]
        return _blank(found) if found.startswith("/") else '"' + _blank(found[1:-1]) + '"'
    code = _COMMENT_OR_LITERAL.sub(mask, text)
    return _DIRECTIVE.sub(lambda match: _blank(match[0]), code)


def comments(text):
    """Returns (offset, comment) of each comment, with its slashes."""
    return [(match.start(), match[0]) for match in _COMMENT_OR_LITERAL.finditer(text)
            if match[0].startswith("/")]


def literals(text):
    """Returns (line, words) of each string literal, without its quotes."""
    return [(text.count("\n", 0, match.start()) + 1, match[0][1:-1])
            for match in _COMMENT_OR_LITERAL.finditer(text) if match[0].startswith('"')]


def adjacent_literals(text):
    """Returns (offset, first, second) for string literals with only blanks between them."""
    literals = [match for match in _COMMENT_OR_LITERAL.finditer(text) if match[0].startswith('"')]
    return [(second.start(), first[0][1:-1], second[0][1:-1])
            for first, second in zip(literals, literals[1:])
            if not text[first.end():second.start()].strip()]


def _without_templates(head):
    """Removes template arguments from `head`, so that std::function<void()> does not look like a function."""
    before = None
    while before != head:
        before = head
        head = re.sub(r"<[^<>]*>", " ", head)
    return head


def _declares_function(statement):
    """Whether a statement in a class or namespace declares a function, or opens one."""
    head = _without_templates(_ANNOTATION.sub(" ", statement)).strip()
    if not head or _NOT_A_FUNCTION.match(head):
        return False
    if head.startswith(("using ", "friend ", "typedef ", "static_assert", "extern ")):
        return False
    if "operator" not in head:
        head = head.split("=")[0]
    return _CALLABLE.search(head) is not None


def _is_special_member(statement, class_name):
    """Whether a method needs no learning: constructors, the destructor, and methods that are defaulted or deleted."""
    head = statement.strip()
    return bool(re.search(r"=\s*(?:default|delete)\s*$", head)
                or re.match(rf"(?:explicit\s+|virtual\s+|constexpr\s+)*~?{class_name}\s*\(", head))


class _Scope:
    def __init__(self, kind, name="", start=0):
        self.kind, self.name, self.start, self.methods = kind, name, start, 0


def _kind_of(head, outer):
    if outer not in ("namespace", "class"):
        return "body"  # Braces in a function, an enum or an initializer are part of it.
    if re.match(r"(?:inline\s+)?namespace\b|extern\b", head):
        return "namespace"
    if _CLASS.match(head):
        return "class"
    return "function" if _declares_function(head) else "body"


def scopes(text):
    """Returns (functions, classes): functions as (name, first line, lines), classes as (name, line, methods)."""
    code = _ACCESS.sub(lambda match: _blank(match[0]), masked(text))
    functions, classes = [], []
    stack = [_Scope("namespace")]
    begin = 0  # the offset of the statement that is being read
    for match in re.finditer(r"[{};]", code):
        inner, statement = stack[-1], code[begin:match.start()]
        start = begin + len(statement) - len(statement.lstrip())
        if match[0] == "{":
            kind = _kind_of(statement.strip(), inner.kind)
            name = re.search(r"([~\w:]+)\s*\(", statement) if kind == "function" else _CLASS.match(statement.strip())
            if kind == "function" and inner.kind == "class":
                inner.methods += not _is_special_member(statement, inner.name)
            stack.append(_Scope(kind, name[1] if name else "", start))
        elif match[0] == "}" and len(stack) > 1:
            scope = stack.pop()
            first = code.count("\n", 0, scope.start) + 1
            if scope.kind == "function":
                functions.append((scope.name, first, code.count("\n", scope.start, match.end()) + 1))
            elif scope.kind == "class":
                classes.append((scope.name, first, scope.methods))
        elif inner.kind == "class" and _declares_function(statement):
            inner.methods += not _is_special_member(statement, inner.name)
        begin = match.end()
    return functions, classes
