package io.winnow;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Where the native libraries lie: in the folder that the operator names, or unpacked from the jar into a new folder of this user alone.
 * The unpacked files are removed by {@link #close()}, once they are loaded: a loaded library needs its file no longer, and so
 * nothing stays behind, not even when the process is killed.
 */
final class NativeLibraries implements AutoCloseable {
    private static final String SUMS = "SHA256SUMS";
    private static final String NEEDED = "winnow needs Linux with glibc 2.28 or later (Debian 10, Ubuntu 18.10, RHEL 8 and what came after)";

    private final Path folder;
    private final List<Path> unpacked;

    private NativeLibraries(Path folder, List<Path> unpacked) {
        this.folder = folder;
        this.unpacked = unpacked;
    }

    static NativeLibraries find() {
        String folder = System.getProperty(Winnow.LIBRARY_PATH_PROPERTY);
        return folder == null ? unpack() : new NativeLibraries(Path.of(folder).toAbsolutePath(), List.of());
    }

    Path path(String library) {
        Path path = folder.resolve(library);
        if (!Files.isRegularFile(path)) throw new UnsatisfiedLinkError("there is no " + library + " in " + folder);
        return path;
    }

    @Override
    public void close() {
        if (unpacked.isEmpty()) return;
        try {
            for (Path file : unpacked) Files.deleteIfExists(file);
            Files.deleteIfExists(folder);
        } catch (IOException left) {
            folder.toFile().deleteOnExit();
        }
    }

    /** {@code linux-x86_64}: the name of the jar's folder for this machine. */
    static String platform(String system, String architecture) {
        String machine = architecture.equals("amd64") ? "x86_64" : architecture;
        return system.toLowerCase(Locale.ROOT) + "-" + machine;
    }

    /** The same error in words that say what to do, where the loader's own say what is wrong with the system. */
    static UnsatisfiedLinkError explained(UnsatisfiedLinkError failed) {
        String message = String.valueOf(failed.getMessage());
        String reason = null;
        if (message.contains("failed to map segment")) {
            reason = "the folder that winnow's libraries are unpacked to is mounted noexec: set java.io.tmpdir (now "
                + System.getProperty("java.io.tmpdir") + ") to one that is not, or " + Winnow.LIBRARY_PATH_PROPERTY
                + " to a folder that holds libwinnow.so and libwinnow_jni.so";
        } else if (message.contains("`GLIBC_")) {
            reason = NEEDED + "; this system has an older one";
        } else if (message.contains("ld-linux") || message.contains("Error relocating") || message.contains("musl")) {
            reason = NEEDED + "; this system has another C library (musl, as Alpine has, can't load it)";
        }
        if (reason == null) return failed;
        UnsatisfiedLinkError explained = new UnsatisfiedLinkError(reason + " (" + message + ")");
        explained.initCause(failed);
        return explained;
    }

    private static NativeLibraries unpack() {
        String place = "native/" + platform(System.getProperty("os.name"), System.getProperty("os.arch")) + "/";
        try {
            Map<String, byte[]> sums = sums(place);
            Path folder = Files.createTempDirectory("winnow-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            NativeLibraries libraries = new NativeLibraries(folder, sums.keySet().stream().map(folder::resolve).toList());
            try {
                for (Map.Entry<String, byte[]> sum : sums.entrySet()) unpack(place, sum.getKey(), sum.getValue(), folder);
            } catch (IOException | RuntimeException | Error failed) {
                libraries.close();
                throw failed;
            }
            return libraries;
        } catch (IOException failed) {
            throw new UncheckedIOException("winnow's native library could not be unpacked to " + System.getProperty("java.io.tmpdir")
                + "; set java.io.tmpdir to another folder, or " + Winnow.LIBRARY_PATH_PROPERTY + " to one that holds it", failed);
        }
    }

    /** File names and their digests, as sha256sum writes them. */
    private static Map<String, byte[]> sums(String place) throws IOException {
        Map<String, byte[]> sums = new HashMap<>();
        try (InputStream in = NativeLibraries.class.getResourceAsStream(place + SUMS)) {
            if (in == null) {
                throw new UnsatisfiedLinkError("this jar holds no winnow library for " + place.substring("native/".length(), place.length() - 1)
                    + " (the released one has linux-x86_64 and linux-aarch64); build one and set " + Winnow.LIBRARY_PATH_PROPERTY
                    + " to its folder");
            }
            for (String line : new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList()) {
                String[] parts = line.split(" +\\*?", 2);
                sums.put(parts[1], HexFormat.of().parseHex(parts[0]));
            }
        }
        return sums;
    }

    private static void unpack(String place, String name, byte[] sum, Path folder) throws IOException {
        if (name.contains("/")) throw new IOException("a file name with a slash in " + SUMS + ": " + name);
        Path file = folder.resolve(name);
        try (InputStream in = NativeLibraries.class.getResourceAsStream(place + name)) {
            if (in == null) throw new IOException("the jar lacks " + place + name);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(Set.copyOf(PosixFilePermissions.fromString("rw-------"))));
            Files.write(file, in.readAllBytes(), StandardOpenOption.WRITE);
        }
        // What will be loaded is what is checked: the file as it now lies on the disk.
        if (!Arrays.equals(sum, sha256(Files.readAllBytes(file)))) {
            throw new IOException(file + " is not what the jar's " + SUMS + " says: the jar is damaged");
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
