#!/usr/bin/python3
"""Writes the schema folder of vitess.sh: vitess_schema.py FOLDER [--generated]

Kestra's tables on MySQL, without what Vitess can't have: FULLTEXT indexes stay away (this bed has no use for them)."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tables(generated):
    text = (ROOT / "tools/sample/schema/mysql-1.1.sql").read_text()
    text = re.sub(r"\n  FULLTEXT INDEX [^\n]*", "", text).replace(",\n)", "\n)")
    if not generated:
        text = re.sub(r"(\n  execution_id varchar\(150\)) GENERATED ALWAYS AS \([^)]*\) STORED", r"\1", text)
    return text


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tables.sql").write_text(tables("--generated" in sys.argv))
    (folder / "vschema.json").write_text((ROOT / "docs/examples/vitess/vschema.json").read_text())
