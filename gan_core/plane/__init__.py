"""Data in the plane without torch: the shapes of the toys, people's own points, and a preview.

The server reads, checks and shows points with this package; `gan_core.data` makes distributions
of the same shapes and points for training.
"""
