"""Reads the data files of Lample and Charton (arXiv 1912.01412).

It is written from the description that they publish with their code (README, "Data generation") and from the appendix
of the paper, and shares nothing with the product:

  - a line is `count|input<TAB>output`; the input of an integration is `sub Y' f`, the output is F;
  - expressions are prefix tokens, separated by blanks, of their vocabulary;
  - an integer is INT+ or INT- and its decimal digits, the most significant first.
"""

import mpmath

BINARY = {
    "add": lambda u, v: u + v,
    "mul": lambda u, v: u * v,
    "pow": mpmath.power,
}
UNARY = {
    "sqrt": mpmath.sqrt, "exp": mpmath.exp, "ln": mpmath.log, "abs": abs, "sign": mpmath.sign,
    "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan, "cot": mpmath.cot, "sec": mpmath.sec,
    "csc": mpmath.csc, "asin": mpmath.asin, "acos": mpmath.acos, "atan": mpmath.atan, "acot": mpmath.acot,
    "asec": mpmath.asec, "acsc": mpmath.acsc, "sinh": mpmath.sinh, "cosh": mpmath.cosh,
    "tanh": mpmath.tanh, "coth": mpmath.coth, "sech": mpmath.sech, "csch": mpmath.csch,
    "asinh": mpmath.asinh, "acosh": mpmath.acosh, "atanh": mpmath.atanh, "acoth": mpmath.acoth,
    "asech": mpmath.asech, "acsch": mpmath.acsch,
}
CONSTANTS = {"pi": lambda: mpmath.pi, "E": lambda: mpmath.e, "I": lambda: mpmath.mpc(0, 1)}
# These are in their vocabulary, but expressions that come from SymPy do not use them: a difference is a sum with INT-
# 1, a quotient a power, a square `pow u INT+ 2`. `div` makes rational numbers only.
NOT_INSIDE = {"sub", "rac", "inv", "pow2", "pow3", "pow4", "pow5", "neg", "log"}


class Malformed(Exception):
    """A line that is not of the format."""


def _is_digit(token):
    return len(token) == 1 and token in "0123456789"


class _Parser:
    def __init__(self, tokens):
        self.tokens = tokens
        self.at = 0

    def next(self):
        if self.at == len(self.tokens):
            raise Malformed("the expression ends early")
        self.at += 1
        return self.tokens[self.at - 1]

    def integer(self, sign):
        digits = ""
        while self.at < len(self.tokens) and _is_digit(self.tokens[self.at]):
            digits += self.next()
        if not digits or (len(digits) > 1 and digits[0] == "0") or (sign == "INT-" and digits == "0"):
            raise Malformed(f"not an integer: {sign} {digits}")
        return int(digits) if sign == "INT+" else -int(digits)

    def rational(self):
        parts = []
        for _ in range(2):
            sign = self.next()
            if sign not in ("INT+", "INT-"):
                raise Malformed("div is for two integers only")
            parts.append(self.integer(sign))
        if parts[1] <= 0:
            raise Malformed("a denominator is positive")
        return parts

    def expression(self):
        token = self.next()
        if token in ("INT+", "INT-"):
            value = self.integer(token)
            return lambda x: mpmath.mpf(value)
        if token == "div":
            above, below = self.rational()
            return lambda x: mpmath.mpf(above) / below
        if token == "x":
            return lambda x: x
        if token in CONSTANTS:
            constant = CONSTANTS[token]
            return lambda x: constant()
        if token in UNARY:
            function, argument = UNARY[token], self.expression()
            return lambda x: function(argument(x))
        if token in BINARY:
            operation, left, right = BINARY[token], self.expression(), self.expression()
            return lambda x: operation(left(x), right(x))
        raise Malformed(f"{token} is not for the inside of an expression" if token in NOT_INSIDE
                        else f"{token} is not in their vocabulary")


def compile_tokens(tokens):
    """Compiles a list of tokens into a function of x. Raises Malformed."""
    parser = _Parser(tokens)
    function = parser.expression()
    if parser.at != len(tokens):
        raise Malformed("tokens are left over")
    return function


def read_line(line):
    """Returns (count, f, F) of a line, the latter two as lists of tokens. Raises Malformed."""
    if not line.endswith("\n") or line.count("|") != 1 or line.count("\t") != 1:
        raise Malformed("a line is count|input<TAB>output")
    count, pair = line[:-1].split("|")
    if not count.isdigit() or int(count) < 1:
        raise Malformed(f"not a count: {count}")
    given, wanted = (side.split(" ") for side in pair.split("\t"))
    if given[:2] != ["sub", "Y'"]:
        raise Malformed("the input of an integration is sub Y' f")
    return int(count), given[2:], wanted
