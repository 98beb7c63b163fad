"""Decides with mpmath's numeric derivative at 40 digits whether one function is an antiderivative of another."""

import mpmath

POINTS_WANTED = 4
POINTS_TRIED = 60


def is_real(value):
    return mpmath.isfinite(value) and abs(mpmath.im(value)) < mpmath.mpf(10) ** -30 * (1 + abs(value))


def points_of_agreement(integrand, integral, random_points):
    """Returns the numbers of (agreeing, differing) points at which the integrand has a real value."""
    agreed = differed = 0
    for _ in range(POINTS_TRIED):
        x = mpmath.mpf(random_points.uniform(-3, 3))
        try:
            wanted = integrand(x)
            if not is_real(wanted) or abs(wanted) > 1e12:
                continue
            got = mpmath.diff(integral, x, h=mpmath.mpf(10) ** -15)
        except (ValueError, ZeroDivisionError, OverflowError, mpmath.libmp.ComplexResult):
            continue
        if not mpmath.isfinite(got):
            continue
        # The numeric derivative is good to about 15 of the 40 digits.
        if abs(got - wanted) <= mpmath.mpf(10) ** -8 * (1 + abs(wanted)):
            agreed += 1
        else:
            differed += 1
        if agreed + differed == POINTS_WANTED:
            break
    return agreed, differed
