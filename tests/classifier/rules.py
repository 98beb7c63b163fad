"""The scores of a split, computed again from rows and probabilities alone: the card's rules, accuracy, calibration.

Shares no code with the product. A row is a dictionary with prefix tokens in `integrand`, `success` and `outcome`.
"""

import collections
import math

LEAVES = {"INT+", "INT-", "x", "pi", "E", "I", "EulerGamma", "Catalan", "bound"}


def wilson(right, rows):
    """Returns the 95 % interval of a share, as roots of (share - p)^2 = z^2 p (1 - p) / rows."""
    z = 1.959963984540054
    share = right / rows
    a, b, c = 1 + z * z / rows, -(2 * share + z * z / rows), share * share
    root = math.sqrt(max(0, b * b - 4 * a * c))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def majority(train):
    return 2 * sum(row["success"] for row in train) >= len(train)


def right_by_majority(train, rows):
    return sum(row["success"] == majority(train) for row in rows)


def right_by_length(train, rows):
    """Guesses the commoner label among rows of train with as many tokens."""
    balance = collections.Counter()
    for row in train:
        balance[len(row["integrand"].split())] += 1 if row["success"] else -1
    right = 0
    for row in rows:
        of_length = balance[len(row["integrand"].split())]
        right += (of_length > 0 if of_length != 0 else majority(train)) == row["success"]
    return right


def _levels(row):
    """Returns how often each operator occurs, where 3 stands for more."""
    operators = [token for token in row["integrand"].split() if token not in LEAVES and not token.isdigit()]
    return {operator: min(count, 3) for operator, count in collections.Counter(operators).items()}


def right_by_operators(train, rows):
    """Naive Bayes on the levels of all operators of train, with one row added to each level."""
    labels = collections.Counter(row["success"] for row in train)
    seen = collections.Counter()
    for row in train:
        for operator, level in _levels(row).items():
            seen[operator, level, row["success"]] += 1
    operators = {operator for operator, _, _ in seen}
    for operator in operators:
        for label in (True, False):
            seen[operator, 0, label] = labels[label] - sum(seen[operator, level, label] for level in (1, 2, 3))

    def log_probability(operator, level, label):
        return math.log((seen[operator, level, label] + 1) / (labels[label] + 4))

    right = 0
    for row in rows:
        levels = _levels(row)
        odds = math.log(labels[True] + 1) - math.log(labels[False] + 1)
        for operator in operators:
            level = levels.get(operator, 0)
            odds += log_probability(operator, level, True) - log_probability(operator, level, False)
        right += (odds >= 0) == row["success"]
    return right


def calibration_error(rows, probabilities):
    """Returns the mean distance of tenths of the probabilities from the shares of true labels, weighted by rows."""
    distance = collections.Counter()
    for row, probability in zip(rows, probabilities):
        distance[min(9, int(probability * 10))] += probability - row["success"]
    return sum(abs(value) for value in distance.values()) / len(rows)
