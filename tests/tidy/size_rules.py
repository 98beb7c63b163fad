"""Rules about sizes: a function or class that does not fit on a page should be several."""

import ast

import cpp_scan

FUNCTION_LINES_MAX = 70
METHODS_MAX = 30  # Constructors, destructors and defaulted members not counted.


def _shape(path, text):
    """(functions, classes) as cpp_scan.scopes gives them."""
    if path.endswith((".cc", ".h")):
        return cpp_scan.scopes(text)
    if not path.endswith(".py"):
        return [], []
    nodes = list(ast.walk(ast.parse(text)))
    functions = [(node.name, node.lineno, node.end_lineno - node.lineno + 1)
                 for node in nodes if isinstance(node, ast.FunctionDef)]
    classes = [(node.name, node.lineno, sum(isinstance(member, ast.FunctionDef) for member in node.body))
               for node in nodes if isinstance(node, ast.ClassDef)]
    return functions, classes


def function_length(path, text):
    return [f"{path}:{line}: {name} has {lines} lines, more than {FUNCTION_LINES_MAX}"
            for name, line, lines in _shape(path, text)[0] if lines > FUNCTION_LINES_MAX]


def methods_per_class(path, text):
    return [f"{path}:{line}: {name} has {methods} methods, more than {METHODS_MAX}"
            for name, line, methods in _shape(path, text)[1] if methods > METHODS_MAX]


RULES = [function_length, methods_per_class]
