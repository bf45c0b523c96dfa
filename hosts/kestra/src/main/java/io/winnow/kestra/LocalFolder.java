package io.winnow.kestra;

import io.kestra.core.storages.StorageInterface;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
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
    private String device;
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
        walk(false);
    }

    /** @throws IOException that names the file which stays; InterruptedIOException where the thread was interrupted */
    void remove() throws IOException {
        for (int pass = 1; ; pass++) {
            try {
                walk(true);
                return;
            } catch (DirectoryNotEmptyException filled) {
                if (pass == PASSES) throw filled;
            }
        }
    }

    /** Below the folder that holds it each name is taken in its open folder: nobody leads the walk elsewhere by a link that he sets meanwhile. */
    private void walk(boolean removes) throws IOException {
        try (SecureDirectoryStream<Path> above = (SecureDirectoryStream<Path>) Files.newDirectoryStream(folder.getParent())) {
            device = deviceOf(above.getFileAttributeView(BasicFileAttributeView.class).readAttributes());
            if (isFolder(above, folder)) {
                walkInto(above, folder, removes);
            } else if (attributesOf(above, folder) != null) {
                throw new NotDirectoryException(folder.toString());
            }
        } catch (NoSuchFileException gone) {
            // Nothing was ever written there, or somebody else has removed it.
        }
    }

    private void walkInto(SecureDirectoryStream<Path> above, Path entered, boolean removes) throws IOException {
        try (SecureDirectoryStream<Path> entries = above.newDirectoryStream(entered.getFileName(), LinkOption.NOFOLLOW_LINKS)) {
            walkThrough(entries, removes);
        } catch (NoSuchFileException gone) {
            return;
        } catch (DirectoryIteratorException failed) {
            throw failed.getCause();
        } catch (FileSystemException failed) {
            throw at(entered, failed);
        }
        if (removes) remove(above, entered, SecureDirectoryStream::deleteDirectory);
    }

    private void walkThrough(SecureDirectoryStream<Path> entries, boolean removes) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path entry : entries) {
            if (isFolder(entries, entry)) {
                walkInto(entries, entry, removes);
            } else {
                files.add(entry);
            }
        }
        Set<Path> sidecars = sidecars(files);
        // The sidecars first: one that outlived its file would be taken for a file by the next run.
        if (removes) for (Path sidecar : sidecars) remove(entries, sidecar);
        for (Path file : files) {
            if (!sidecars.contains(file) && (!removes || remove(entries, file))) this.files++;
        }
    }

    /** What lies on another file system is no file of an execution. */
    private boolean isFolder(SecureDirectoryStream<Path> entries, Path entry) throws IOException {
        BasicFileAttributes attributes = attributesOf(entries, entry);
        if (attributes == null || !attributes.isDirectory()) return false;
        if (deviceOf(attributes).equals(device)) return true;
        throw new FileSystemException(entry.toString(), null, "is a mount point: what is mounted on it is no file of an execution, and stays; unmount it");
    }

    /** "(dev=fe01,ino=42)" is a file's key on Unix. */
    private static String deviceOf(BasicFileAttributes attributes) {
        String key = String.valueOf(attributes.fileKey());
        return key.substring(0, Math.max(0, key.indexOf(',')));
    }

    /** null: it is gone. */
    private static BasicFileAttributes attributesOf(SecureDirectoryStream<Path> entries, Path entry) throws IOException {
        try {
            return entries.getFileAttributeView(entry.getFileName(), BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS).readAttributes();
        } catch (NoSuchFileException gone) {
            return null;
        } catch (FileSystemException failed) {
            throw at(entry, failed);
        }
    }

    private interface Removal {
        void of(SecureDirectoryStream<Path> above, Path name) throws IOException;
    }

    private static boolean remove(SecureDirectoryStream<Path> above, Path file) throws IOException {
        if (Thread.currentThread().isInterrupted()) throw new InterruptedIOException("interrupted before " + file);
        return remove(above, file, SecureDirectoryStream::deleteFile);
    }

    /** False: somebody else has removed it. */
    private static boolean remove(SecureDirectoryStream<Path> above, Path place, Removal removal) throws IOException {
        try {
            removal.of(above, place.getFileName());
            return true;
        } catch (NoSuchFileException gone) {
            return false;
        } catch (FileSystemException failed) {
            throw at(place, failed);
        }
    }

    /** Names in a folder that is open stand without it in a failure. */
    private static IOException at(Path place, FileSystemException failed) {
        if (failed.getFile() != null && failed.getFile().startsWith("/")) return failed;
        return switch (failed) {
            case AccessDeniedException denied -> new AccessDeniedException(place.toString());
            case DirectoryNotEmptyException filled -> new DirectoryNotEmptyException(place.toString());
            case NotDirectoryException file -> new NotDirectoryException(place.toString());
            default -> new FileSystemException(place.toString(), null, failed.getReason());
        };
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
