"""One colour for each distance, in every figure of several; legible on both themes."""

COLOURS = {
    "kl": "#d64545", "kl_reverse": "#d6569a", "js": "#c98a10", "sqrt_js": "#a8782a",
    "tv": "#7a8699", "hellinger": "#5a9e2f", "chi2": "#9a6a4f", "w1": "em", "w2": "#2a9fb8",
}  # fmt: skip
