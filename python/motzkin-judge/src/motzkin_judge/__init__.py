"""Judges symbolic integrals: a thin client of the program `motzkin judge`.

    with Judge() as judge:
        judge.judge("x*cos(x)", "x*sin(x) + cos(x) + C").right     # True
"""

from .answer import extract_answer
from .client import Judge, JudgeError, Verdict
from .reward import IntegralReward

__all__ = ["IntegralReward", "Judge", "JudgeError", "Verdict", "extract_answer"]
__version__ = "0.1.0"
