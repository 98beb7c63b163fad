"""Finds the answer in what a model or a person wrote."""

from __future__ import annotations

import re
from typing import Optional, Tuple

# An answer stands at the end, and a model that rambles must not cost a trainer its time.
_TAIL = 10_000
_THOUGHTS_END = re.compile(r"</(?:think|thinking|reasoning)>", re.IGNORECASE)
_BOXES = ("\\boxed{", "\\fbox{")
_MATH = re.compile(
    r"\$\$(.{1,2000}?)\$\$|\\\[(.{1,2000}?)\\\]|\\\((.{1,2000}?)\\\)|(?<![\\$])\$([^$\n]{1,2000}?)\$(?!\$)", re.DOTALL)
_ANSWER = re.compile(r"\banswer\b[^:\n=$\\]{0,40}:\s*(?P<rest>.*\S)", re.IGNORECASE)
_LAST = re.compile(r"\b(?:answer|antiderivative|integral|result)\b[^\n=$\\]{0,60}?(?::|\bis\b:?)\s*(?P<rest>.*\S)",
                   re.IGNORECASE)
_MATH_SIGN = re.compile(r"[-+*/^()\\\d]")
_LEAD = re.compile(r"(?:\b(?:we|get|obtain|have|so|thus|hence|therefore|this|that|which|gives?|yields?|is|the)\b[ ,:]*)+",
                   re.IGNORECASE)
_CAVEAT = re.compile(r"[,;.]? ?(?:\\q?quad ?){0,2}(?:\\(?:text|mathrm)\{)?[ (]?"
                     r"\b(?:where|with|plus a constant|for (?:some|any|all|every|x))\b.*\Z", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)\w*[ \t]*$", re.MULTILINE)
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\{\w+\*?\}")
# An equals sign that is none of <=, >=, != and ==.
_EQUALS = re.compile(r"(?<![<>!=])=(?!=)")


def extract_answer(text: str) -> Optional[str]:
    r"""Returns the answer in `text`, or None if there is none.

    It is the first of these that occurs, and of each the last one: ``\boxed{...}``, ``<answer>...</answer>``, a line
    with ``Answer:``, a formula of LaTeX at the end, the last line. Thoughts (up to ``</think>``) do not count, and
    neither does what is more than 10,000 characters from the end. Of a chain of equations only what follows the last
    ``=`` is taken, and remarks (", where C is a constant") are left out.
    """
    text = _THOUGHTS_END.split(text[-_TAIL:])[-1]
    boxed, found = _boxed(text)
    if not boxed:
        found = _tagged(text) or _from_prose(text)
    if found is None:
        return None
    # A box or a tag may hold a formula in dollars.
    return _right_side(_last_formula(found) or found) or None


def _tagged(text: str) -> Optional[str]:
    lower = text.lower()
    end = lower.rfind("</answer>")
    begin = lower.rfind("<answer>", 0, max(end, 0))
    return text[begin + len("<answer>"):end] if begin >= 0 else None


def _boxed(text: str) -> Tuple[bool, Optional[str]]:
    """Returns whether there is a box, and what is in the last one; None if the text ends inside of it."""
    begin, opening = max((text.rfind(box), box) for box in _BOXES)
    if begin < 0:
        return False, None
    begin += len(opening)
    depth = 1
    for at in range(begin, len(text)):
        if text[at] in "{}" and text[at - 1] != "\\":
            depth += 1 if text[at] == "{" else -1
            if depth == 0:
                return True, text[begin:at]
    return True, None


def _last_formula(text: str) -> Optional[str]:
    formulas = [next(group for group in match.groups() if group is not None) for match in _MATH.finditer(text)]
    return formulas[-1] if formulas else None


def _from_prose(text: str) -> Optional[str]:
    lines = [line.strip() for line in _FENCE.sub("", text).splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        return None
    for line in reversed(lines):
        announced = _ANSWER.search(line)
        if announced:
            return announced.group("rest")
    last = _LAST.search(lines[-1])
    if last:
        return last.group("rest")
    found = _last_formula(lines[-1])
    if found is None and not _MATH_SIGN.search(lines[-1].replace("\\]", "").replace("\\)", "")):
        found = _last_formula("\n".join(lines[-12:]))  # The last line is only words, or ends a formula.
    if found is not None:
        return found
    lead = _LEAD.match(lines[-1])
    return lines[-1][lead.end():] if lead else lines[-1]


def _right_side(text: str) -> str:
    text = _EQUALS.split(_ENVIRONMENT.sub(" ", text))[-1]
    rows = [row for row in text.split("\\\\") if row.strip()]
    text = " ".join((rows[-1] if rows else "").replace("&", " ").split())
    return _CAVEAT.sub("", text).strip("`*$ ").rstrip(".,;: ")
