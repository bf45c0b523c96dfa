package io.winnow.tests;

import io.kestra.core.storages.FileAttributes;
import io.kestra.core.storages.StorageInterface;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.implementation.InvocationHandlerAdapter;
import net.bytebuddy.matcher.ElementMatchers;

/** Storages of Kestra as its plugins have them, with what they do not do. The releases differ in methods that these tests don't need. */
final class Storages {
    private Storages() {}

    /** The calls of StorageInterface that removing files needs. */
    interface Removing {
        boolean exists(String tenant, String namespace, URI uri) throws Exception;

        List<URI> allByPrefix(String tenant, String namespace, URI prefix, boolean includeDirectories) throws Exception;

        List<URI> deleteByPrefix(String tenant, String namespace, URI prefix) throws Exception;

        List<FileAttributes> list(String tenant, String namespace, URI uri) throws Exception;
    }

    /** A storage of a class of that name. */
    static StorageInterface named(String simpleName, Removing removing) throws Exception {
        InvocationHandler handler = (self, method, arguments) -> {
            try {
                return Removing.class.getMethod(method.getName(), method.getParameterTypes()).invoke(removing, arguments);
            } catch (NoSuchMethodException other) {
                if (method.getName().equals("close")) return null;
                throw new UnsupportedOperationException(method.toString());
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        };
        return (StorageInterface) new ByteBuddy().subclass(Object.class).name("io.winnow.tests.made." + simpleName).implement(StorageInterface.class)
            .method(ElementMatchers.isDeclaredBy(StorageInterface.class).or(ElementMatchers.named("close"))).intercept(InvocationHandlerAdapter.of(handler))
            .make().load(Storages.class.getClassLoader()).getLoaded().getDeclaredConstructor().newInstance();
    }

    static FileAttributes attributes(String name, boolean isFolder) {
        Map<String, Object> known = Map.of("getFileName", name, "getType", isFolder ? FileAttributes.FileType.Directory : FileAttributes.FileType.File);
        return (FileAttributes) Proxy.newProxyInstance(Storages.class.getClassLoader(), new Class<?>[] {FileAttributes.class},
            (self, method, arguments) -> known.get(method.getName()));
    }

    /**
     * As Kestra's object stores: names become URIs without being encoded, and deleteByPrefix deletes one page of a listing, then makes
     * URIs of what it has deleted (kestra-io/storage-s3 v1.4.0). Its objects are the files of a folder.
     */
    static class Paged implements Removing {
        private final Path root;
        private final int page;

        Paged(Path root, int page) {
            this.root = root;
            this.page = page;
        }

        @Override
        public boolean exists(String tenant, String namespace, URI uri) throws Exception {
            return false;  // an object store has no folders
        }

        @Override
        public List<URI> allByPrefix(String tenant, String namespace, URI prefix, boolean includeDirectories) throws Exception {
            return keys(tenant, prefix).stream().map(key -> URI.create("kestra:///" + key)).toList();
        }

        @Override
        public List<URI> deleteByPrefix(String tenant, String namespace, URI prefix) throws Exception {
            List<String> deleted = keys(tenant, prefix).stream().limit(page).toList();
            for (String key : deleted) delete(tenant, key);
            return deleted.stream().map(key -> URI.create("kestra:///" + key)).toList();
        }

        @Override
        public List<FileAttributes> list(String tenant, String namespace, URI uri) throws Exception {
            List<FileAttributes> children = new ArrayList<>();
            try (Stream<Path> all = Files.list(root.resolve(tenant).resolve(uri.getPath().substring(1)))) {
                all.forEach(child -> children.add(attributes(child.getFileName().toString(), Files.isDirectory(child))));
            }
            return children;
        }

        void delete(String tenant, String key) throws IOException {
            Files.delete(root.resolve(tenant).resolve(key));
        }

        private List<String> keys(String tenant, URI prefix) throws IOException {
            Path base = root.resolve(tenant);
            Path folder = base.resolve(prefix.getPath().substring(1));
            if (!Files.exists(folder)) return List.of();
            try (Stream<Path> all = Files.walk(folder)) {
                return all.filter(Files::isRegularFile).map(file -> base.relativize(file).toString()).sorted().toList();
            }
        }
    }
}
