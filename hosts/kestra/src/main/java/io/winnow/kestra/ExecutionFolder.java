package io.winnow.kestra;

import io.kestra.core.storages.FileAttributes;
import io.kestra.core.storages.StorageInterface;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * The files of one execution in Kestra's own storage.
 *
 * @param path under the tenant's root, as the library gives it
 */
record ExecutionFolder(StorageInterface storage, String tenant, String namespace, String path) {
    /** @param error why files stay; null where none does */
    record Result(long files, String error) {}

    Result count() {
        try {
            if (!LocalFolder.isLocal(storage)) return new Result(listed().files, null);
            LocalFolder folder = LocalFolder.of(storage, tenant, path);
            folder.count();
            return new Result(folder.files(), null);
        } catch (Exception | LinkageError failed) {  // a plugin may lack a class
            return new Result(0, failed.toString());
        }
    }

    Result remove() {
        return LocalFolder.isLocal(storage) ? removeOnDisk() : removeFromStore();
    }

    private Result removeOnDisk() {
        LocalFolder folder = null;
        try {
            folder = LocalFolder.of(storage, tenant, path);
            folder.remove();
            return new Result(folder.files(), null);
        } catch (Exception | LinkageError failed) {
            return new Result(folder == null ? 0 : folder.files(), failed.toString());
        }
    }

    /**
     * Deletes until the storage lists nothing more. A plugin may delete one page of a listing at a time, and one that can't spell a
     * file's name as a URI fails after it has deleted it (kestra-io/kestra#16071, #13299).
     */
    private Result removeFromStore() {
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
                if (left.all > 0 && Thread.currentThread().isInterrupted()) throw new InterruptedIOException("interrupted");
            }
            return new Result(before.files, null);
        } catch (Exception | LinkageError failed) {
            return new Result(before.files - leftAfter(left).files, failed.toString());
        }
    }

    /** After a failure or an interruption: where that came between a deletion and the look after it, what the deletion took counts too. */
    private Listing leftAfter(Listing known) {
        if (known.all == 0) return known;
        boolean interrupted = Thread.interrupted();
        try {
            return listed();
        } catch (Exception | LinkageError unknown) {
            return known;
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    private IOException stays(Listing left, Exception failure) throws IOException {
        String what = left.files == 0 ? "a file stays in the server's storage" : left.files + " of its files stay in the server's storage";
        return failure == null ? new IOException(what) : new IOException(what + ": " + failure, failure);
    }

    private Exception delete() {
        try {
            storage.deleteByPrefix(tenant, namespace, folder());
            return null;
        } catch (Exception failed) {
            return failed;
        }
    }

    /** @param files how many there are @param all with the markers that hold them */
    private record Listing(long files, long all) {}

    private Listing listed() throws Exception {
        try {
            List<URI> found = storage.allByPrefix(tenant, namespace, folder(), true);
            return new Listing(found.stream().filter(uri -> !uri.getPath().endsWith("/")).count(), found.size());
        } catch (IllegalArgumentException unspellable) {
            long files = filesBelow("");
            return new Listing(files, Math.max(files, 1));  // that one is there, whatever can be seen folder by folder
        }
    }

    /**
     * Folder by folder: this way names never become URIs. An object store's plugin may show no folder that has no marker, which Kestra
     * writes and other tools don't: what is in there is deleted, and not counted.
     */
    private long filesBelow(String below) throws Exception {
        long files = 0;
        for (FileAttributes each : storage.list(tenant, namespace, uri(path + "/" + below))) {
            boolean isFolder = each.getType() == FileAttributes.FileType.Directory;
            files += isFolder ? filesBelow(below + each.getFileName() + "/") : 1;
        }
        return files;
    }

    /** The slash at the end keeps object stores from taking `.../abc` for the beginning of `.../abcd` too. */
    private URI folder() throws URISyntaxException {
        return uri(path + "/");
    }

    private static URI uri(String path) throws URISyntaxException {
        return new URI("kestra", "", "/" + path, null);
    }
}
