#!/usr/bin/env python3
"""The released command trusts the certificates that a system trusts, wherever the system keeps them: trust_store_test.py.

Expects WINNOW_RELEASE_DIR (build/portable-ARCH), and servers of the tests' own with their authorities: WINNOW_TEST_S3_TLS_URL and
WINNOW_TEST_S3_CA, WINNOW_TEST_MYSQL_URL and WINNOW_TEST_MYSQL_CA. The systems are chroots with this machine's /usr and an /etc that
holds one store. Needs root."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
from urllib.parse import urlsplit

SOURCE = pathlib.Path(__file__).resolve().parents[2]
ROOT = SOURCE / "tests/release/root.sh"
BUNDLES = {
    "Debian, Ubuntu, Alpine": "/etc/ssl/certs/ca-certificates.crt",
    "Red Hat": "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "Amazon Linux": "/etc/pki/tls/certs/ca-bundle.crt",
    "SUSE": "/etc/ssl/ca-bundle.pem",
    "Alpine without ca-certificates": "/etc/ssl/cert.pem",
}
# Certificates one by one, under the hash of their subject.
FOLDERS = {"Debian": "/etc/ssl/certs", "Red Hat": "/etc/pki/tls/certs"}
NEEDED = ("WINNOW_RELEASE_DIR", "WINNOW_TEST_S3_TLS_URL", "WINNOW_TEST_S3_CA", "WINNOW_TEST_MYSQL_URL", "WINNOW_TEST_MYSQL_CA")


def run(*command, check=True, **environment):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True, check=check, env={**os.environ, **environment})


def s3(ca):
    """A purge whose files are in a bucket, by HTTPS through libcurl."""
    url = urlsplit(os.environ["WINNOW_TEST_S3_TLS_URL"])
    return {"database": {"url": "sqlite:/root/kestra.db"},
            "storage": {"type": "s3", "endpoint": f"https://{url.hostname}:{url.port}", "bucket": url.path[1:], "access-key": url.username,
                        "secret-key": url.password, "allow-missing": True, **({"ca-file": ca} if ca else {})}}


def mysql(ca):
    """A database whose server must prove its identity, through MariaDB Connector/C."""
    url = os.environ["WINNOW_TEST_MYSQL_URL"].partition("?")[0] + "?ssl-mode=VERIFY_IDENTITY" + (f"&ssl-ca={ca}" if ca else "")
    return {"database": {"url": url}, "storage": {"type": "none"}}


# By name: the configuration, the authority, and what is said by a server that is trusted: it purged, or it lacks Kestra's tables.
CLIENTS = {"s3": (s3, "WINNOW_TEST_S3_CA", "executionsCount"), "mysql": (mysql, "WINNOW_TEST_MYSQL_CA", "executions")}


@unittest.skipUnless(all(name in os.environ for name in NEEDED) or os.environ.get("CI") == "true", f"expects {', '.join(NEEDED)}")
class TrustStore(unittest.TestCase):
    def setUp(self):
        self.release = pathlib.Path(os.environ["WINNOW_RELEASE_DIR"]).resolve()

    def system(self):
        """A new system without a certificate."""
        root = pathlib.Path(tempfile.mkdtemp(prefix="winnow-root."))
        self.addCleanup(run, ROOT, "remove", root)
        root.chmod(0o755)
        for name in ("etc", "proc", "dev", "root", "tmp"):
            root.joinpath(name).mkdir()
        for name in ("bin", "lib", "lib64"):
            root.joinpath(name).symlink_to(f"usr/{name}")
        run(self.release / "winnow-sample", "--database", f"sqlite:{root}/root/kestra.db", "--executions", 100)
        return root

    def call(self, root, client, ca=None):
        """Whether the server is trusted; fails on any other failure."""
        configuration, _, reached = CLIENTS[client]
        root.joinpath("root/winnow.yaml").write_text(json.dumps(configuration(ca)))
        done = run(ROOT, "run", root, self.release / "winnow", "call", "PurgeExecutions", "--config", "/root/winnow.yaml", "--params",
                   '{"endDate": "2026-06-01T00:00:00Z"}', check=False, WINNOW_ROOT_BINDS=f"/usr {self.release}")
        said = done.stdout + done.stderr
        if "certificate" in said:
            return False
        self.assertIn(reached, said)
        return True

    def test_without_a_store_nobody_is_trusted_and_a_named_file_is(self):
        for client, (_, authority, _) in CLIENTS.items():
            with self.subTest(client):
                root = self.system()
                self.assertFalse(self.call(root, client))
                shutil.copy(os.environ[authority], root / "root/ca.pem")
                self.assertTrue(self.call(root, client, ca="/root/ca.pem"))

    def test_each_systems_bundle(self):
        for client, (_, authority, _) in CLIENTS.items():
            for system, path in BUNDLES.items():
                with self.subTest(client=client, system=system):
                    root = self.system()
                    bundle = root / path[1:]
                    bundle.parent.mkdir(parents=True)
                    shutil.copy(os.environ[authority], bundle)
                    self.assertTrue(self.call(root, client))

    def test_each_systems_folder(self):
        for client, (_, authority, _) in CLIENTS.items():
            for system, path in FOLDERS.items():
                with self.subTest(client=client, system=system):
                    root = self.system()
                    folder = root / path[1:]
                    folder.mkdir(parents=True)
                    hashed = run("openssl", "x509", "-hash", "-noout", "-in", os.environ[authority]).stdout.strip()
                    shutil.copy(os.environ[authority], folder / f"{hashed}.0")
                    self.assertTrue(self.call(root, client))

    def test_no_store_is_read_where_nobody_is_verified(self):
        """Reading certificates takes most of a log-in. Reading this one blocks forever."""
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        os.mkfifo(folder / "store")
        url = os.environ["WINNOW_TEST_MYSQL_URL"].partition("?")[0] + "?ssl-mode=REQUIRED"
        (folder / "winnow.yaml").write_text(json.dumps({"database": {"url": url}, "storage": {"type": "none"}}))
        said = subprocess.run([self.release / "winnow", "call", "ListExecutions", "--config", folder / "winnow.yaml"], text=True,
                              capture_output=True, timeout=60, env={**os.environ, "SSL_CERT_FILE": str(folder / "store")})
        self.assertRegex(said.stdout + said.stderr, '"rows"|executions')  # it is in


if __name__ == "__main__":
    unittest.main()
