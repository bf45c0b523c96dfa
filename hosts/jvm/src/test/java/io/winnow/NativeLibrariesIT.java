package io.winnow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
        for (String name : List.of("libpq.so.5", "libmariadb.so.3", "caching_sha2_password.so", "libssl.so.3", "libyaml-cpp.so.0.7")) {
            List<String> from = mapped.stream().filter(path -> path.endsWith("/" + name)).toList();
            assertTrue(!from.isEmpty() && from.stream().allMatch(path -> path.contains("/winnow-")), () -> name + " comes from " + from);
        }
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
