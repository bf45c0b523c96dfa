package io.winnow.kestra;

import io.kestra.core.storages.StorageInterface;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A folder of Kestra's local storage, taken as it lies on the disk. That storage's own calls can't list a name that is no URI
 * (kestra-io/kestra#16071), don't say which file stays or why, and walk through a folder once more to count what went.
 */
final class LocalFolder {
    private static final String SIDECAR = ".metadata";
    /** A folder that somebody fills meanwhile is walked through again so many times. */
    private static final int PASSES = 16;

    private final Path folder;
    private long files;

    private LocalFolder(Path folder) {
        this.folder = folder;
    }

    static boolean isLocal(StorageInterface storage) {
        return storage.getClass().getSimpleName().equals("LocalStorage");
    }

    /** @param path under the tenant's root */
    static LocalFolder of(StorageInterface storage, String tenant, String path) throws ReflectiveOperationException {
        Path base = ((Path) storage.getClass().getMethod("getBasePath").invoke(storage)).toAbsolutePath();
        Path below = tenant == null ? Path.of(path) : Path.of(tenant, path);
        if (below.isAbsolute() || !below.normalize().equals(below)) throw new IllegalArgumentException(below + " leads out of the storage");
        return new LocalFolder(base.resolve(below));
    }

    /** How many files were counted, or are gone: also after a failure. Folders and what Kestra keeps beside a file don't count. */
    long files() {
        return files;
    }

    void count() throws IOException {
        Files.walkFileTree(folder, new Visitor(false));
    }

    /** @throws IOException that names the file which stays; InterruptedIOException where the thread was interrupted */
    void remove() throws IOException {
        for (int pass = 1; ; pass++) {
            try {
                Files.walkFileTree(folder, new Visitor(true));
                return;
            } catch (DirectoryNotEmptyException filled) {
                if (pass == PASSES) throw filled;
            }
        }
    }

    /** Follows no link. */
    private final class Visitor extends SimpleFileVisitor<Path> {
        private final boolean removes;
        /** Of each folder that the walk is in, the files that it has met there. */
        private final Deque<List<Path>> met = new ArrayDeque<>();

        Visitor(boolean removes) {
            this.removes = removes;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path entered, BasicFileAttributes attributes) {
            met.push(new ArrayList<>());
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (met.isEmpty()) throw new IOException(file + " is no folder");
            met.peek().add(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failed) throws IOException {
            if (failed instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
            throw failed;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path left, IOException failed) throws IOException {
            if (failed != null) throw failed;
            List<Path> all = met.pop();
            Set<Path> sidecars = sidecars(all);
            // The sidecars first: one that outlived its file would be taken for a file by the next run.
            if (removes) for (Path sidecar : sidecars) Files.deleteIfExists(sidecar);
            for (Path file : all) {
                if (!sidecars.contains(file) && (!removes || remove(file))) files++;
            }
            if (removes) Files.deleteIfExists(left);
            return FileVisitResult.CONTINUE;
        }

        private boolean remove(Path file) throws IOException {
            if (Thread.currentThread().isInterrupted()) throw new InterruptedIOException("interrupted before " + file);
            return Files.deleteIfExists(file);
        }

        /** Kestra keeps {@code <file>.metadata} beside a file. */
        private static Set<Path> sidecars(List<Path> all) {
            if (all.stream().noneMatch(file -> file.toString().endsWith(SIDECAR))) return Set.of();
            Set<String> names = new HashSet<>();
            all.forEach(file -> names.add(file.toString()));
            Set<Path> sidecars = new HashSet<>();
            for (Path file : all) {
                String name = file.toString();
                if (name.endsWith(SIDECAR) && names.contains(name.substring(0, name.length() - SIDECAR.length()))) sidecars.add(file);
            }
            return sidecars;
        }
    }
}
