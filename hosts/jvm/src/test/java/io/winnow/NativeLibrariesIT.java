package io.winnow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the native libraries come out of the jar, or from where the operator has them. */
class NativeLibrariesIT {
    @TempDir
    Path folder;

    @AfterEach
    void forgetTheFolder() {
        System.clearProperty(Winnow.LIBRARY_PATH_PROPERTY);
    }

    @Test
    void unpacksForThisUserAloneAndLeavesNothing() throws IOException {
        Path unpacked;
        try (NativeLibraries libraries = NativeLibraries.find()) {
            Path library = libraries.path("libwinnow.so");
            unpacked = library.getParent();
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(unpacked)));
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(library)));
        }
        assertFalse(Files.exists(unpacked));
    }

    @Test
    void takesTheFolderThatTheOperatorNames() throws IOException {
        System.setProperty(Winnow.LIBRARY_PATH_PROPERTY, folder.toString());
        UnsatisfiedLinkError missing = assertThrows(UnsatisfiedLinkError.class, () -> NativeLibraries.find().path("libwinnow.so"));
        assertTrue(missing.getMessage().contains(folder.toString()), missing::getMessage);
        Path own = Files.createFile(folder.resolve("libwinnow.so"));
        try (NativeLibraries libraries = NativeLibraries.find()) {
            assertEquals(own, libraries.path("libwinnow.so"));
        }
        assertTrue(Files.exists(own));
    }

    @Test
    void refusesADamagedJar() throws Exception {
        Path jar = Path.of(NativeLibraries.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path damaged = Files.copy(jar, folder.resolve("damaged.jar"));
        try (FileSystem inside = FileSystems.newFileSystem(damaged)) {
            Path library = inside.getPath("io/winnow/native/" + NativeLibraries.platform("Linux", "amd64") + "/libwinnow.so");
            byte[] bytes = Files.readAllBytes(library);
            bytes[bytes.length / 2] ^= 1;
            Files.write(library, bytes);
        }
        try (OtherLoader loader = new OtherLoader(damaged)) {
            Throwable refused = loader.opening();
            assertTrue(refused instanceof UncheckedIOException && refused.getCause().getMessage().contains("damaged"), refused::toString);
        }
        try (OtherLoader loader = new OtherLoader(jar)) {
            assertEquals(null, loader.opening());
        }
    }

    /** A server has none of what winnow was built with; all of it but glibc travels along. */
    @Test
    void needsNothingOfTheSystemButGlibc() throws IOException {
        Winnow.buildInfo();
        List<String> mapped;
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            mapped = lines.map(line -> line.replaceFirst(".* /", "/").replace(" (deleted)", "")).distinct().toList();
        }
        List<String> ours = mapped.stream().filter(path -> path.contains("/winnow-")).map(path -> path.replaceFirst(".*/", "")).toList();
        assertTrue(ours.contains("libwinnow.so"), ours::toString);
        for (String name : List.of("libpq", "libmariadb", "libssl", "libcrypto", "libcurl", "libsqlite3.so", "libyaml-cpp", "libc++", "libstdc++.so")) {
            assertFalse(ours.stream().anyMatch(file -> file.startsWith(name)), () -> name + " lies beside winnow: " + ours);
        }
    }

    @Test
    void saysWhatTheSystemLacks() {
        String noexec = explained("/tmp/winnow-1/libwinnow_jni.so: failed to map segment from shared object");
        assertTrue(noexec.contains("noexec") && noexec.contains("java.io.tmpdir") && noexec.contains("winnow.library.path"), noexec);
        String old = explained("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.28' not found (required by /tmp/winnow-1/libwinnow.so)");
        assertTrue(old.startsWith("winnow needs Linux with glibc 2.28 or later") && old.contains("an older one"), old);
        String musl = explained("Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /tmp/winnow-1/libwinnow.so)");
        assertTrue(musl.contains("another C library (musl"), musl);
        UnsatisfiedLinkError other = new UnsatisfiedLinkError("there is no libwinnow.so in /opt");
        assertSame(other, NativeLibraries.explained(other));
    }

    /** Java's own lookup says only that it can't. */
    @Test
    void theForeignBridgeSaysWhyALibraryCantBeLoaded() throws IOException {
        assumeTrue(Runtime.version().feature() >= 22, "FFM");
        Path file = Files.createTempFile("libwinnow", ".so");
        try {
            UnsatisfiedLinkError failed = assertThrows(UnsatisfiedLinkError.class, () -> ForeignBridge.load(file));
            assertTrue(failed.getMessage().contains("file too short"), failed::getMessage);
        } finally {
            Files.delete(file);
        }
    }

    private static String explained(String loaders) {
        return NativeLibraries.explained(new UnsatisfiedLinkError(loaders)).getMessage();
    }

    /** The classes of a jar once more, apart from this test's own. */
    private static final class OtherLoader extends URLClassLoader {
        OtherLoader(Path jar) throws Exception {
            super(urls(jar), ClassLoader.getPlatformClassLoader());
        }

        private static URL[] urls(Path jar) throws Exception {
            String[] path = System.getProperty("java.class.path").split(File.pathSeparator);
            URL[] urls = new URL[path.length + 1];
            urls[0] = jar.toUri().toURL();
            for (int i = 0; i < path.length; i++) urls[i + 1] = Path.of(path[i]).toUri().toURL();
            return urls;
        }

        /** What goes wrong when the library is opened; null when nothing does. */
        Throwable opening() throws ReflectiveOperationException {
            try {
                loadClass("io.winnow.Winnow").getMethod("buildInfo").invoke(null);
                return null;
            } catch (InvocationTargetException failed) {
                Throwable cause = failed.getCause();
                return cause instanceof ExceptionInInitializerError ? cause.getCause() : cause;
            }
        }
    }
}
