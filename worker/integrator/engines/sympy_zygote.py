"""SymPy as a zygote: imported once and forked per function. worker/integrator/zygote.h has the protocol.

An input is an integrand in SymPy's syntax, and the leaf writes the integral. This text is run as
`python3 -c TEXT`.
"""

import ctypes
import os
import resource
import sys

import sympy

OUT_OF_MEMORY = 77  # kLeafOutOfMemory
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 1, 38, 22, 2
SIGKILL = 9

x = sympy.Symbol("x", real=True)
command, status, answers = map(int, os.environ["MOTZKIN_ZYGOTE"].split(","))
libc = ctypes.CDLL(None, use_errno=True)
with open(int(os.environ["MOTZKIN_LEAF_FILTER"]), "rb") as instructions:
    leaf_filter = instructions.read()


class Program(ctypes.Structure):
    """struct sock_fprog"""

    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def read_fully(size):
    data = b""
    while len(data) < size:
        piece = os.read(command, size - len(data))
        if not piece:
            os._exit(0)  # The supervisor is gone.
        data += piece
    return data


def read_line():
    line = b""
    while not line.endswith(b"\n"):
        line += read_fully(1)
    return line.decode().split()


def say(*words):
    os.write(status, (" ".join(map(str, words)) + "\n").encode())


def prctl(option, value, pointer=None):
    if libc.prctl(option, ctypes.c_ulong(value), pointer, ctypes.c_ulong(0), ctypes.c_ulong(0)) != 0:
        os._exit(125)


def become_leaf(zygote, memory_bytes, cpu_seconds):
    """Makes the new process die with its zygote, keep within its limits, and be filtered."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    prctl(PR_SET_PDEATHSIG, SIGKILL)
    # The zygote may have died between the fork and the prctl(), which then came too late.
    if os.getppid() != zygote:
        os._exit(125)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.close(command)
    os.close(status)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    program = Program(len(leaf_filter) // 8, leaf_filter)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program))


def write_fully(data):
    while data:
        data = data[os.write(answers, data):]


def run_leaf(text):
    """Integrates and exits."""
    try:
        # sympify() evaluates the text, which is safe because our own printer wrote it. Plain eval() would make a
        # float of 1/3.
        integral = sympy.integrate(sympy.sympify(text, locals={"x": x}), x)
        write_fully(b"A" + str(integral).encode())
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except BaseException as error:  # SymPy raises all kinds of errors; the message is stored with the row.
        write_fully(b"E" + f"{type(error).__name__}: {error}"[:400].encode())
    os._exit(0)


def serve():
    leaf = -1
    while True:
        words = read_line()
        if words[0] == "reap":
            _, wait_status, usage = os.wait4(leaf, 0)
            say("ended", wait_status, int((usage.ru_utime + usage.ru_stime) * 1e6), usage.ru_maxrss)
            continue
        memory_bytes, cpu_seconds, size = map(int, words[1:])
        text = read_fully(size).decode()
        zygote = os.getpid()
        leaf = os.fork()
        if leaf == 0:
            become_leaf(zygote, memory_bytes, cpu_seconds)
            run_leaf(text)
        say("pid", leaf)


# Each integral makes SymPy import modules and fill caches that the leaves then share.
for warm_up in ("1/(x**2+1)", "sin(x)**2*exp(x)", "sqrt(x**2+1)", "x*log(x)", "exp(-x**2)"):
    sympy.integrate(sympy.sympify(warm_up, locals={"x": x}), x)
say("ready", sympy.__version__)
serve()
