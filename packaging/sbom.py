#!/usr/bin/env python3
"""The parts of an artefact as SPDX 2.3: sbom.py ARTEFACT ARCH prints the JSON. The parts are those of the versions.txt files."""

import datetime
import json
import os
import pathlib
import re
import sys
import uuid

PACKAGING = pathlib.Path(__file__).resolve().parent


def parts():
    """(name, version, licence, where it comes from) of everything that is linked in."""
    for line in (PACKAGING / "clients/versions.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            package, version, checksum, licence, name = line.split(maxsplit=4)
            yield name, version, licence, f"Debian source package {package}", "" if checksum == "-" else checksum
    for line in (PACKAGING / "toolchain/versions.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            package, checksum, licence = line.split(maxsplit=2)
            name, version = package.split("==")
            yield "libc++, libc++abi, libunwind, compiler-rt", version, licence, f"PyPI package {name}", checksum


def identifier(name):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")


def document(artefact, arch):
    version = PACKAGING.parent.joinpath("VERSION").read_text().strip()
    created = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    packages = [{"name": artefact, "SPDXID": identifier("winnow"), "versionInfo": version, "downloadLocation": "NOASSERTION",
                 "filesAnalyzed": False, "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0",
                 "copyrightText": "Copyright 2026 the authors of winnow", "comment": f"for Linux on {arch}"}]
    relationships = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": identifier("winnow")}]
    for name, its_version, licence, origin, checksum in parts():
        package = {"name": name, "SPDXID": identifier(name), "versionInfo": its_version, "downloadLocation": "NOASSERTION",
                   "filesAnalyzed": False, "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION",
                   "sourceInfo": origin}
        if checksum:
            package["comment"] = f"SHA-256 of the source package's .dsc, or of the wheel: {checksum}"
        packages.append(package)
        relationships.append({"spdxElementId": identifier("winnow"), "relationshipType": "CONTAINS", "relatedSpdxElement": identifier(name)})
    # The same artefact of the same commit has the same name everywhere.
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, f"winnow/{artefact}/{version}/{created.isoformat()}")
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": artefact,
            "documentNamespace": f"urn:uuid:{namespace}",
            "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"), "creators": [f"Tool: winnow-{version}/packaging/sbom.py"]},
            "packages": packages, "relationships": relationships}


if __name__ == "__main__":
    print(json.dumps(document(*sys.argv[1:]), indent=2))
