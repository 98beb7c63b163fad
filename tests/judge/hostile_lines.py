"""Lines that a hostile caller of `motzkin judge` may send: fuzzed, deep, and with towers of powers."""

import json
import pathlib

_CORPUS = [
    ("2*x", "x^2"), ("x*exp(x)", "x*exp(x) - exp(x) + C"), ("\\frac{1}{x}", "\\ln|x|"), ("1/(x^2+1)", "atan(x)"),
    ("mul x cos x", "add mul x sin x cos x"), ("Sin[x]", "-Cos[x]"), ("exp(-x^2)", "sqrt(pi)*erf(x)/2"),
    ("x**3", "x**4/4"),
]
_TOKENS = [
    "x", "(", ")", "^", "*", "/", "+", "-", "sin", "exp", "log", "Ei", "9", "10^9", "1e308", "RootOf", "\\frac{", "}", "$",
    "|", "[", "]", "sqrt(", "polylog(2,", "EllipticF(", ",", " ", "pow", "INT+", "E", "I", "pi", "0", "\u222b", "\\left(",
    "_C1", "=", ".", "!",
]
_BRACKETS = [("(", ")"), ("sin(", ")"), ("-", ""), ("\\frac{1}{", "}"), ("x^(", ")"), ("[", "]"), ("neg ", ""),
             ("\\sqrt{", "}")]
_ENDS = ["0", "1", "-oo", "oo", "pi/2", "\\infty", "1e-300", "10^9", "x", "", "-1/3"]
_NO_ITEMS = [b"", b"[" * 5000, b'{"a":' * 3000, b"\x00" * 50, b"null", b'"x"', b"[1]", b"\xff\xfe", b"{}"]


def _tower(rng):
    base = rng.choice(["x", "2", "9", "(x+1)", "10", "I", "exp(x)"])
    kind = rng.randrange(4)
    if kind == 0:
        return "^".join([base] * rng.randint(3, 60))
    if kind == 1:
        height = rng.randint(3, 40)
        return "exp(" * height + base + ")" * height
    if kind == 2:
        return f"({base})^({'9' * rng.randint(2, 60)})^({'9' * rng.randint(1, 9)})"
    return "+".join(f"x^{10 ** rng.randint(1, 9)}*sin(x^{rng.randint(1, 10 ** 6)})" for _ in range(rng.randint(1, 50)))


def _deep(rng):
    depth = rng.choice([50, 1000, 100_000])
    opening, closing = rng.choice(_BRACKETS)
    return opening * depth + "x" + closing * depth


def _fuzzed(rng, text):
    data = bytearray(text.encode())
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        what = rng.randrange(3)
        if what == 0:
            data[at:at] = bytes([rng.randrange(256)])
        elif what == 1 and at < len(data):
            data[at] = rng.randrange(256)
        else:
            del data[at:at + rng.randint(1, 4)]
    return bytes(data)


def _soup(rng):
    return "".join(rng.choice(_TOKENS) for _ in range(rng.randint(1, 40)))


def hostile_lines(rng, count):
    """Yields lines of bytes, each with its line feed."""
    for i in range(count):
        integrand, candidate = rng.choice(_CORPUS)
        kind = rng.randrange(100)
        if kind < 2:  # Each has up to 700 kB, so they are few.
            integrand, candidate = rng.choice([(integrand, _deep(rng)), (_deep(rng), candidate)])
        elif kind < 20:
            integrand, candidate = rng.choice([(integrand, _tower(rng)), (_tower(rng), candidate),
                                               (_tower(rng), _tower(rng))])
        elif kind < 30:
            integrand, candidate = rng.choice([(integrand, _soup(rng)), (_soup(rng), candidate)])
        elif kind < 60:
            candidate = _fuzzed(rng, candidate).decode("latin-1")
        elif kind < 70:
            integrand = _fuzzed(rng, integrand).decode("latin-1")
        elif kind < 75:  # Both are heavy, and neither is known to be wrong at once.
            integrand = candidate = "*".join(rng.choice(["Ei(x)", "polylog(3, sin(x))", "gamma(x+2)", _tower(rng)])
                                             for _ in range(rng.randint(1, 30)))
        item = {"id": i, "integrand": integrand, "candidate": candidate}
        if rng.random() < 0.02:
            item |= {"lower": rng.choice(_ENDS), "upper": rng.choice([*_ENDS, _tower(rng), _soup(rng)])}
        line = json.dumps(item).encode()
        if 75 <= kind < 85:
            line = _fuzzed(rng, line.decode())
        elif 85 <= kind < 88:
            many = {"integrand": integrand, "candidates": [candidate] * rng.randint(0, 40)}
            line = rng.choice([*_NO_ITEMS, json.dumps(many).encode()])
        yield line.replace(b"\n", b" ") + b"\n"


def peak_kb(pid):
    """Returns the most memory that a process has had, in kB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])
