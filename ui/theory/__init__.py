"""The parts of the theory pages below their figure: each a function that draws one of them."""
