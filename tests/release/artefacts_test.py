#!/usr/bin/env python3
"""Each artefact of a release, installed by the ordinary means of a clean system, purges there: artefacts_test.py DIST.

The systems are chroots (root.sh). Expects WINNOW_TEST_POSTGRES_URL (a server on this machine's loopback), WINNOW_JAVA_HOMES (Temurin, a
folder for each version, separated by `:`), WINNOW_JAVA_COMPILER (Eclipse's) and WINNOW_KESTRA_CLASS_PATH (tests/hosts/kestra, compiled)."""

import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
VERSION = SOURCE.joinpath("VERSION").read_text().strip()
FLOW = SOURCE / "docs/examples/flows/list-then-purge.yaml"
DIST = None


def run(*command, stdin=None, **environment):
    done = subprocess.run([str(word) for word in command], text=True, capture_output=True, check=False, input=stdin, env={**os.environ, **environment})
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, command))} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def snippet(language):
    """The example of docs/embedding.md in a language."""
    return re.search(rf"^```{language}\n(.*?)^```$", SOURCE.joinpath("docs/embedding.md").read_text(), re.M | re.S)[1]


@functools.cache
def jars():
    """winnow's jar and its dependencies, as Maven gets them from the release's repository, with a program of docs/embedding.md."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="winnow-jars.", dir=DIST.parent / "build"))
    unittest.addModuleCleanup(shutil.rmtree, folder)
    folder.joinpath("pom.xml").write_text(f"""<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
      <groupId>example</groupId><artifactId>host</artifactId><version>1</version>
      <repositories><repository><id>release</id><url>file://{DIST}/maven</url></repository></repositories>
      <dependencies><dependency><groupId>io.winnow</groupId><artifactId>winnow</artifactId><version>{VERSION}</version></dependency></dependencies></project>""")
    # A separate local repository: another would remember an old library.
    run("mvn", "--quiet", "--batch-mode", "-f", folder / "pom.xml", f"-Dmaven.repo.local={folder}/repository",
        "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies", f"-DoutputDirectory={folder}/lib")
    folder.joinpath("Host.java").write_text(snippet("java"))
    java = os.environ["WINNOW_JAVA_HOMES"].split(":")[-1]
    run(f"{java}/bin/java", "-jar", os.environ["WINNOW_JAVA_COMPILER"], "-source", "17", "-target", "17", "-cp", ":".join(map(str, folder.glob("lib/*.jar"))),
        "-d", folder, folder / "Host.java")  # only java itself knows what lib/* is
    return folder


class System(unittest.TestCase):
    """A clean system; those below say which."""

    suite, architecture, glibc, packages = None, "amd64", None, ["python3-venv"]

    @classmethod
    def setUpClass(cls):
        if cls.suite is None:
            raise unittest.SkipTest("the form of those below")
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="winnow-root."))
        cls.addClassCleanup(run, SOURCE / "tests/release/root.sh", "remove", cls.root)
        run(SOURCE / "tests/release/root.sh", "make", cls.suite, cls.architecture, cls.root, *cls.packages)
        cls.root.chmod(0o755)
        for file in (FLOW, SOURCE / "tests/release/purge.sh", SOURCE / "tests/release/consumer/consumer.c"):
            shutil.copy(file, cls.root / "root")
        cls.arch = {"amd64": "x86_64", "arm64": "aarch64"}[cls.architecture]

    def inside(self, *command, binds=()):
        return run(SOURCE / "tests/release/root.sh", "run", self.root, *command, WINNOW_ROOT_BINDS=" ".join(map(str, binds)))

    def sh(self, script, **options):
        return self.inside("sh", "-euc", f"cd /root\n{script}", **options)

    def put(self, *names):
        for name in names:
            shutil.copy(DIST / name, self.root / "root")

    def unpack_archive(self):
        name = f"winnow-{VERSION}-linux-{self.arch}"
        self.put(f"{name}.tar.gz")
        self.sh(f"tar xzf {name}.tar.gz")
        return f"/root/{name}/bin"

    def assert_purges(self, path="", url=""):
        """The flow's dry run promises what the run does, and a second run finds nothing."""
        lines = self.sh(f"PATH={path}:$PATH sh purge.sh list-then-purge.yaml {shlex.quote(url)}").splitlines()
        dry, first, second, files = map(json.loads, lines)
        self.assertGreater(first["purge"]["executionsCount"], 0)
        counts = [name for name in first["purge"] if name.endswith("Count")]
        self.assertEqual([dry["purge"][name] for name in counts], [first["purge"][name] for name in counts])
        self.assertEqual(second["purge"]["executionsCount"], 0)
        self.assertEqual(files["before"] - files["after"], first["purge"]["storagesCount"])
        self.assertGreater(files["after"], 0)

    def test_the_system_is_what_it_is_taken_for(self):
        self.assertEqual(self.sh("getconf GNU_LIBC_VERSION").strip(), f"glibc {self.glibc}")

    def test_archive(self):
        bin = self.unpack_archive()
        self.assert_purges(path=bin)
        described = json.loads(self.sh(f"{bin}/winnow describe PurgeExecutions"))
        self.assertIn("endDate", described["parameters"]["properties"])
        self.assertIn(f"/winnow-{VERSION}-linux-{self.arch}/", self.sh(f"ln -sf {bin}/winnow /usr/local/bin/linked; linked --version"))

    def test_debian_packages(self):
        names = [f"{package}_{VERSION}_{self.architecture}.deb" for package in ("libwinnow1", "winnow")]
        self.put(*names)
        self.sh("apt-get install -qq --no-install-recommends " + " ".join(f"./{name}" for name in names))
        self.assert_purges()
        self.assertIn("PurgeLogs", self.sh("ls /usr/share/winnow/manifests"))
        self.assertIn("dry\\-run", self.sh("zcat /usr/share/man/man1/winnow.1.gz"))
        self.sh("apt-get purge -qq winnow libwinnow1; test ! -e /usr/bin/winnow; test ! -e /usr/share/winnow")

    def test_wheel(self):
        name = f"winnow_kestra-{VERSION}-py3-none-manylinux_2_28_{self.arch}.whl"
        self.put(name)
        bin = self.unpack_archive()
        self.root.joinpath("root/host.py").write_text(snippet("python"))
        said = self.sh(f"""python3 -m venv venv
            venv/bin/pip install --quiet --no-index ./{name}
            mkdir -p python/storage && cd python
            {bin}/winnow-sample --database sqlite:kestra.db --executions 300 --storage storage --files 100 >/dev/null
            ../venv/bin/python ../host.py""")
        self.assertGreater(int(re.findall(r"'executionsCount': (\d+)", said)[-1]), 0)
        self.assertIn("PurgeLogs.yaml", self.sh("venv/bin/python -c 'import winnow; print(sorted(p.name for p in winnow.manifests().iterdir()))'"))


class Debian12(System):
    suite, glibc, packages = "bookworm", "2.36", ["fish", "gcc", "libc6-dev", "pkg-config", "python3-venv", "zsh"]

    def test_debian_development_package(self):
        names = [f"{package}_{VERSION}_{self.architecture}.deb" for package in ("libwinnow1", "winnow", "libwinnow-dev")]
        self.put(*names)
        self.sh("apt-get install -qq --no-install-recommends " + " ".join(f"./{name}" for name in names))
        purged = self.sh("""cc consumer.c $(pkg-config --cflags --libs winnow) -o consumer
            winnow-sample --database sqlite:kestra.db --executions 200 >/dev/null
            ./consumer .""")
        self.assertGreater(json.loads(purged)["executionsCount"], 0)

    def test_the_packages_completions_lie_where_each_shell_looks(self):
        names = [f"{package}_{VERSION}_{self.architecture}.deb" for package in ("libwinnow1", "winnow")]
        self.put(*names)
        shutil.copy(SOURCE / "tests/release/complete.zsh", self.root / "root")
        said = self.sh("apt-get install -qq --no-install-recommends " + " ".join(f"./{name}" for name in names) + """ >/dev/null
            zsh complete.zsh 'winnow call PurgeL'
            fish -c "complete -C 'winnow call PurgeL'"
            bash -c '. /usr/share/bash-completion/completions/winnow; complete -p winnow'""")
        self.assertEqual(said.split(), ["winnow", "call", "PurgeLogs", "PurgeLogs", "complete", "-o", "filenames", "-F", "_winnow", "winnow"])

    def test_a_system_that_can_not_run_it_says_so_in_a_sentence(self):
        bin = self.unpack_archive()
        for getconf, why in (("echo 'glibc 2.27'", r"this system has glibc 2\.27"), ("exit 1", "another C library")):
            with self.subTest(why):
                said = self.sh(f"""mkdir -p other; printf '#!/bin/sh\\n%s\\n' {shlex.quote(getconf)} >other/getconf; chmod +x other/getconf
                    PATH=/root/other:$PATH {bin}/winnow --version 2>&1 && exit 9; echo "status $?" """)
                self.assertRegex(said, rf"^winnow needs Linux with glibc 2\.28 or later .*{why}.*\nstatus 3\n$")


class Musl(unittest.TestCase):
    """A system with musl and BusyBox, like Alpine. The jar's and the wheel's words for the loader's: NativeLibrariesIT, python_test."""

    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="winnow-root."))
        self.addCleanup(run, SOURCE / "tests/release/root.sh", "remove", self.root)
        for name in ("bin", "proc", "dev", "root"):
            self.root.joinpath(name).mkdir()
        shutil.copy("/bin/busybox", self.root / "bin")
        shutil.copytree("/lib/x86_64-linux-musl", self.root / "lib")
        self.root.joinpath("lib/ld-musl-x86_64.so.1").symlink_to("libc.so")
        self.root.joinpath("bin/sh").symlink_to("busybox")
        for name in ("readlink", "env"):
            self.root.joinpath("bin", name).symlink_to("busybox")

    def inside(self, *command):
        return subprocess.run([SOURCE / "tests/release/root.sh", "run", self.root, *command], text=True, capture_output=True, check=False)

    def test_the_command_says_so_in_a_sentence(self):
        name = f"winnow-{VERSION}-linux-x86_64"
        run("tar", "xzf", DIST / f"{name}.tar.gz", "-C", self.root / "root")
        done = self.inside(f"/root/{name}/bin/winnow", "--version")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, r"^winnow needs Linux with glibc 2\.28 or later .*another C library \(musl, as Alpine has, can't run it\)\n$")

    def test_the_loader_says_what_the_jar_knows_it_by(self):
        run("musl-gcc", "-std=c11", "-D_GNU_SOURCE", f"-I{SOURCE}/abi", SOURCE / "tests/release/neighbours.c", "-o", self.root / "root/load")
        with tarfile.open(DIST / f"winnow-{VERSION}-linux-x86_64.tar.gz") as archive:
            library = archive.extractfile(f"winnow-{VERSION}-linux-x86_64/lib/libwinnow.so.1")
            self.root.joinpath("root/libwinnow.so").write_bytes(library.read())
        self.assertRegex(self.inside("/root/load", "/root/libwinnow.so", "/root", "1").stderr, "^Error loading shared library ld-linux-x86-64.so.2: ")


class OfJava:
    """A system with Temurin, and with a Kestra that has the jar in its plugins folder."""

    def test_jar_on_each_temurin(self):
        bin = self.unpack_archive()
        for home in os.environ["WINNOW_JAVA_HOMES"].split(":"):
            for bridge in ("jni", "ffm") if "/25" in home else ("jni",):
                with self.subTest(home=home, bridge=bridge):
                    said = self.sh(f"""{bin}/winnow-sample --database sqlite:kestra.db --executions 300 >/dev/null
                        {home}/bin/java --enable-native-access=ALL-UNNAMED -Dwinnow.bridge={bridge} -cp '{jars()}:{jars()}/lib/*' Host 2>&1
                        rm kestra.db""", binds=[home, jars()])
                    self.assertGreater(int(re.findall(r'"executionsCount":(\d+)', said)[-1]), 0)

    def test_plugin_in_kestra(self):
        java = os.environ["WINNOW_JAVA_HOMES"].split(":")[0]
        class_path = os.environ["WINNOW_KESTRA_CLASS_PATH"]
        repository = pathlib.Path.home() / ".m2/repository"
        said = self.sh(f"""export WINNOW_TEST_POSTGRES_URL={os.environ["WINNOW_TEST_POSTGRES_URL"]}
            {java}/bin/java -Dwinnow.plugins={DIST} -Dwinnow.source={SOURCE} -Dwinnow.build={SOURCE}/build/portable-x86_64 -Dwinnow.kestra=1.1.15 \\
              -Djava.io.tmpdir=/root -Dwinnow.log=OFF -cp '{class_path}' io.winnow.tests.Demo /root/kestra""", binds=[java, repository, SOURCE])
        self.assertIn("The execution is SUCCESS", said)
        self.assertGreater(max(map(int, re.findall(r'"executionsCount" : (\d+)', said))), 0)


class Debian11(OfJava, System):
    suite, glibc = "bullseye", "2.31"


class Ubuntu2204(OfJava, System):
    """What Kestra's own images are made of."""

    suite, glibc, packages = "jammy", "2.35", ["python3-venv", "tzdata"]


class Debian12OnArm(System):
    suite, architecture, glibc = "bookworm", "arm64", "2.36"

    def test_postgres(self):
        server = os.environ["WINNOW_TEST_POSTGRES_URL"]
        name = f"winnow_arm_{os.getpid()}"
        run("psql", "-q", "-c", f"CREATE DATABASE {name}", server)
        self.addCleanup(run, "psql", "-q", "-c", f"DROP DATABASE {name}", server)
        self.assert_purges(path=self.unpack_archive(), url=f"{server.rpartition('/')[0]}/{name}")


class Dist(unittest.TestCase):
    def test_it_is_complete(self):
        expected = {f"plugin-winnow-{VERSION}.jar", f"winnow-{VERSION}-source.tar.gz"}
        for arch, debian in (("x86_64", "amd64"), ("aarch64", "arm64")):
            expected |= {f"winnow-{VERSION}-linux-{arch}.tar.gz", f"winnow_kestra-{VERSION}-py3-none-manylinux_2_28_{arch}.whl"}
            expected |= {f"{package}_{VERSION}_{debian}.deb" for package in ("winnow", "libwinnow1", "libwinnow-dev")}
        published = {path.name for path in DIST.iterdir()}
        self.assertLessEqual(expected, published)
        for name in expected - {f"winnow-{VERSION}-source.tar.gz"}:
            self.assertIn(f"{name}.spdx.json", published)
        for artefact, kinds in (("winnow", ("", "-sources", "-javadoc")), ("plugin-winnow", ("", "-sources", "-javadoc"))):
            folder = DIST / f"maven/io/winnow/{artefact}/{VERSION}"
            for name in (f"{artefact}-{VERSION}.pom", *(f"{artefact}-{VERSION}{kind}.jar" for kind in kinds)):
                content = folder.joinpath(name).read_bytes()
                self.assertEqual(folder.joinpath(f"{name}.sha1").read_text().strip(), hashlib.sha1(content).hexdigest(), name)
            pom = folder.joinpath(f"{artefact}-{VERSION}.pom").read_text()
            self.assertNotIn("${revision}", pom)
            classes = self.names(folder / f"{artefact}-{VERSION}.jar")
            own = [name for name in classes if re.fullmatch(r"io/winnow/(kestra/)?[A-Z]\w+\.class", name) and ("kestra" in name) == (artefact != "winnow")]
            sources, pages = self.names(folder / f"{artefact}-{VERSION}-sources.jar"), self.names(folder / f"{artefact}-{VERSION}-javadoc.jar")
            self.assertTrue(own)
            self.assertLessEqual({name.replace(".class", ".java") for name in own}, sources)
            self.assertFalse([name for name in sources if name.endswith(".so")])
            self.assertIn("index.html" if artefact == "winnow" else "kestra.md", pages)  # the plugin has no API, but pages
        parent = DIST / f"maven/io/winnow/winnow-parent/{VERSION}/winnow-parent-{VERSION}.pom"
        self.assertIn("<name>Apache-2.0</name>", parent.read_text())
        self.assertTrue(list(DIST.glob("mariadb-connector-c-*.tar.gz")))  # the LGPL's terms

    def names(self, artefact):
        """The files in an artefact."""
        if artefact.name.endswith((".jar", ".whl")):
            with zipfile.ZipFile(artefact) as archive:
                return set(archive.namelist())
        if artefact.name.endswith(".deb"):
            listed = subprocess.run(["dpkg-deb", "--fsys-tarfile", artefact], check=True, capture_output=True).stdout
            return set(subprocess.run(["tar", "t"], input=listed, check=True, capture_output=True).stdout.decode().split())
        with tarfile.open(artefact) as archive:
            return set(archive.getnames())

    def test_manifests_are_found_without_loading_code(self):
        expected = {path.name for path in SOURCE.glob("manifests/*")}
        for pattern, folder in (("*-linux-*.tar.gz", "/share/winnow/manifests/"), ("libwinnow1_*.deb", "/usr/share/winnow/manifests/"),
                                ("*.whl", "winnow/manifests/"), ("*.jar", "io/winnow/manifests/"),
                                ("maven/io/winnow/winnow/*/winnow-*[0-9].jar", "io/winnow/manifests/")):
            artefacts = list(DIST.glob(pattern))
            self.assertTrue(artefacts, pattern)
            for artefact in artefacts:
                with self.subTest(artefact.name):
                    self.assertEqual({name.rpartition("/")[2] for name in self.names(artefact) if folder in name and not name.endswith("/")}, expected)

    def test_each_artefact_carries_its_papers(self):
        for artefact in [*DIST.glob("*.whl"), *DIST.glob("*-linux-*.tar.gz"), *DIST.glob("*.jar"), *DIST.glob("maven/io/winnow/winnow/*/winnow-*[0-9].jar")]:
            with self.subTest(artefact.name):
                self.assertLessEqual({"LICENSE", "NOTICE", "THIRD-PARTY", "winnow.spdx.json"}, {name.rpartition("/")[2] for name in self.names(artefact)})
        for artefact in DIST.glob("*.deb"):
            with self.subTest(artefact.name):
                doc = f"./usr/share/doc/{artefact.name.partition('_')[0]}"
                self.assertLessEqual({f"{doc}/copyright", f"{doc}/copyright.gz", f"{doc}/winnow.spdx.json"}, self.names(artefact))

    def test_checksums_cover_every_file(self):
        listed = dict(reversed(line.split("  ", 1)) for line in DIST.joinpath("SHA256SUMS").read_text().splitlines())
        found = {str(path.relative_to(DIST)): hashlib.sha256(path.read_bytes()).hexdigest()
                 for path in DIST.rglob("*") if path.is_file() and path.name != "SHA256SUMS"}
        self.assertEqual(listed, found)

    def test_the_jar_with_both_architectures_stays_below_15_mb(self):
        jar = DIST / f"plugin-winnow-{VERSION}.jar"
        self.assertLess(jar.stat().st_size, 15_000_000)
        names = run("unzip", "-Z1", jar)
        for arch in ("x86_64", "aarch64"):
            self.assertIn(f"io/winnow/native/linux-{arch}/libwinnow.so", names)


if __name__ == "__main__":
    DIST = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
