package io.winnow.tests;

import io.kestra.core.storages.FileAttributes;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The bucket of WINNOW_TEST_S3_URL, which a server's script prints, and what Kestra's storage-s3 v1.4.0 does with one. */
final class Bucket implements Storages.Removing, AutoCloseable {
    private final URI server = URI.create(System.getenv("WINNOW_TEST_S3_URL"));
    private final String[] keys = server.getUserInfo().split(":");
    private final String name = server.getPath().substring(1);
    private final String path = "kestra-" + ProcessHandle.current().pid();
    private final S3Client client = S3Client.builder().endpointOverride(URI.create(endpoint())).region(Region.US_EAST_1).forcePathStyle(true)
        .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(keys[0], keys[1])))
        .httpClient(UrlConnectionHttpClient.create()).build();

    private String endpoint() {
        return "http://" + server.getHost() + ":" + server.getPort();
    }

    /** The settings of a server that keeps its files here. */
    Map<String, Object> settings() {
        String s3 = "kestra.storage.s3.";
        return new TreeMap<>(Map.of("kestra.storage.type", "s3", s3 + "bucket", name, s3 + "endpoint", endpoint(), s3 + "region", "us-east-1",
            s3 + "access-key", keys[0], s3 + "secret-key", keys[1], s3 + "force-path-style", true, s3 + "path", path));
    }

    void put(String key) {
        RequestBody content = key.endsWith("/") ? RequestBody.empty() : RequestBody.fromString("x");
        client.putObject(request -> request.bucket(name).key(path + "/" + key), content);
    }

    /** All below a prefix, without the path. */
    List<String> keys(String prefix) {
        return client.listObjectsV2Paginator(request -> request.bucket(name).prefix(path + "/" + prefix)).contents().stream()
            .map(S3Object::key).filter(key -> !key.endsWith("/")).map(key -> key.substring(path.length() + 1)).toList();
    }

    private String prefix(String tenant, URI uri) {
        return path + "/" + tenant + uri.getPath();
    }

    @Override
    public boolean exists(String tenant, String namespace, URI uri) {
        return false;
    }

    @Override
    public List<URI> allByPrefix(String tenant, String namespace, URI uri, boolean includeDirectories) {
        String prefix = prefix(tenant, uri);
        return client.listObjectsV2Paginator(request -> request.bucket(name).prefix(prefix)).contents().stream().map(S3Object::key)
            .filter(key -> key.length() > prefix.length() && (includeDirectories || !key.endsWith("/")))
            .map(key -> URI.create("kestra://" + uri.getPath() + key.substring(prefix.length()))).toList();
    }

    /** One page, and no encoding of what is in it. */
    @Override
    public List<URI> deleteByPrefix(String tenant, String namespace, URI uri) {
        List<ObjectIdentifier> page = client.listObjects(request -> request.bucket(name).prefix(prefix(tenant, uri))).contents().stream()
            .map(object -> ObjectIdentifier.builder().key(object.key()).build()).toList();
        if (page.isEmpty()) return List.of();
        return client.deleteObjects(request -> request.bucket(name).delete(deletion -> deletion.objects(page))).deleted().stream()
            .map(object -> URI.create("kestra://" + object.key())).toList();
    }

    /** What lies in the folder itself; of folders those that have a marker. */
    @Override
    public List<FileAttributes> list(String tenant, String namespace, URI uri) {
        String prefix = prefix(tenant, uri);
        return client.listObjectsV2Paginator(request -> request.bucket(name).prefix(prefix)).contents().stream()
            .map(object -> object.key().substring(prefix.length())).filter(key -> key.matches("[^/]+/?"))
            .map(key -> Storages.attributes(key.replaceFirst("/$", ""), key.endsWith("/"))).toList();
    }

    @Override
    public void close() {
        for (S3Object object : client.listObjectsV2Paginator(request -> request.bucket(name).prefix(path + "/")).contents()) {
            client.deleteObject(request -> request.bucket(name).key(object.key()));
        }
        client.close();
    }
}
