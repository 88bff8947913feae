"""Every answer by the name of its request."""

from gan_core.answers import samples, theory

ANSWERS = {**theory.ANSWERS, **samples.ANSWERS}
