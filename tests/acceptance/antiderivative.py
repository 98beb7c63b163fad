"""Decides with mpmath's numeric derivative whether one function is an antiderivative of another."""

import mpmath

POINTS_WANTED = 4
POINTS_TRIED = 60


def is_real(value):
    return mpmath.isfinite(value) and abs(mpmath.im(value)) < mpmath.mpf(10) ** -30 * (1 + abs(value))


def agree_at(integrand, integral, x):
    """Returns whether the derivative of the integral is the integrand at x.

    Returns None if the integrand has no real value there or a huge one, or if the derivative has none.
    """
    # The numeric derivative is good to about 15 of 40 digits. A function that swings within the step, as
    # tan(cosh(tan(x))) does near a pole, is tried again with a smaller step and more digits.
    agreed = None
    for digits, step in ((40, 15), (200, 90)):
        with mpmath.workdps(digits):
            try:
                wanted = integrand(x)
                if not is_real(wanted) or abs(wanted) > 1e12:
                    return None
                got = mpmath.diff(integral, x, h=mpmath.mpf(10) ** -step)
            except (ValueError, ZeroDivisionError, OverflowError, mpmath.libmp.ComplexResult):
                return None
            if not mpmath.isfinite(got):
                return None
            agreed = abs(got - wanted) <= mpmath.mpf(10) ** -8 * (1 + abs(wanted))
            if agreed:
                break
    return agreed


def points_of_agreement(integrand, integral, random_points):
    """Returns the numbers of (agreeing, differing) points at which the integrand has a real value."""
    agreed = differed = 0
    for _ in range(POINTS_TRIED):
        verdict = agree_at(integrand, integral, mpmath.mpf(random_points.uniform(-3, 3)))
        agreed += verdict is True
        differed += verdict is False
        if agreed + differed == POINTS_WANTED:
            break
    return agreed, differed
