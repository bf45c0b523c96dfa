#!/usr/bin/python3
"""Writes the schema folder of vitess.sh: vitess_schema.py FOLDER

Kestra 1.1's tables on MySQL in a form that Vitess accepts. FULLTEXT indexes are omitted: this bed searches nothing. `execution_id` is an
ordinary column: vtgate routes a row by it and can't see the value of a generated column (docs/servers.md). Without `placed` it stays
generated, and all tables are sharded by `key`: rows are on any shard."""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


VERSION = "1.1"


def tables(placed=True):
    text = _of_version((ROOT / "tools/sample/schema/mysql.sql").read_text())
    # A split of a shard copies rows; those of the schema would be there twice.
    text = re.sub(r"^INSERT .*?;\n", "", text, flags=re.M | re.S)
    text = re.sub(r"\n  FULLTEXT INDEX [^\n]*", "", text)
    text = re.sub(r",(\s*)\n\)", r"\n)", text)
    if not placed:
        return text
    return re.sub(r"(\n  execution_id varchar\(150\)) GENERATED ALWAYS AS \([^)]*\) STORED", r"\1", text)


def _of_version(text):
    """Without what a mark (`-- [1.1 1.3]`) says is of other versions, and without marks and comments."""
    text = re.sub(r"^-- \[([^\]]*)\]\n(.*?;\n)", lambda found: found[2] if VERSION in found[1].split() else "", text, flags=re.M | re.S)
    text = re.sub(r"^(.*?)  -- \[([^\]]*)\]\n", lambda found: found[1] + "\n" if VERSION in found[2].split() else "", text, flags=re.M)
    return re.sub(r"^--.*\n", "", text, flags=re.M)


def write(folder, placed=True):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tables.sql").write_text(tables(placed))
    vschema = json.loads((ROOT / "docs/examples/vitess/vschema.json").read_text())
    for table in vschema["tables"].values():
        for vindex in table["column_vindexes"]:
            if not placed and vindex["column"] == "execution_id":
                vindex["column"] = "key"
    (folder / "vschema.json").write_text(json.dumps(vschema))


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
