"""The dashboard: the only package, with app.py, that imports Streamlit."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""Set before numpy is loaded. The model's matrices are small; with a thread per core a change waits
for every other session's search, because the library lets one product through at a time."""
