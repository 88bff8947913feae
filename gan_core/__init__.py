"""The GAN package behind the dashboard: objectives, networks, training, distances, runs.

It imports no streamlit and no plotly. ``import gan_core`` itself imports nothing heavy, so a
server that only reads run folders never loads torch.
"""

__version__ = "0.1.0"
