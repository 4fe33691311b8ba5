"""Reads a Delta table with delta-rs and prints what is in it as JSON; `compact` and `checkpoint` have delta-rs write first."""

import json
import sys

import pyarrow.compute as pc
from deltalake import DeltaTable

path, app_id, *steps = sys.argv[1:]
table = DeltaTable(path)
if "compact" in steps:
    table.optimize.compact()
if "checkpoint" in steps:
    table.create_checkpoint()

rows = table.to_pyarrow_table()


def microseconds(column):
    return column.cast("int64")


def summary(name):
    column = rows[name]
    kind = str(column.type)
    found = {"type": kind, "nulls": column.null_count}
    if kind.startswith("timestamp"):
        column = microseconds(column)
    if kind.startswith("map"):
        entries = sorted((str(k), v) for row in column.to_pylist() if row is not None for k, v in row)
        found["entries"] = [[k, v] for k, v in entries]
        return found
    values = [v for v in column.to_pylist() if v is not None]
    if kind.startswith("date"):
        values = [v.isoformat() for v in values]
    found["distinct"] = sorted(set(values)) if not all(isinstance(v, float) for v in values) else len(set(values))
    if values and isinstance(values[0], (int, float)):
        found["sum"] = sum(values)
    return found


def range_count(lower, upper):
    import datetime

    def moment(us):
        return datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(microseconds=us)

    dataset = table.to_pyarrow_dataset()
    return dataset.count_rows(filter=(pc.field("time") >= moment(lower)) & (pc.field("time") < moment(upper)))


bounds = microseconds(rows["time"]).to_pylist()
print(
    json.dumps(
        {
            "version": table.version(),
            "files": len(table.file_uris()),
            "rows": rows.num_rows,
            "transaction": table.transaction_version(app_id),
            "middle": range_count(min(bounds) + 1, max(bounds)),
            "columns": {name: summary(name) for name in rows.column_names},
        }
    )
)
