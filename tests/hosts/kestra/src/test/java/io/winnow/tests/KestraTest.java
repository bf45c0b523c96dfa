package io.winnow.tests;

import static io.winnow.tests.Kestra.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kestra.core.docs.JsonSchemaGenerator;
import io.kestra.core.models.annotations.Example;
import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.models.flows.State;
import io.kestra.core.models.tasks.Output;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.models.tasks.Task;
import io.kestra.core.plugins.PluginScanner;
import io.kestra.core.plugins.RegisteredPlugin;
import io.kestra.core.runners.RunContextFactory;
import io.kestra.core.serializers.FileSerde;
import io.kestra.core.storages.StorageInterface;
import io.kestra.core.utils.TestsUtils;
import io.micronaut.context.env.yaml.YamlPropertySourceLoader;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The plugin's jar in the real Kestra: its scanner, executor, worker, storage and logs, over a PostgreSQL with executions. */
class KestraTest {
    private static final Path SOURCE = Path.of(System.getProperty("winnow.source"), "tests", "hosts", "kestra");
    private static final List<String> FILES = List.of("/company/team/nightly-run/executions/done-0/a/b.txt",
        "/company/team/nightly-run/executions/done-0/c.txt", "/company/team/nightly-run/executions/running-0/stays.txt");
    private static final ObjectMapper MAPPER = new ObjectMapper();
    @TempDir
    static Path folder;
    private static Database postgres;
    private static Kestra kestra;

    @BeforeAll
    static void start() throws Exception {
        postgres = Database.postgres("winnow_kestra");
        kestra = new Kestra("kestra", storage());
        kestra.load(SOURCE.resolve("flows"));
        kestra.keepsExecutionsIn(postgres);
    }

    @AfterAll
    static void stop() throws Exception {
        if (kestra != null) kestra.close();
        if (postgres != null) postgres.close();
    }

    @BeforeEach
    void fill() throws Exception {
        fill(postgres);
        FileUtils.deleteDirectory(storage().resolve("main").toFile());
        for (String file : FILES) {
            kestra.bean(StorageInterface.class).put("main", "company.team", URI.create("kestra://" + file), new ByteArrayInputStream(new byte[] {1}));
        }
    }

    private static void fill(Database database) throws Exception {
        database.clear();
        database.addExecutions("done", "company.team", "SUCCESS", 25);
        database.addExecutions("below", "company.team.a", "FAILED", 5);
        database.addExecutions("running", "company.team", "RUNNING", 2);
        database.addExecutions("other", "company.teamster", "SUCCESS", 3);
    }

    private static Path storage() {
        return folder.resolve("storage");
    }

    private static URI file(String execution, String name) {
        return URI.create("kestra:///company/team/nightly-run/executions/" + execution + "/" + name);
    }

    private static boolean hasFile(String execution, String name) {
        return kestra.bean(StorageInterface.class).exists("main", "company.team", file(execution, name));
    }

    @Test
    void kestraFindsATaskForEachOfTheLibrarys() throws Exception {
        RegisteredPlugin plugin = plugin();
        assertThat(plugin.title()).isEqualTo("winnow");
        assertThat(plugin.group()).isEqualTo("io.winnow.kestra");
        assertThat(plugin.icon("plugin-icon")).isNotNull();
        List<String> expected = new ArrayList<>(List.of("Run"));
        JsonNode all = MAPPER.readTree(new Command(folder, "describe").run());
        all.path("tasks").forEach(task -> expected.add(task.path("name").asText()));
        assertThat(expected).contains("ListExecutions", "PurgeExecutions");
        assertThat(plugin.getTasks()).extracting(Class::getSimpleName).containsExactlyInAnyOrderElementsOf(expected);
    }

    /** What the editor and the plugin's page show: every property with its title, and examples that are flows. */
    @Test
    void everyTaskIsDocumented() throws Exception {
        JsonSchemaGenerator schemas = kestra.bean(JsonSchemaGenerator.class);
        for (Class<? extends Task> task : plugin().getTasks()) {
            JsonNode schema = MAPPER.valueToTree(schemas.properties(Task.class, task));
            assertThat(schema.path("title").asText()).as(task.getName()).isNotBlank();
            for (Field field : task.getDeclaredFields()) {
                assertThat(schema.at("/properties/" + field.getName() + "/title").asText()).as(field.toString()).isNotBlank();
            }
            Plugin annotation = task.getAnnotation(Plugin.class);
            assertThat(annotation.examples()).as(task.getName()).isNotEmpty();
            for (Example example : annotation.examples()) kestra.flow(String.join("\n", example.code()));
        }
    }

    /** Kestra 2.0 knows by its interface SystemTask which tasks need the server's database, as its own purges do, and keeps them from workers apart (case B16). */
    @Test
    void everyTaskRunsWhereTheServersDatabaseIs() throws Exception {
        boolean isMarked = !System.getProperty("winnow.kestra").startsWith("1.");
        String name = "io.kestra.core.models.tasks.SystemTask";
        if (!isMarked) {
            assertThatThrownBy(() -> Class.forName(name, false, Task.class.getClassLoader())).isInstanceOf(ClassNotFoundException.class);
            return;
        }
        Class<?> ofKestra = Class.forName(name, false, Task.class.getClassLoader());
        assertThat(ofKestra).isAssignableFrom(Class.forName("io.kestra.plugin.core.execution.PurgeExecutions"));
        for (Class<? extends Task> task : plugin().getTasks()) assertThat(ofKestra).isAssignableFrom(task);
    }

    private static RegisteredPlugin plugin() throws Exception {
        List<RegisteredPlugin> found = new PluginScanner(KestraTest.class.getClassLoader()).scan(Kestra.plugins());
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void aFlowPurgesTheServersOwnDatabaseAndStorage() throws Exception {
        Execution execution = kestra.run("company.ops", "clean");
        assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(State.Type.SUCCESS);

        Map<String, Object> before = kestra.outputs(execution, "before");
        assertThat((List<?>) before.get("rows")).hasSize(3);
        assertThat(before.get("cursor")).isNotNull();
        assertThat(kestra.outputs(execution, "purge")).containsEntry("executionsCount", 30).containsEntry("logsCount", 60)
            .containsEntry("metricsCount", 30).containsEntry("storagesCount", 2);
        assertThat(kestra.outputs(execution, "after")).containsEntry("size", 2);

        assertThat(postgres.number("SELECT count(*) FROM executions")).isEqualTo(5);
        assertThat(postgres.number("SELECT count(*) FROM logs")).isEqualTo(10);
        assertThat(hasFile("done-0", "c.txt") || hasFile("done-0", "a/b.txt")).isFalse();
        assertThat(hasFile("running-0", "stays.txt")).isTrue();
        eventually(() -> {
            assertThat(kestra.metrics(execution)).contains("executionsCount=30", "storagesCount=2", "size=2");
            assertThat(messages(execution)).contains("PurgeExecutions: executionsCount 30, logsCount 60, metricsCount 30")
                .as("each line is a row of Kestra's").doesNotContain("\"batch\"");
        });
    }

    /** The flow of docs/retention.md: what the dry run counts is what the command counts, and what goes once somebody has approved. */
    @Test
    void aPolicyIsPlannedApprovedAndApplied() throws Exception {
        addForThePolicy();
        FlowWithSource flow = kestra.flow(approvedFlow());
        Execution paused = kestra.runUntilPaused("company.ops", "approved");
        Map<String, Object> plan = kestra.outputs(paused, "plan");
        Command dryRun = new Command(folder, "call", "ApplyRetention", "--params", parametersOf(flow)).on(postgres);
        for (String file : FILES) dryRun.putFile("main" + file);
        JsonNode command = MAPPER.readTree(dryRun.run());
        long before = postgres.number("SELECT count(*) FROM executions");
        assertThat((int) plan.get("executionsCount")).isGreaterThan(10);
        for (String count : List.of("executionsCount", "logsCount", "metricsCount", "storagesCount")) {
            assertThat(plan.get(count)).as(count).isEqualTo(command.path(count).asInt());
        }
        assertThat(MAPPER.<JsonNode>valueToTree(plan.get("rules")).findValuesAsText("rule")).isEqualTo(command.path("rules").findValuesAsText("rule"));

        Execution execution = kestra.approve(paused, flow, "approval");
        assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(State.Type.SUCCESS);
        Map<String, Object> applied = kestra.outputs(execution, "apply");
        for (String same : List.of("executionsCount", "logsCount", "metricsCount", "planId")) {
            assertThat(applied.get(same)).as(same).isEqualTo(plan.get(same));
        }
        assertThat(postgres.number("SELECT count(*) FROM executions")).isEqualTo(before - (int) plan.get("executionsCount"));
        assertThat(postgres.number("SELECT count(*) FROM executions WHERE namespace = 'company.billing.eu'")).isEqualTo(3);
        assertThat(postgres.number("SELECT count(*) FROM executions WHERE namespace = 'company.dev'")).isEqualTo(20);
    }

    @Test
    void whatIsNotWhatWasApprovedStays() throws Exception {
        addForThePolicy();
        FlowWithSource flow = kestra.flow(approvedFlow());
        Execution paused = kestra.runUntilPaused("company.ops", "approved");
        postgres.addExecutions("more", "company.sales", "SUCCESS", 10);
        long before = postgres.number("SELECT count(*) FROM executions");
        Execution execution = kestra.approve(paused, flow, "approval");
        assertThat(execution.getState().getCurrent()).isEqualTo(State.Type.FAILED);
        eventually(() -> assertThat(messages(execution)).contains("were planned", "`maxDrift`"));
        assertThat(postgres.number("SELECT count(*) FROM executions")).isEqualTo(before);
    }

    private static void addForThePolicy() throws Exception {
        postgres.addExecutions("billing", "company.billing.eu", "SUCCESS", 3);
        postgres.addExecutions("dev", "company.dev", "SUCCESS", 25);
    }

    private static String approvedFlow() throws Exception {
        String page = Files.readString(Path.of(System.getProperty("winnow.source"), "docs", "retention.md"));
        int start = page.indexOf("# approved.yaml");
        return page.substring(start, page.indexOf("```", start));
    }

    /** What the flow's dry run is given, for the command. */
    private static String parametersOf(FlowWithSource flow) {
        ObjectNode parameters = MAPPER.createObjectNode().put("dryRun", true);
        parameters.set("rules", MAPPER.valueToTree(flow.getVariables().get("rules")));
        parameters.set("otherwise", MAPPER.createObjectNode().set("keep", MAPPER.createObjectNode().put("age", "P30D")));
        return parameters.toString();
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "WINNOW_TEST_MYSQL_URL", matches = ".+")
    void aFlowPurgesAServerOnMySql() throws Exception {
        try (Database mysql = new Database(Database.Engine.MYSQL, "winnow_kestra")) {
            fill(mysql);
            kestra.keepsExecutionsIn(mysql);
            Execution execution = kestra.run("company.ops", "clean");
            assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(State.Type.SUCCESS);
            assertThat(kestra.outputs(execution, "purge")).containsEntry("executionsCount", 30).containsEntry("logsCount", 60)
                .containsEntry("metricsCount", 30).containsEntry("storagesCount", 2);
            assertThat(mysql.number("SELECT count(*) FROM executions")).isEqualTo(5);
            assertThat(hasFile("done-0", "c.txt")).isFalse();
        } finally {
            kestra.keepsExecutionsIn(postgres);
        }
    }

    /**
     * The file of the flow as it stands, run by both on the same rows and files. `batches` too: no other session holds the rows and the
     * storage answers at once, so that they are as many as `batchSize` says, by however many connections.
     */
    @ParameterizedTest
    @ValueSource(strings = {"clean", "rendered"})
    void theCommandGivesTheSameOutputs(String flow) throws Exception {
        theCommandGivesTheSameOutputs(flow, (database, storage) -> {});
    }

    @Test
    void theCommandFindsTheSameLeftBehind() throws Exception {
        JsonNode outputs = theCommandGivesTheSameOutputs("left-behind", KestraTest::leaveBehind);
        assertThat(outputs.at("/look/dryRun").asBoolean()).isTrue();
        assertThat(outputs.at("/rows/logsCount").asInt()).isEqualTo(4);
        assertThat(outputs.at("/files/deletedFilesCount").asInt()).isEqualTo(2);
    }

    private interface Preparation {
        void prepare(Database database, Path storage) throws Exception;
    }

    private static JsonNode theCommandGivesTheSameOutputs(String flow, Preparation preparation) throws Exception {
        preparation.prepare(postgres, storage());
        try (Database other = Database.postgres("winnow_command")) {
            fill(other);
            Command command = new Command(folder, "run", SOURCE.resolve("flows/" + flow + ".yaml").toString()).on(other);
            for (String file : FILES) command.putFile("main" + file);
            preparation.prepare(other, command.storage());
            Execution execution = kestra.run("company.ops", flow);
            assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(State.Type.SUCCESS);
            JsonNode outputs = MAPPER.readTree(command.run());
            assertThat(outputs).isNotEmpty();
            for (Map.Entry<String, JsonNode> task : outputs.properties()) {
                assertThat(result(kestra.outputs(execution, task.getKey()))).as(task.getKey()).isEqualTo(result(task.getValue()));
            }
            assertThat(other.number("SELECT count(*) FROM executions")).isEqualTo(postgres.number("SELECT count(*) FROM executions"));
            return outputs;
        }
    }

    /** Two executions go without what belongs to them, and all files are ten days old. */
    private static void leaveBehind(Database database, Path storage) throws Exception {
        for (int i = 0; i < 2; i++) assertThat(database.update("DELETE FROM executions WHERE key = 'done-" + i + "'")).isEqualTo(1);
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(10)));
        try (Stream<Path> files = Files.walk(storage)) {
            for (Path file : (Iterable<Path>) files::iterator) Files.setLastModifiedTime(file, old);
        }
    }

    /** Kestra leaves out what is null. */
    private static JsonNode result(Object outputs) throws Exception {
        ObjectNode node = MAPPER.readValue(MAPPER.writeValueAsString(outputs), ObjectNode.class);
        node.properties().removeIf(field -> field.getValue().isNull());
        node.remove("planId"); // it has the clock of its run
        return node;
    }

    @Test
    void theDoctorLooksTheServersDatabaseOver() throws Exception {
        Execution execution = kestra.run("company.ops", "doctor");
        assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(State.Type.SUCCESS);
        Map<String, Object> outputs = kestra.outputs(execution, "look");
        assertThat(outputs.get("server").toString()).contains("PostgreSQL");
        String version = System.getProperty("winnow.kestra");
        assertThat(outputs.get("schema")).isEqualTo(version.startsWith("1.1.") ? "1.0 to 1.2" : version.replaceFirst("\\.\\d+$", ""));
        assertThat((List<?>) outputs.get("tables")).isNotEmpty();
    }

    @Test
    void storeWritesAFileThatKestraReads() throws Exception {
        Execution execution = kestra.run("company.team", "store");
        assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(State.Type.SUCCESS);
        Map<String, Object> outputs = kestra.outputs(execution, "list");
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
        assertThat(kestra.outputs(execution, "call")).containsEntry("result", Map.of("size", 32));
    }

    @Test
    void aWrongParameterIsNamedInTheLog() throws Exception {
        Execution execution = kestra.run("company.team", "wrong");
        assertThat(execution.getState().getCurrent()).isEqualTo(State.Type.FAILED);
        eventually(() ->
            assertThat(messages(execution)).contains("INVALID_PARAMETER").contains("/endDate").contains("yesterday"));
    }

    @Test
    void anExpressionThatGivesNothingIsNoFilterLeftOut() throws Exception {
        long before = postgres.number("SELECT count(*) FROM executions WHERE state_current = 'SUCCESS'");
        Execution execution = kestra.run("company.team", "nothing");
        for (String task : List.of("keep", "dry")) {
            assertThat(execution.findTaskRunsByTaskId(task).getFirst().getState().getCurrent()).isEqualTo(State.Type.WARNING);
        }
        eventually(() -> assertThat(messages(execution)).contains("'keepLast': the expression gives nothing").contains("'dryRun': the"));
        assertThat(postgres.number("SELECT count(*) FROM executions WHERE state_current = 'SUCCESS'")).isEqualTo(before);
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

    /** The plugin configuration of one task (application.yml) protects what the others may list. */
    @Test
    void aTasksOwnConfigurationHolds() throws Exception {
        Execution execution = kestra.run("company.team", "guarded");
        assertThat(kestra.outputs(execution, "others")).containsEntry("size", 0);
        assertThat(execution.findTaskRunsByTaskId("guarded").getFirst().getState().getCurrent()).isEqualTo(State.Type.FAILED);
        eventually(() -> assertThat(messages(execution)).contains("DENIED"));
    }

    /** Where Kestra forbids a flow another namespace (its Enterprise Edition does), winnow's tasks are forbidden it too. */
    @Test
    void aNamespaceThatKestraForbidsIsForbidden() throws Exception {
        try (var denied = kestra.denyNamespaces()) {
            for (String flow : List.of("elsewhere", "everywhere")) {
                Execution execution = kestra.run("company.team", flow);
                assertThat(execution.getState().getCurrent()).as(flow).isEqualTo(State.Type.FAILED);
            }
            assertThat(kestra.run("company.team", "by-name").getState().getCurrent()).isEqualTo(State.Type.SUCCESS);
        }
        assertThat(postgres.number("SELECT count(*) FROM logs")).isEqualTo(70);
    }

    @Test
    void anotherDatabaseThatTheOperatorNamesIsUsed() throws Exception {
        try (Database other = Database.postgres("winnow_other")) {
            other.addExecutions("done", "company.team", "SUCCESS", 1);
            kestra.set("operator", Map.of("winnow.database.url", other.jdbcUrl() + "?user=" + other.user(), "winnow.database.password", other.password()));
            try {
                assertThat(kestra.outputs(kestra.run("company.team", "by-name"), "call")).containsEntry("result", Map.of("size", 1));
            } finally {
                kestra.unset("operator");
            }
        }
    }

    /** Every flow of docs/kestra.md, and README's, runs as it stands there; every setting is taken. */
    @Test
    void theDocumentationIsTrue() throws Exception {
        List<String> snippets = yamlSnippets("docs/kestra.md");
        List<String> settings = snippets.stream().filter(snippet -> !snippet.contains("tasks:")).toList();
        List<String> flows = new ArrayList<>(snippets);
        flows.removeAll(settings);
        yamlSnippets("README.md").stream().filter(snippet -> snippet.contains("io.winnow.kestra")).forEach(flows::add);
        assertThat(settings).hasSize(2);
        assertThat(flows).hasSize(4);
        kestra.set("page", new YamlPropertySourceLoader().read("page", settings.getFirst().getBytes(StandardCharsets.UTF_8)));
        try {
            for (String yaml : flows) {
                FlowWithSource flow = kestra.flow(yaml);
                Execution execution = kestra.run(flow.getNamespace(), flow.getId());
                assertThat(execution.getState().getCurrent()).as(() -> messages(execution)).isEqualTo(State.Type.SUCCESS);
            }
        } finally {
            kestra.unset("page");
        }
    }

    private static List<String> yamlSnippets(String page) throws Exception {
        return Pattern.compile("^```yaml\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(Files.readString(Path.of(System.getProperty("winnow.source"), page))).results().map(match -> match.group(1)).toList();
    }

    @Test
    void timeoutEndsTheStatementAndTheSession() throws Exception {
        Execution execution = endsInItsStatement("timeout", State.Type.FAILED);
        eventually(() -> assertThat(messages(execution)).contains("TIMEOUT"));
    }

    @Test
    void killEndsTheStatementAndTheSession() throws Exception {
        endsInItsStatement("killed", State.Type.KILLED);
    }

    /** The deletion takes longer than any test: only a cancelled statement can end. */
    private Execution endsInItsStatement(String flow, State.Type state) throws Exception {
        postgres.execute("CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3600); RETURN NULL; END'");
        postgres.execute("CREATE TRIGGER sleep BEFORE DELETE ON logs FOR EACH STATEMENT EXECUTE FUNCTION sleep()");
        try {
            Execution execution = kestra.run("company.team", flow);
            eventually(() -> assertThat(kestra.state(execution, "purge")).isEqualTo(state));
            eventually(() -> assertThat(postgres.strangers()).isZero());
            assertThat(postgres.number("SELECT count(*) FROM logs")).isEqualTo(70);
            return execution;
        } finally {
            postgres.execute("DROP FUNCTION sleep CASCADE");
        }
    }

    /** Kestra marks a task as killed after kill() has returned; the run may have ended by then. */
    @Test
    void aTaskThatEndsWhileItIsKilledSaysThatItWasKilled() throws Exception {
        RunnableTask<?> task = (RunnableTask<?>) kestra.flow("""
            id: ends-while-killed
            namespace: company.team
            tasks:
              - id: purge
                type: io.winnow.kestra.PurgeLogs
                namespace: company.team
                endDate: "2030-01-01T00:00:00Z"
            """).getTasks().getFirst();
        task.kill();
        Output output = task.run(TestsUtils.mockRunContext(kestra.bean(RunContextFactory.class), (Task) task, Map.of()));
        assertThat(output.finalState()).contains(State.Type.KILLED);
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
