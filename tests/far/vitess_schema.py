#!/usr/bin/python3
"""Writes the schema folder of vitess.sh: vitess_schema.py FOLDER

Kestra's tables on MySQL 1.1 as Vitess can have them. FULLTEXT indexes stay away: this bed searches nothing. `execution_id` is an ordinary
column: vtgate routes a row by it and can't see what a generated column will hold (docs/servers.md)."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tables():
    text = (ROOT / "tools/sample/schema/mysql-1.1.sql").read_text()
    text = re.sub(r"\n  FULLTEXT INDEX [^\n]*", "", text).replace(",\n)", "\n)")
    return re.sub(r"(\n  execution_id varchar\(150\)) GENERATED ALWAYS AS \([^)]*\) STORED", r"\1", text)


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tables.sql").write_text(tables())
    (folder / "vschema.json").write_text((ROOT / "docs/examples/vitess/vschema.json").read_text())


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
