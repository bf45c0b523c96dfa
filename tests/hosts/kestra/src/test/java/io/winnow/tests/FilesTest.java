package io.winnow.tests;

import static io.winnow.tests.Kestra.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.flows.State;
import io.kestra.core.storages.FileAttributes;
import io.kestra.core.storages.StorageInterface;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of executions in the real Kestra: as installed, through the server's own storage, and what is said when something stays. */
class FilesTest {
    /** Names that people's files have, and that Kestra's storages can't write as URIs (kestra-io/kestra#16071, #13299, #5589). */
    private static final List<String> NAMES = List.of("File Test.md", "a[1].csv", "a+b%20.txt", "grüße 🐟.txt", "line\nbreak.txt",
        "sub folder/x y.csv", "plain.txt");
    private static final String FOLDER = "company/team/nightly-run/executions/";
    private static final String OWN = "files: winnow removes them itself";
    private static final String HOST = "files: the host removes them";
    private static final String FLOW = """
        id: %s
        namespace: company.ops
        tasks:
          - id: purge
            type: io.winnow.kestra.PurgeExecutions
            namespace: company.team
            endDate: "2026-02-01T00:00:00Z"
            states: [SUCCESS]
            %s
        """;

    @TempDir
    static Path folder;
    private static Database postgres;
    private static Kestra kestra;

    @BeforeAll
    static void start() throws Exception {
        postgres = Database.postgres("winnow_files");
        kestra = new Kestra("files", folder);
        kestra.keepsExecutionsIn(postgres);
        kestra.flow(FLOW.formatted("files", "batchSize: 100"));
        kestra.flow(FLOW.formatted("dry", "dryRun: true"));
        kestra.flow(FLOW.formatted("small", "batchSize: 1"));
        kestra.flow(FLOW.formatted("short", "batchSize: 1\n    timeout: PT5S"));
    }

    @AfterAll
    static void stop() throws Exception {
        if (kestra != null) kestra.close();
        if (postgres != null) postgres.close();
    }

    @BeforeEach
    void fill() throws Exception {
        postgres.clear();
        postgres.addExecutions("done", "company.team", "SUCCESS", 3);
        FileUtils.deleteDirectory(folder.resolve("main").toFile());
        put("done-0/a.txt");
        put("done-2/b.txt");
    }

    @AfterEach
    void asInstalled() {
        kestra.unset("way");
    }

    private static void put(String file) throws IOException {
        Path path = folder.resolve("main").resolve(FOLDER).resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, new byte[] {1});
    }

    private static List<Path> left() throws IOException {
        try (Stream<Path> all = Files.walk(folder.resolve("main"))) {
            return all.filter(Files::isRegularFile).toList();
        }
    }

    private static void throughTheHost() {
        kestra.set("way", Map.of("winnow.storage.type", "host"));
    }

    private static Execution run(String flow, State.Type state) throws Exception {
        Execution execution = kestra.run("company.ops", flow);
        assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(state);
        return execution;
    }

    private static Map<String, Object> outputs(Execution execution) throws Exception {
        return kestra.outputs(execution, "purge");
    }

    private static void says(Execution execution, String... texts) throws Exception {
        eventually(() -> assertThat(messages(execution)).contains(texts));
    }

    private static String messages(Execution execution) {
        try {
            return String.join("\n", kestra.logs(execution));
        } catch (Exception failed) {
            return failed.toString();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OWN, HOST})
    void filesOfAnyNameGo(String way) throws Exception {
        if (way.equals(HOST)) throughTheHost();
        for (String name : NAMES) put("done-1/" + name);
        put("done-1/File Test.md.metadata");  // Kestra's own, beside a file
        Files.createDirectories(folder.resolve("main").resolve(FOLDER).resolve("done-1/empty/folder"));
        assertThat(outputs(run("dry", State.Type.SUCCESS))).containsEntry("storagesCount", NAMES.size() + 2);
        assertThat(left()).hasSize(NAMES.size() + 3);
        Execution execution = run("files", State.Type.SUCCESS);
        assertThat(outputs(execution)).containsEntry("executionsCount", 3).containsEntry("storagesCount", NAMES.size() + 2);
        assertThat(left()).isEmpty();
        assertThat(folder.resolve("main").resolve(FOLDER).resolve("done-1")).doesNotExist();
        says(execution, way);
        assertThat(messages(execution).split("files: ", -1)).as("it is said once").hasSize(2);
    }

    /** The page of the server's plugin is 100 files: it deletes no more at a time. */
    @Test
    void removingGoesOnUntilTheStorageListsNothingMore() throws Exception {
        for (int i = 0; i < 1_500; i++) put("done-1/f" + i);
        try (AutoCloseable other = kestra.keepsFilesIn(Storages.named("PagedStorage", new Storages.Paged(folder, 100)))) {
            Execution execution = run("files", State.Type.SUCCESS);
            assertThat(outputs(execution)).containsEntry("executionsCount", 3).containsEntry("storagesCount", 1_502);
            says(execution, HOST + ", because Kestra's storage is of type \"io.winnow.tests.made.PagedStorage\"");
        }
        assertThat(left()).isEmpty();
    }

    /** Kestra marks each folder that it writes to, and its object stores show no other: such as what another tool has put there. */
    @Test
    void filesInAFolderThatTheStorageDoesNotShowGoToo() throws Exception {
        put("done-1/sub folder/x y.csv");
        StorageInterface storage = Storages.named("MarkedStorage", new Storages.Paged(folder, 100) {
            @Override
            public List<FileAttributes> list(String tenant, String namespace, URI uri) throws Exception {
                return super.list(tenant, namespace, uri).stream().filter(each -> each.getType() == FileAttributes.FileType.File).toList();
            }
        });
        try (AutoCloseable other = kestra.keepsFilesIn(storage)) {
            assertThat(outputs(run("files", State.Type.SUCCESS))).containsEntry("executionsCount", 3);
        }
        assertThat(left()).isEmpty();
    }

    /** However few processors there are. */
    @Test
    void aStorageThatMakesWaitIsAskedForTheExecutionsOfARequestSideBySide() throws Exception {
        int together = 8;
        postgres.addExecutions("slow", "company.team", "SUCCESS", 40);
        AtomicInteger now = new AtomicInteger();
        CountDownLatch reached = new CountDownLatch(1);
        StorageInterface storage = Storages.named("SlowStorage", new Storages.Paged(folder, 1_000) {
            @Override
            public List<URI> allByPrefix(String tenant, String namespace, URI prefix, boolean includeDirectories) throws Exception {
                if (now.incrementAndGet() == together) reached.countDown();
                reached.await(200, TimeUnit.MILLISECONDS);  // the first requests have fewer
                now.decrementAndGet();
                return super.allByPrefix(tenant, namespace, prefix, includeDirectories);
            }
        });
        try (AutoCloseable other = kestra.keepsFilesIn(storage)) {
            assertThat(outputs(run("files", State.Type.SUCCESS))).containsEntry("executionsCount", 43).containsEntry("storagesCount", 2);
        }
        assertThat(reached.getCount()).isZero();
    }

    /** Its plugin deletes such files, and fails afterwards. */
    @Test
    void namesThatTheServersPluginCantSpellGoToo() throws Exception {
        for (String name : NAMES) put("done-1/" + name);
        try (AutoCloseable other = kestra.keepsFilesIn(Storages.named("PagedStorage", new Storages.Paged(folder, 2)))) {
            assertThat(outputs(run("dry", State.Type.SUCCESS))).containsEntry("storagesCount", NAMES.size() + 2);
            assertThat(outputs(run("files", State.Type.SUCCESS))).containsEntry("executionsCount", 3).containsEntry("storagesCount", NAMES.size() + 2);
        }
        assertThat(left()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"files", "small"})
    void oneThatCantBeRemovedIsNamedAndKeepsNobodyElse(String flow) throws Exception {
        put("done-1/first.txt");
        put("done-1/held.txt");
        StorageInterface storage = Storages.named("HeldStorage", new Storages.Paged(folder, 1_000) {
            @Override
            void delete(String tenant, String key) throws IOException {
                if (key.endsWith("held.txt")) throw new IOException("held by someone");
                super.delete(tenant, key);
            }
        });
        try (AutoCloseable other = kestra.keepsFilesIn(storage)) {
            Execution execution = run(flow, State.Type.FAILED);
            assertThat(outputs(execution)).containsEntry("executionsCount", 2).containsEntry("storagesCount", 3).containsEntry("logsCount", 4);
            says(execution, "done-1", "held by someone", "PurgeExecutions: executionsCount 2");
        }
        assertThat(left()).extracting(path -> path.getFileName().toString()).containsExactly("held.txt");
        assertThat(postgres.number("SELECT count(*) FROM executions WHERE key = 'done-1'")).isEqualTo(1);
        assertThat(postgres.number("SELECT count(*) FROM logs WHERE execution_id = 'done-1'")).isEqualTo(2);
        assertThat(postgres.number("SELECT count(*) FROM executions")).isEqualTo(1);
    }

    /** So it is when a request's time ends just then, which a slow bucket's does often. */
    @Test
    void aPageThatWentCountsAlsoWhenTheLookAfterItFails() throws Exception {
        for (int i = 0; i < 250; i++) put("done-1/f" + i);
        AtomicInteger looks = new AtomicInteger();
        StorageInterface storage = Storages.named("BrokenStorage", new Storages.Paged(folder, 100) {
            @Override
            public List<URI> allByPrefix(String tenant, String namespace, URI prefix, boolean includeDirectories) throws Exception {
                if (prefix.getPath().contains("done-1") && looks.incrementAndGet() == 2) throw new IOException("a listing was cut off");
                return super.allByPrefix(tenant, namespace, prefix, includeDirectories);
            }
        });
        try (AutoCloseable other = kestra.keepsFilesIn(storage)) {
            Execution execution = run("files", State.Type.FAILED);
            assertThat(outputs(execution)).containsEntry("executionsCount", 2).containsEntry("storagesCount", 102);
            says(execution, "done-1", "a listing was cut off");
            assertThat(outputs(run("files", State.Type.SUCCESS))).containsEntry("executionsCount", 1).containsEntry("storagesCount", 150);
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void aStorageThatBreaksIsToldOfAndWhatWasCommittedToo() throws Exception {
        put("done-1/a.txt");
        StorageInterface storage = Storages.named("BrokenStorage", new Storages.Paged(folder, 1_000) {
            @Override
            public List<URI> allByPrefix(String tenant, String namespace, URI prefix, boolean includeDirectories) throws Exception {
                if (prefix.getPath().contains("done-1")) throw new NoClassDefFoundError("of the plugin");
                return super.allByPrefix(tenant, namespace, prefix, includeDirectories);
            }
        });
        try (AutoCloseable other = kestra.keepsFilesIn(storage)) {
            Execution execution = run("small", State.Type.FAILED);
            assertThat(outputs(execution)).containsEntry("executionsCount", 2).containsEntry("storagesCount", 2);
            says(execution, "done-1", "of the plugin");
        }
        assertThat(postgres.number("SELECT count(*) FROM executions")).isEqualTo(1);
    }

    /** The storage hangs at the last of three executions, until the task's timeout is over. */
    @Test
    void atATimeoutTheOutputsSayWhatWasCommitted() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        StorageInterface storage = Storages.named("HangingStorage", new Storages.Paged(folder, 1_000) {
            @Override
            public List<URI> allByPrefix(String tenant, String namespace, URI prefix, boolean includeDirectories) throws Exception {
                if (prefix.getPath().contains("done-2")) never.await();
                return super.allByPrefix(tenant, namespace, prefix, includeDirectories);
            }
        });
        try (AutoCloseable other = kestra.keepsFilesIn(storage)) {
            kestra.set("way", Map.of("winnow.storage.hold-time", 1_000));
            Execution execution = run("short", State.Type.FAILED);
            assertThat(outputs(execution)).containsEntry("executionsCount", 2).containsEntry("storagesCount", 1);
            says(execution, "PurgeExecutions: executionsCount 2");
        }
        assertThat(postgres.number("SELECT count(*) FROM executions")).isEqualTo(1);
    }

    /**
     * Kestra interrupts the thread of a task that its kill() has not ended. The deletion of the last of three executions takes longer
     * than any test.
     */
    @ParameterizedTest
    @ValueSource(strings = {OWN, HOST})
    void anInterruptedTaskEndsItsStatementAndSaysWhatWasCommitted(String way) throws Exception {
        if (way.equals(HOST)) throughTheHost();
        postgres.execute("CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3600); RETURN NULL; END'");
        postgres.execute("CREATE TRIGGER sleep AFTER DELETE ON executions FOR EACH ROW WHEN (OLD.key = 'done-2') EXECUTE FUNCTION sleep()");
        try {
            endsWhenInterrupted(() -> assertThat(postgres.number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")).isPositive());
        } finally {
            postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'");
            postgres.execute("DROP FUNCTION sleep CASCADE");
        }
    }

    /** The request under way has its time first. */
    @Test
    void aTaskThatIsInterruptedWhileItsStorageHangsEndsToo() throws Exception {
        CountDownLatch hangs = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        StorageInterface storage = Storages.named("HangingStorage", new Storages.Paged(folder, 1_000) {
            @Override
            public List<URI> deleteByPrefix(String tenant, String namespace, URI prefix) throws Exception {
                if (!prefix.getPath().contains("done-2")) return super.deleteByPrefix(tenant, namespace, prefix);
                hangs.countDown();
                never.await();
                throw new AssertionError("it waits until it is interrupted");
            }
        });
        try (AutoCloseable other = kestra.keepsFilesIn(storage)) {
            kestra.set("way", Map.of("winnow.storage.hold-time", 1_000));
            endsWhenInterrupted(() -> assertThat(hangs.getCount()).isZero());
        }
    }

    private static void endsWhenInterrupted(Kestra.Assertion isInTheMiddle) throws Exception {
        FutureTask<Execution> running = new FutureTask<>(() -> kestra.run("company.ops", "small"));
        new Thread(running).start();
        eventually(isInTheMiddle);
        threadOfTheTask().interrupt();
        Execution execution = running.get();
        assertThat(execution.getState().getCurrent()).isEqualTo(State.Type.FAILED);
        assertThat(outputs(execution)).containsEntry("executionsCount", 2).containsEntry("logsCount", 4).containsEntry("metricsCount", 2)
            .containsEntry("storagesCount", 1);
        says(execution, "CANCELLED", "PurgeExecutions: executionsCount 2");
        eventually(() -> assertThat(postgres.strangers()).isZero());
        assertThat(left()).extracting(path -> path.getFileName().toString()).containsExactly("b.txt");
        for (String rows : List.of("executions WHERE key = 'done-2'", "metrics WHERE execution_id = 'done-2'")) {
            assertThat(postgres.number("SELECT count(*) FROM " + rows)).as(rows).isEqualTo(1);
        }
        assertThat(postgres.number("SELECT count(*) FROM executions")).isEqualTo(1);
        assertThat(postgres.number("SELECT count(*) FROM logs WHERE execution_id = 'done-2'")).isEqualTo(2);
    }

    private static Thread threadOfTheTask() {
        return Thread.getAllStackTraces().entrySet().stream()
            .filter(each -> Stream.of(each.getValue()).anyMatch(call -> call.getClassName().equals("io.winnow.kestra.WinnowTask")))
            .map(Map.Entry::getKey).findFirst().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {OWN, HOST})
    void aStorageWithoutTheTenantIsRefusedUnlessThatIsAllowed(String way) throws Exception {
        if (way.equals(HOST)) throughTheHost();
        FileUtils.deleteDirectory(folder.resolve("main").toFile());
        for (String flow : List.of("dry", "files")) {
            Execution execution = run(flow, State.Type.FAILED);
            says(execution, "CONFIGURATION", "nothing was deleted", "storage.allow-missing: true");
            assertThat(messages(execution)).as("no counts, no line of them").doesNotContain("PurgeExecutions: ");
        }
        assertThat(postgres.number("SELECT count(*) FROM executions")).isEqualTo(3);
        kestra.set("way", way.equals(HOST) ? Map.of("winnow.storage.allow-missing", true, "winnow.storage.type", "host")
            : Map.of("winnow.storage.allow-missing", true));
        assertThat(outputs(run("files", State.Type.SUCCESS))).containsEntry("executionsCount", 3).containsEntry("storagesCount", 0);
        Files.createDirectories(folder.resolve("main"));
    }

    /** A server on S3, whose plugin deletes a page of 1,000 at a time and can't spell some names. */
    @ParameterizedTest
    @ValueSource(strings = {OWN, HOST})
    void aServersBucketIsEmptiedToo(String way) throws Exception {
        try (Bucket bucket = new Bucket(); AutoCloseable other = kestra.keepsFilesIn(Storages.named("S3Storage", bucket))) {
            Map<String, Object> settings = bucket.settings();
            if (way.equals(HOST)) settings.put("winnow.storage.type", "host");
            kestra.set("way", settings);
            List<String> names = NAMES.stream().filter(name -> !name.contains("\n")).toList();  // versitygw refuses that one
            for (String name : names) bucket.put("main/" + FOLDER + "done-0/" + name);
            bucket.put("main/" + FOLDER + "done-0/sub folder/");  // Kestra's marker of the folder
            for (int i = 0; i < 1_500; i++) bucket.put("main/" + FOLDER + "done-1/f" + i);
            bucket.put("main/" + FOLDER + "done-10/other");
            Execution execution = run("files", State.Type.SUCCESS);
            assertThat(outputs(execution)).containsEntry("executionsCount", 3).containsEntry("storagesCount", names.size() + 1_500);
            assertThat(bucket.keys("main/")).containsExactly("main/" + FOLDER + "done-10/other");
            says(execution, way);
        }
    }

    /** What the settings say of a bucket can be of no use to winnow: then the server's own storage is. */
    @Test
    void aBucketThatOnlyTheServerCanReachIsLeftToIt() throws Exception {
        StorageInterface storage = Storages.named("S3Storage", new Storages.Paged(folder, 1_000));
        try (AutoCloseable other = kestra.keepsFilesIn(storage)) {
            for (Map<String, Object> more : List.<Map<String, Object>>of(Map.of("kestra.storage.s3.sts-role-arn", "arn:aws:iam::1:role/kestra"),
                    Map.of("kestra.storage.s3.endpoint", "http://127.0.0.1:1"))) {
                fill();
                Map<String, Object> settings = new java.util.HashMap<>(Map.of("kestra.storage.type", "s3", "kestra.storage.s3.bucket", "b",
                    "kestra.storage.s3.access-key", "a", "kestra.storage.s3.secret-key", "s"));
                settings.putAll(more);
                kestra.set("way", settings);
                Execution execution = run("files", State.Type.SUCCESS);
                assertThat(outputs(execution)).containsEntry("storagesCount", 2);
                says(execution, HOST + ", because ");
                kestra.unset("way");
            }
        }
    }
}
