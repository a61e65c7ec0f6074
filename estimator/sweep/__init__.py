"""Sweeps: many scenarios to Parquet parts that a restart goes on from, and what they show.

Spec -> Task (one part, named by the hash of its scenarios) -> do_part -> parts/<hash>.parquet.
Nothing of data/ is read here; parts are written and read.
"""
