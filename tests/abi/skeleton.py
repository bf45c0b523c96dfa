#!/usr/bin/env python3
"""A library that has what a header declares and does nothing, as C: skeleton.py HEADER. Compiled with debug information it is what
abidiff compares: the contract alone, without the megabytes behind it. (entry.cpp can't differ: it includes the header.)"""

import pathlib
import re
import sys

header = pathlib.Path(sys.argv[1]).resolve()
print(f'#define WINNOW_BUILDING\n#include "{header}"')
for declaration in re.findall(r"^WINNOW_EXPORT\s+([^;]+);", header.read_text(), re.M | re.S):
    kind = declaration.split("(")[0].rsplit("winnow_", 1)[0].strip()
    print(f"{declaration} {{{'' if kind == 'void' else ' return 0;'}}}")
