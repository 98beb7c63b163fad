"""Compiles stored prefix tokens into mpmath functions. Written from docs/dataset.md, sharing no code with the product.
"""

import mpmath

UNARY = {
    "neg": lambda u: -u, "sqrt": mpmath.sqrt, "exp": mpmath.exp, "ln": mpmath.log, "abs": abs,
    "sign": mpmath.sign, "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "cot": mpmath.cot,
    "sec": mpmath.sec, "csc": mpmath.csc, "asin": mpmath.asin, "acos": mpmath.acos, "atan": mpmath.atan,
    "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh, "coth": mpmath.coth,
    "asinh": mpmath.asinh, "acosh": mpmath.acosh, "atanh": mpmath.atanh,
}
BINARY = {
    "add": lambda u, v: u + v, "sub": lambda u, v: u - v, "mul": lambda u, v: u * v,
    "div": lambda u, v: u / v, "pow": lambda u, v: mpmath.power(u, v),
}
CONSTANTS = {"pi": lambda: mpmath.pi, "E": lambda: mpmath.e, "I": lambda: mpmath.mpc(0, 1)}


class Unsupported(Exception):
    """A token with no counterpart here."""


class NotReal(ValueError):
    """Some part of a function is not real at this point."""


def compile_prefix(text, strictly_real=False):
    """Compiles a function of x. Raises Unsupported. A strictly real function raises NotReal where a part of it is not
    real.
    """
    tokens = text.split()
    expression, rest = _parse(tokens, 0, _real if strictly_real else lambda value: value)
    assert rest == len(tokens), f"tokens left over in: {text}"
    return expression


def _real(value):
    if mpmath.im(value) != 0:
        raise NotReal
    return mpmath.re(value)


def _integer(tokens, at):
    end = at + 1
    while end < len(tokens) and tokens[end].isdigit():
        end += 1
    value = int("".join(tokens[at + 1:end]))
    value = value if tokens[at] == "INT+" else -value
    return (lambda x: mpmath.mpf(value)), end


def _parse(tokens, at, passed):
    """Returns the function that begins at this token, and the token after it. Values of its parts go through `passed`.
    """
    token = tokens[at]
    if token in ("INT+", "INT-"):
        return _integer(tokens, at)
    if token == "x":
        return (lambda x: x), at + 1
    if token in CONSTANTS:
        value = CONSTANTS[token]
        return (lambda x: passed(value())), at + 1
    if token in UNARY:
        function = UNARY[token]
        argument, end = _parse(tokens, at + 1, passed)
        return (lambda x: passed(function(argument(x)))), end
    if token in BINARY:
        operation = BINARY[token]
        left, middle = _parse(tokens, at + 1, passed)
        right, end = _parse(tokens, middle, passed)
        return (lambda x: passed(operation(left(x), right(x)))), end
    raise Unsupported(token)
