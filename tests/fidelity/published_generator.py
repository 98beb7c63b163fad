#!/usr/bin/env python3
"""The generators of arXiv 1912.01412, written again from their description, for comparison.

They are simple and slow on purpose: floating-point probabilities, Python's random module, SymPy for simplification.
Nothing is shared with common/generator. Prints statistics of many functions as JSON; tests/fidelity/reference.json is
the output of

    published_generator.py --functions 20000 --seed 1 > reference.json

Statistics are taken in the published prefix notation (add mul pow and functions; a rational is `div`; one token a
digit; sums and products as nested pairs), of f for forward and of F for backward.
"""
import argparse
import collections
import json
import random
import signal
import sys

import sympy
from sympy import Add, E, Mul, Pow, Rational, pi

X = sympy.Symbol("x", real=True, nonzero=True)

UNARY = dict(sqrt=4, pow2=4, pow3=2, pow4=1, pow5=1, ln=4, exp=4, sin=4, cos=4, tan=4, asin=1, acos=1,
             atan=1, sinh=1, cosh=1, tanh=1, asinh=1, acosh=1, atanh=1)
BINARY = dict(add=10, sub=3, mul=10, div=5)
NESTED = {"exp", "sinh", "cosh"}
TOKENS_MAX = 512
SECONDS_MAX = 5  # the limit for SymPy on one function; the published code has time-outs as well
VALUES = [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 2.1, 3.1]

FUNCTIONS = dict(sqrt=sympy.sqrt, ln=sympy.log, exp=sympy.exp, sin=sympy.sin, cos=sympy.cos, tan=sympy.tan,
                 asin=sympy.asin, acos=sympy.acos, atan=sympy.atan, sinh=sympy.sinh, cosh=sympy.cosh,
                 tanh=sympy.tanh, asinh=sympy.asinh, acosh=sympy.acosh, atanh=sympy.atanh)
NAMES = {function: name for name, function in FUNCTIONS.items() if name != "sqrt"}
NAMES[sympy.Abs] = "abs"
NAMES[sympy.sign] = "sign"


class Refused(Exception):
    pass


def count_table(nodes_max):
    """Returns counts[n][e], the number of trees with n internal nodes from e empty ones."""
    counts = [[1] * (2 * nodes_max + 2)]
    for n in range(1, nodes_max + 1):
        row = [0]
        for e in range(1, 2 * nodes_max + 2 - n):
            row.append(row[e - 1] + counts[n - 1][e] + counts[n - 1][e + 1])
        counts.append(row)
    return counts


COUNTS = count_table(15)


def draw(rng, nodes):
    """Returns a random tree in prefix order: a list of (symbol, arity)."""
    empty, prefix = 1, []
    for left in range(nodes, 0, -1):
        choices, weights = [], []
        for skipped in range(empty):
            choices += [(skipped, 1), (skipped, 2)]
            weights += [COUNTS[left - 1][empty - skipped], COUNTS[left - 1][empty - skipped + 1]]
        total = COUNTS[left][empty]
        skipped, arity = rng.choices(choices, [weight / total for weight in weights])[0]
        table = UNARY if arity == 1 else BINARY
        prefix += [leaf(rng) for _ in range(skipped)]
        prefix.append((rng.choices(list(table), list(table.values()))[0], arity))
        empty += arity - 1 - skipped
    return prefix + [leaf(rng) for _ in range(empty)]


def leaf(rng):
    return ("x", 0) if rng.random() < 0.75 else (str(rng.randint(1, 5)), 0)


def nested_exponentials(prefix):
    def walk(at):
        symbol, arity = prefix[at]
        deepest, at = 0, at + 1
        for _ in range(arity):
            inner, at = walk(at)
            deepest = max(deepest, inner)
        return deepest + (symbol in NESTED), at
    return walk(0)[0]


def evaluate(prefix, value, functions):
    """Evaluates the tree with `value` for x."""
    stack = []
    for symbol, arity in reversed(prefix):
        if arity == 0:
            stack.append(value if symbol == "x" else sympy.Integer(symbol))
        elif arity == 1:
            inner = stack.pop()
            stack.append(inner ** int(symbol[3]) if symbol.startswith("pow") else functions[symbol](inner))
        else:
            a, b = stack.pop(), stack.pop()
            stack.append({"add": lambda: a + b, "sub": lambda: a - b, "mul": lambda: a * b,
                          "div": lambda: a / b}[symbol]())
    return stack[0]


def has_real_value(expression):
    numeric = sympy.lambdify(X, expression, "math")
    for value in VALUES + [-value for value in VALUES]:
        try:
            result = complex(numeric(value))
        except (ArithmeticError, ValueError, TypeError, NameError, KeyError, RecursionError, AttributeError):
            continue
        if result.imag == 0 and abs(result.real) < 1e300:
            return True
    return False


def to_sympy(prefix):
    if nested_exponentials(prefix) >= 4:
        raise Refused("nested")
    expression = evaluate(prefix, X, FUNCTIONS)
    if expression.has(sympy.I, sympy.zoo, sympy.nan, sympy.oo, sympy.AccumBounds):
        raise Refused("not real")
    if X not in expression.free_symbols:
        raise Refused("constant")
    return expression


def drop_constant(expression):
    if not isinstance(expression, Add):
        return expression
    return Add(*[term for term in expression.args if X in term.free_symbols])


def integer_tokens(value):
    return ["INT+" if value >= 0 else "INT-"] + list(str(abs(value)))


def to_prefix(expression):
    if expression == X:
        return ["x"]
    if expression in (pi, E):
        return ["pi" if expression == pi else "E"]
    if isinstance(expression, sympy.Integer):
        return integer_tokens(int(expression))
    if isinstance(expression, Rational):
        return ["div"] + integer_tokens(expression.p) + integer_tokens(expression.q)
    if isinstance(expression, (Add, Mul)):
        name = "add" if isinstance(expression, Add) else "mul"
        tokens = [name] * (len(expression.args) - 1)
        for argument in expression.args:
            tokens += to_prefix(argument)
        return tokens
    if isinstance(expression, Pow):
        return ["pow"] + to_prefix(expression.base) + to_prefix(expression.exp)
    name = NAMES.get(expression.func)
    if name is None:
        raise Refused("operator " + str(expression.func))
    return [name] + to_prefix(expression.args[0])


def is_operator(token):
    return token in BINARY or token in NAMES.values() or token == "pow"


def depth(expression):
    return 1 + max((depth(argument) for argument in expression.args), default=0)


def function(rng, kind):
    small_max, normal_min = (2, 3) if kind == "forward" else (3, 4)
    nodes = rng.randint(0, small_max) if rng.randrange(40) == 0 else rng.randint(normal_min, 15)
    expression = to_sympy(draw(rng, nodes))
    if kind == "backward" or rng.randrange(2) == 0:
        expression = drop_constant(expression)
    if not has_real_value(expression):
        raise Refused("no real value")
    tokens = to_prefix(expression)
    if len(tokens) > TOKENS_MAX - 2 or 2 * sum(map(is_operator, tokens)) < nodes:
        raise Refused("length")
    return expression, tokens


def give_up(_signal, _frame):
    raise Refused("time")


def statistics(kind, functions, seed):
    rng = random.Random(f"{seed} {kind}")
    operators, lengths, depths = collections.Counter(), collections.Counter(), collections.Counter()
    refused, kept = collections.Counter(), 0
    while kept < functions:
        signal.alarm(SECONDS_MAX)
        try:
            expression, tokens = function(rng, kind)
        except Refused as reason:
            refused[str(reason)] += 1
            continue
        except (RecursionError, OverflowError, ValueError, TypeError, ZeroDivisionError):
            refused["error"] += 1
            continue
        finally:
            signal.alarm(0)
        kept += 1
        operators.update(token for token in tokens if is_operator(token))
        lengths[len(tokens)] += 1
        depths[depth(expression)] += 1
    return dict(functions=kept, refused=dict(refused), operators=dict(sorted(operators.items())),
                lengths={str(k): v for k, v in sorted(lengths.items())},
                depths={str(k): v for k, v in sorted(depths.items())})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--functions", type=int, default=20000, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    signal.signal(signal.SIGALRM, give_up)
    sys.setrecursionlimit(10000)
    report = dict(sympy=sympy.__version__, seed=arguments.seed)
    for kind in ("forward", "backward"):
        report[kind] = statistics(kind, arguments.functions, arguments.seed)
    json.dump(report, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
