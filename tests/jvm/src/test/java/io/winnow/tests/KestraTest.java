package io.winnow.tests;

import static io.winnow.tests.Kestra.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.flows.State;
import io.kestra.core.plugins.PluginScanner;
import io.kestra.core.plugins.RegisteredPlugin;
import io.kestra.core.serializers.FileSerde;
import io.kestra.core.storages.StorageInterface;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The plugin's jar in the real Kestra: its scanner, executor, worker, storage and logs, over a PostgreSQL with executions. */
class KestraTest {
    private static final Path SOURCE = Path.of(System.getProperty("winnow.source"), "tests", "jvm");
    private static Path plugins;
    private static Postgres postgres;
    private static Kestra kestra;

    @BeforeAll
    static void start() throws Exception {
        plugins = Files.createTempDirectory("winnow-plugins");
        try (var jars = Files.newDirectoryStream(Path.of(System.getProperty("winnow.plugins")), "plugin-winnow-*.jar")) {
            for (Path jar : jars) Files.copy(jar, plugins.resolve(jar.getFileName()));
        }
        postgres = new Postgres("winnow_kestra");
        kestra = new Kestra(plugins, SOURCE.resolve("flows"));
        // From here on the server says that it keeps its executions in PostgreSQL, and winnow is told nothing else.
        kestra.set("server", Map.of("kestra.repository.type", "postgres", "datasources.postgres.url", postgres.jdbcUrl(),
            "datasources.postgres.username", postgres.user(), "datasources.postgres.password", postgres.password()));
    }

    @AfterAll
    static void stop() throws Exception {
        if (kestra != null) kestra.close();
        if (postgres != null) postgres.close();
    }

    @BeforeEach
    void fill() throws Exception {
        postgres.clear();
        postgres.addExecutions("done", "company.team", "SUCCESS", 25);
        postgres.addExecutions("below", "company.team.a", "FAILED", 5);
        postgres.addExecutions("running", "company.team", "RUNNING", 2);
        postgres.addExecutions("other", "company.teamster", "SUCCESS", 3);
        putFile("done-0", "a/b.txt");
        putFile("done-0", "c.txt");
        putFile("running-0", "stays.txt");
    }

    private static URI file(String execution, String name) {
        return URI.create("kestra:///company/team/nightly-run/executions/" + execution + "/" + name);
    }

    private static void putFile(String execution, String name) throws Exception {
        kestra.bean(StorageInterface.class).put("main", "company.team", file(execution, name), new ByteArrayInputStream(new byte[] {1}));
    }

    private static boolean hasFile(String execution, String name) {
        return kestra.bean(StorageInterface.class).exists("main", "company.team", file(execution, name));
    }

    @Test
    void kestraFindsAndDocumentsTheTasks() {
        List<RegisteredPlugin> found = new PluginScanner(KestraTest.class.getClassLoader()).scan(plugins);
        assertThat(found).hasSize(1);
        RegisteredPlugin plugin = found.getFirst();
        assertThat(plugin.title()).isEqualTo("winnow");
        assertThat(plugin.group()).isEqualTo("io.winnow.kestra");
        assertThat(plugin.icon("plugin-icon")).isNotNull();
        assertThat(plugin.getTasks()).extracting(Class::getSimpleName).contains("Doctor", "ListExecutions", "ListLogs", "ListMetrics",
            "PurgeExecutions", "PurgeLogs", "PurgeMetrics", "Run");
    }

    @Test
    void aFlowPurgesTheServersOwnDatabaseAndStorage() throws Exception {
        Execution execution = kestra.run("company.ops", "clean");
        assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(State.Type.SUCCESS);

        Map<String, Object> before = Kestra.outputs(execution, "before");
        assertThat((List<?>) before.get("rows")).hasSize(3);
        assertThat(before.get("cursor")).isNotNull();
        assertThat(Kestra.outputs(execution, "purge")).containsEntry("executionsCount", 30).containsEntry("logsCount", 60)
            .containsEntry("metricsCount", 30).containsEntry("storagesCount", 2);
        assertThat(Kestra.outputs(execution, "after")).containsEntry("size", 2);

        assertThat(postgres.number("SELECT count(*) FROM executions")).isEqualTo(5);
        assertThat(postgres.number("SELECT count(*) FROM logs")).isEqualTo(10);
        assertThat(hasFile("done-0", "c.txt") || hasFile("done-0", "a/b.txt")).isFalse();
        assertThat(hasFile("running-0", "stays.txt")).isTrue();
        eventually(() ->
            assertThat(kestra.metrics(execution)).contains("executionsCount=30", "storagesCount=2", "size=2"));
    }

    @Test
    void storeWritesAFileThatKestraReads() throws Exception {
        Execution execution = kestra.run("company.team", "store");
        assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(State.Type.SUCCESS);
        Map<String, Object> outputs = Kestra.outputs(execution, "list");
        assertThat(outputs).containsEntry("size", 64);
        URI uri = URI.create(outputs.get("uri").toString());
        assertThat(uri.toString()).startsWith("kestra:///company/team/store/executions/").endsWith(".ion");
        try (var reader = new BufferedReader(new InputStreamReader(
                kestra.bean(StorageInterface.class).get("main", "company.team", uri), StandardCharsets.UTF_8))) {
            List<Object> rows = FileSerde.readAll(reader).collectList().block();
            assertThat(rows).hasSize(64);
            assertThat(rows.toString()).contains("message=grüße 🐟 \"0\"");
        }
    }

    @Test
    void anyTaskRunsByItsName() throws Exception {
        Execution execution = kestra.run("company.team", "by-name");
        assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(State.Type.SUCCESS);
        assertThat(Kestra.outputs(execution, "call")).containsEntry("result", Map.of("size", 32));
    }

    @Test
    void aWrongParameterIsNamedInTheLog() throws Exception {
        Execution execution = kestra.run("company.team", "wrong");
        assertThat(execution.getState().getCurrent()).isEqualTo(State.Type.FAILED);
        eventually(() ->
            assertThat(messages(execution)).contains("INVALID_PARAMETER").contains("/endDate").contains("yesterday"));
    }

    @Test
    void theOperatorsPolicyHolds() throws Exception {
        postgres.addExecutions("bill", "company.billing", "SUCCESS", 1);
        kestra.set("operator", Map.of("winnow.policy.protect", List.of("company.billing")));
        try {
            Execution execution = kestra.run("company.team", "denied");
            assertThat(execution.getState().getCurrent()).isEqualTo(State.Type.FAILED);
            eventually(() -> assertThat(messages(execution)).contains("DENIED"));
        } finally {
            kestra.unset("operator");
        }
        assertThat(postgres.number("SELECT count(*) FROM logs WHERE namespace = 'company.billing'")).isEqualTo(2);
    }

    @Test
    void timeoutEndsTheStatementAndTheSession() throws Exception {
        endsWhileBlocked("timeout", State.Type.FAILED);
    }

    @Test
    void killEndsTheStatementAndTheSession() throws Exception {
        endsWhileBlocked("kill", State.Type.KILLED);
    }

    /** Another session holds the table all the while: only a cancelled statement can end. */
    private void endsWhileBlocked(String flow, State.Type state) throws Exception {
        try (Connection blocker = postgres.session()) {
            blocker.setAutoCommit(false);
            blocker.createStatement().execute("LOCK TABLE logs IN ACCESS EXCLUSIVE MODE");
            Execution execution = kestra.run("company.team", flow);
            assertThat(execution.findTaskRunsByTaskId("purge").getFirst().getState().getCurrent()).isEqualTo(state);
            eventually(() -> assertThat(postgres.strangers()).isZero());
        }
        assertThat(postgres.number("SELECT count(*) FROM logs")).isEqualTo(70);
    }

    private static String messages(Execution execution) {
        try {
            return String.join("\n", kestra.logs(execution));
        } catch (Exception failed) {
            return failed.toString();
        }
    }
}
