package io.winnow.kestra;

import io.kestra.core.storages.FileAttributes;
import io.kestra.core.storages.StorageInterface;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of one execution in Kestra's own storage. */
final class ExecutionFolder {
    private static final String SIDECAR = ".metadata";

    private final StorageInterface storage;
    private final String tenant;
    private final String namespace;
    private final String path;

    /** @param path under the tenant's root, as the library gives it */
    ExecutionFolder(StorageInterface storage, String tenant, String namespace, String path) {
        this.storage = storage;
        this.tenant = tenant;
        this.namespace = namespace;
        this.path = path;
    }

    /** @param error why files stay; null where none does */
    record Result(long files, String error) {}

    static boolean isLocal(StorageInterface storage) {
        return storage.getClass().getSimpleName().equals("LocalStorage");
    }

    Result count() {
        try {
            return new Result(listed().files, null);
        } catch (Exception | LinkageError failed) {  // a plugin may lack a class
            return new Result(0, failed.toString());
        }
    }

    /**
     * Deletes until the storage lists nothing more. A plugin may delete one page of a listing at a time, and one that can't spell a
     * file's name as a URI fails after it has deleted it (kestra-io/kestra#16071, #13299).
     */
    Result remove() {
        Listing before = new Listing(0, 0);
        Listing left = before;
        try {
            before = listed();
            left = before;
            while (left.all > 0) {
                Exception failure = delete();
                Listing now = listed();
                if (now.all >= left.all) throw stays(now, failure);
                left = now;
            }
            return new Result(before.files, null);
        } catch (Exception | LinkageError failed) {
            return new Result(before.files - left.files, failed.toString());
        }
    }

    private IOException stays(Listing left, Exception failure) throws IOException {
        String what = left.files + " of its files stay in the server's storage";
        return failure == null ? new IOException(what) : new IOException(what + ": " + failure, failure);
    }

    private Exception delete() {
        try {
            // Its deleteByPrefix ends at a name that is no URI, and says nothing of what can't be deleted.
            if (isLocal(storage)) {
                storage.delete(tenant, namespace, folder());
            } else {
                storage.deleteByPrefix(tenant, namespace, folder());
            }
            return null;
        } catch (Exception failed) {
            return failed;
        }
    }

    /** @param files how many there are @param all with the markers or folders that hold them */
    private record Listing(long files, long all) {}

    private Listing listed() throws Exception {
        if (isLocal(storage)) return onDisk();
        try {
            List<URI> found = storage.allByPrefix(tenant, namespace, folder(), true);
            return new Listing(found.stream().filter(uri -> !uri.getPath().endsWith("/")).count(), found.size());
        } catch (IllegalArgumentException unspellable) {
            long files = filesBelow("");
            return new Listing(files, files);
        }
    }

    /** Folder by folder: this way names never become URIs. */
    private long filesBelow(String below) throws Exception {
        long files = 0;
        for (FileAttributes each : storage.list(tenant, namespace, uri(path + "/" + below))) {
            boolean isFolder = each.getType() == FileAttributes.FileType.Directory;
            files += isFolder ? filesBelow(below + each.getFileName() + "/") : 1;
        }
        return files;
    }

    /** Local storage lists no name that is not a URI, so its folder is read as it lies there. */
    private Listing onDisk() throws Exception {
        if (!storage.exists(tenant, namespace, folder())) return new Listing(0, 0);
        Path base = ((Path) storage.getClass().getMethod("getBasePath").invoke(storage)).toAbsolutePath();
        try (Stream<Path> walk = Files.walk((tenant == null ? base : base.resolve(tenant)).resolve(path))) {
            List<Path> all = walk.toList();
            return new Listing(all.stream().filter(file -> !Files.isDirectory(file) && !isSidecar(file)).count(), all.size());
        }
    }

    private static boolean isSidecar(Path file) {
        String name = file.toString();
        return name.endsWith(SIDECAR) && Files.isRegularFile(Path.of(name.substring(0, name.length() - SIDECAR.length())));
    }

    /** The slash at the end keeps object stores from taking `.../abc` for the beginning of `.../abcd` too. */
    private URI folder() throws URISyntaxException {
        return uri(path + "/");
    }

    private static URI uri(String path) throws URISyntaxException {
        return new URI("kestra", "", "/" + path, null);
    }
}
