"""Pairs of densities worth seeing, and what the family menu sets."""

TWO_MODES = "mixture(0.5*normal(-2,0.6)+0.5*normal(2,0.6))"
PRESETS = {  # title: p, q and what there is to see
    "Overlapping normals": (
        "normal(0,1)", "normal(2,1)",
        "Everything is finite and everything slopes: the easy case.",
    ),
    "WGAN's two points": (
        "point(0)", "point(1)",
        "Example 1 of the WGAN paper: only EM and W₂ know that the points come nearer.",
    ),
    "JS saturates": (
        "normal(0,0.5)", "normal(6,0.5)",
        "Both densities are positive everywhere, and yet JS is flat to many digits:"
        " what matters is that they hardly overlap.",
    ),
    "Disjoint uniforms": (
        "uniform(0,1)", "uniform(2,3)",
        "No overlap: KL is infinite, JS is stuck at log 2, EM measures the gap.",
    ),
    "Mode-covering fit": (
        TWO_MODES, "normal(0,2.088)",
        "The normal with the smallest KL(p_r‖p_g): it must put mass wherever p_r has some, and so"
        " has its peak between the modes, where p_r has next to nothing.",
    ),
    "Mode-seeking fit": (
        TWO_MODES, "normal(1.997,0.605)",
        "The normal with the smallest KL(p_g‖p_r): it pays for mass where p_r has none and for"
        " nothing else, and so keeps to one mode. A collapsed GAN looks like this.",
    ),
    "Heavy tails": (
        "student_t(2,0,1)", "normal(0,1)",
        "The same centre, other tails: KL(p_r‖p_g) is infinite though the curves look alike.",
    ),
    "Histograms": (
        "histogram(0,5,1,2,4,2,1)", "histogram(0,5,3,1,1,1,4)",
        "Five free bars each: drag their tops.",
    ),
}  # fmt: skip
FAMILY_CHOICES = {  # what the family menu offers: title and the spec that it sets
    "normal": ("Normal", "normal(0,1)"),
    "uniform": ("Uniform", "uniform(-1,1)"),
    "laplace": ("Laplace", "laplace(0,1)"),
    "student_t": ("Student's t", "student_t(3,0,1)"),
    "exponential": ("Exponential", "exponential(1)"),
    "gamma": ("Gamma", "gamma(2,1)"),
    "beta": ("Beta", "beta(2,2)"),
    "point": ("Point mass", "point(0)"),
    "mixture": ("Mixture", "mixture(0.5*normal(-1.5,0.6)+0.5*normal(1.5,0.6))"),
    "points": ("Point masses", "mixture(0.5*point(-1)+0.5*point(1))"),
    "histogram": ("Histogram", "histogram(-2,3,1,2,4,3,1)"),
    "sample": ("Your own sample", ""),  # whose numbers the reader must give first
}
