"""The parts of the samples page: each has a `show(choice, about)` that draws it."""
