package io.winnow.kestra;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kestra.core.storages.StorageInterface;
import io.winnow.WinnowHost;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;

/** Removes executions' files through the storage that the server itself uses, of whatever type it is. */
final class KestraFiles implements WinnowHost.FileRemover {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final StorageInterface storage;

    KestraFiles(StorageInterface storage) {
        this.storage = storage;
    }

    @Override
    public long remove(String json) throws IOException {
        JsonNode request = MAPPER.readTree(json);
        String tenant = request.path("tenant").textValue();
        long files = 0;
        for (JsonNode execution : request.path("executions")) {
            files += remove(tenant, execution.path("namespace").asText(), folder(execution.path("path").asText()),
                request.path("dryRun").asBoolean());
        }
        return files;
    }

    /** The slash at the end keeps object stores from taking `.../abc` for the beginning of `.../abcd` too. */
    private static URI folder(String path) throws IOException {
        try {
            return new URI("kestra", "", "/" + path + "/", null);
        } catch (URISyntaxException broken) {
            throw new IOException(broken);
        }
    }

    private long remove(String tenant, String namespace, URI folder, boolean dryRun) throws IOException {
        boolean local = isLocal();
        // Local storage writes a warning for each folder that it is asked to list and does not find; most executions have none.
        if (local && !storage.exists(tenant, namespace, folder)) return 0;
        long files = storage.allByPrefix(tenant, namespace, folder, false).size();
        if (dryRun) return files;
        storage.deleteByPrefix(tenant, namespace, folder);
        // It also says nothing when a file can't be deleted.
        if (local && storage.exists(tenant, namespace, folder)) throw new IOException("files stay in " + folder.getPath());
        return files;
    }

    private boolean isLocal() {
        return storage.getClass().getSimpleName().equals("LocalStorage");
    }
}
