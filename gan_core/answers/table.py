"""Every answer by the name of its request."""

from gan_core.answers import films, looks, samples, theory

ANSWERS = {**theory.ANSWERS, **samples.ANSWERS, **films.ANSWERS, **looks.ANSWERS}
