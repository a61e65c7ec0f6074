"""The dashboard: the only package, with app.py, that imports Streamlit."""
