"""What is integrated, from log p and log q: nowhere negative, so nearly equal densities do not
cancel; and in logs, so nothing overflows before its end."""

import math

import numpy as np

from gan_core.divergences.base import Array


def kl_density(log_p: Array, log_q: Array) -> Array:
    """p log(p/q) - p + q: never negative, 0 only where p = q, and its integral is KL."""
    p, q = np.exp(log_p), np.exp(log_q)
    with np.errstate(invalid="ignore"):
        t = log_p - log_q
        small = np.fmin(np.fmax(t, -1), 1)
        plain = np.where(p > 0, p * t, 0) - p + q
    return np.where(np.abs(t) < 1, p * (small + np.expm1(-small)), plain)


def js_density(log_p: Array, log_q: Array) -> Array:
    """½ p log(2p/(p+q)) + ½ q log(2q/(p+q)), as (p+q)/2 times log 2 less the entropy of D*."""
    with np.errstate(invalid="ignore"):
        half = np.fmin(np.abs(log_p - log_q) / 2, 400.0)  # where neither is, any number will do
    known = half * np.tanh(half) - (half + np.log1p(np.exp(-2 * half)) - math.log(2))
    small = half < 1e-2  # there log cosh(h) = h²/2 - h⁴/12 + …, without a difference of logs
    series = half**2 / 2 - half**4 / 4 + half**6 / 9
    return (np.exp(log_p) + np.exp(log_q)) / 2 * np.where(small, series, known)


def hellinger_density(log_p: Array, log_q: Array) -> Array:
    """½(√p - √q)²: the larger of the two, times ½(1 - √ratio)²."""
    with np.errstate(invalid="ignore"):
        apart = np.fmin(np.abs(log_p - log_q), 1e300)
    return np.exp(np.maximum(log_p, log_q)) * np.expm1(-apart / 2) ** 2 / 2


def chi2_log_density(log_p: Array, log_q: Array) -> Array:
    """log of (p - q)²/q: of q (1 - p/q)² where p < q, and of p²/q (1 - q/p)² elsewhere."""
    with np.errstate(invalid="ignore", divide="ignore"):
        t = log_p - log_q
        high = np.where(t > 0, log_p + t, log_q)
        log = high + 2 * np.log(-np.expm1(-np.abs(t)))
        return np.fmin(np.fmax(log, -np.inf), np.finfo(float).max)  # nan, of two zeros: -inf
