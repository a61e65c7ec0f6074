"""Known errors of the sources, applied when a table is read.

Each row of data/corrections.csv names a table, a row and what is done to it. ``expect`` is the
value that stood there when the decision was taken: where the file says something else, the
decision has lost its ground and loading stops.
"""

from __future__ import annotations

import pandas as pd

from estimator.evidence.checks import fail
from estimator.evidence.columns import Table
from estimator.evidence.origin import Excluded

SET, EXCLUDE = "set", "exclude"


def apply_corrections(
    name: str, schema: Table, frame: pd.DataFrame, rows: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Excluded, ...]]:
    """The table with its corrections, and the rows that are kept out.

    Parameters
    ----------
    name, schema, frame
        The table as read, all cells text.
    rows : DataFrame
        The rows of corrections.csv for this table.

    Raises
    ------
    EvidenceError
        When a named row or column does not exist or ``expect`` no longer holds.
    """
    if rows.empty:
        return frame, ()
    frame = frame.copy()
    keys = frame[schema.key[0]].astype(str)
    for column in schema.key[1:]:
        keys = keys + "/" + frame[column].astype(str)
    places = pd.Series(range(len(frame)), index=keys.to_numpy())
    excluded: list[Excluded] = []
    drop: list[int] = []
    for row in rows.to_dict("records"):
        key, column = row["row_key"], row["column"]
        if key not in places.index:
            fail("corrections", key, "row_key", key, f"no such row in {name}")
        at = int(places.loc[key])
        if column:
            if column not in frame.columns:
                fail("corrections", key, "column", column, f"no such column in {name}")
            found = frame[column].iloc[at]
            if found != row["expect"]:
                fail("corrections", key, column, found, f"expected {row['expect']!r} in {name}")
        if row["action"] == SET:
            frame.loc[frame.index[at], column] = row["value"]
        elif row["action"] == EXCLUDE:
            drop.append(at)
            excluded.append(Excluded(name, key, row["reason"], row["status"]))
    return frame.drop(frame.index[drop]).reset_index(drop=True), tuple(excluded)
