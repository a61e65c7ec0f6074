"""A user's own labelled file: read as people have it, described, its baseline measured.

The text of a file is never written, logged or returned: counts, shares, column names and
figures come out.
"""
