"""Every lesson shows what it promises, with one seed; `benchmarks/lessons.py` runs ten."""

import pytest

from benchmarks.lessons import figures
from gan_core.lessons import LESSONS


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_a_lesson_does_what_it_says(lesson, tmp_path):
    good, words = lesson.claim(figures(lesson, 0, tmp_path))
    assert good, words
