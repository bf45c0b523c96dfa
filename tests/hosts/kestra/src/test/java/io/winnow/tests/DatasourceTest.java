package io.winnow.tests;

import static io.winnow.tests.Kestra.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.flows.State;
import io.micronaut.context.ApplicationContext;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server whose datasource leads to other tables than its URL alone would: to the schema {@code kestra}, beside which an older Kestra's
 * tables with the same executions stand in {@code public} (case B19).
 */
class DatasourceTest {
    private static final String FLOW = """
        id: purge
        namespace: company.ops
        tasks:
          - id: purge
            type: io.winnow.kestra.PurgeExecutions
            namespace: company.team
            endDate: "2026-02-01T00:00:00Z"
            states: [SUCCESS]
            purgeStorage: false
        """;
    private static final int FILLED = 4;

    @TempDir
    static Path folder;
    private static Database postgres;
    private static Kestra kestra;

    @BeforeAll
    static void start() throws Exception {
        postgres = Database.postgres("winnow_datasource");
        postgres.execute("ALTER SCHEMA public RENAME TO kestra");
        postgres.execute("CREATE SCHEMA public");
        postgres.sample("--executions", "0");
        kestra = new Kestra("datasource", folder);
        kestra.flow(FLOW);
    }

    @AfterAll
    static void stop() throws Exception {
        if (kestra != null) kestra.close();
        if (postgres != null) postgres.close();
    }

    @BeforeEach
    void fill() throws Exception {
        for (String schema : new String[] {"public", "kestra"}) {
            postgres.execute("SET search_path TO " + schema);
            postgres.clear();
            postgres.addExecutions("done", "company.team", "SUCCESS", FILLED);
        }
        kestra.keepsExecutionsIn(postgres);
        assertThat(kestra.bean(ApplicationContext.class).getEnvironment().getProperties("datasources.postgres")).doesNotContainKeys("schema",
            "connection-init-sql", "data-source-properties.current-schema");
    }

    @AfterEach
    void asInstalled() {
        kestra.unset("datasource");
        kestra.unset("logs");
    }

    private static long left(String schema) throws Exception {
        return postgres.number("SELECT (SELECT count(*) FROM " + schema + ".executions) + (SELECT count(*) FROM " + schema + ".logs)");
    }

    /** The settings of the server's datasource, beside its URL and its user. */
    private static void datasource(String engine, String setting, String value) throws Exception {
        kestra.set("datasource", Map.of("datasources." + engine + "." + setting, value));
        kestra.dropPool(engine);
    }

    private static String messages(Execution execution) throws Exception {
        return String.join("\n", kestra.logs(execution));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        schema,                                kestra
        connection-init-sql,                   SET search_path TO kestra
        connectionInitSql,                     SET search_path = kestra
        data-source-properties.currentSchema,  kestra
        """)
    void theSchemaOfTheServersOwnConnectionsIsPurged(String setting, String value) throws Exception {
        datasource("postgres", setting, value);
        Execution execution = kestra.run("company.ops", "purge");
        assertThat(execution.getState().getCurrent()).as(() -> logs(execution)).isEqualTo(State.Type.SUCCESS);
        assertThat(kestra.outputs(execution, "purge")).containsEntry("executionsCount", FILLED).containsEntry("logsCount", 2 * FILLED);
        assertThat(left("kestra")).isZero();
        assertThat(left("public")).isEqualTo(3 * FILLED);
    }

    /** By whatever means: here the settings were changed after the pool was made. */
    @Test
    void aPoolThatLeadsElsewhereThanItsSettingsSayStopsTheRun() throws Exception {
        datasource("postgres", "schema", "kestra");
        assertThat(kestra.pool("postgres")).isNotNull();
        kestra.set("datasource", Map.of("datasources.postgres.schema", "public"));
        Execution execution = kestra.run("company.ops", "purge");
        assertThat(execution.getState().getCurrent()).as(() -> logs(execution)).isEqualTo(State.Type.FAILED);
        eventually(() -> assertThat(messages(execution)).contains("does not lead where it is expected to", "its schema is \"public\"",
            "`database.expect.schema` says \"kestra\"", "winnow.database.url"));
        assertThat(left("kestra")).isEqualTo(3 * FILLED);
        assertThat(left("public")).isEqualTo(3 * FILLED);
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "WINNOW_TEST_MYSQL_URL", matches = ".+")
    void theCatalogOfTheServersOwnConnectionsIsPurgedOnMySql() throws Exception {
        try (Database right = new Database(Database.Engine.MYSQL, "winnow_catalog"); Database decoy = new Database(Database.Engine.MYSQL, "winnow_decoy")) {
            for (Database each : new Database[] {right, decoy}) each.addExecutions("done", "company.team", "SUCCESS", FILLED);
            kestra.keepsExecutionsIn(decoy);
            datasource("mysql", "catalog", right.name());
            Execution execution = kestra.run("company.ops", "purge");
            assertThat(execution.getState().getCurrent()).as(() -> logs(execution)).isEqualTo(State.Type.SUCCESS);
            assertThat(right.number("SELECT count(*) FROM executions")).isZero();
            assertThat(decoy.number("SELECT count(*) FROM executions")).isEqualTo(FILLED);
        }
    }

    /** A refused value goes by the name that it has in Kestra's settings, whoever wrote it. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        winnow.database.lock-timeout             | soon                          | CONFIGURATION: winnow.database.lock-timeout: expected an integer
        datasources.postgres.connection-init-sql | CREATE SCHEMA IF NOT EXISTS x | CONFIGURATION: datasources.postgres.connection-init-sql: has a statement that winnow can't honour in its own sessions: `CREATE SCHEMA ...`. Another database is named by `winnow.database.url`
        """)
    void aRefusedSettingIsNamedAsKestraHasIt(String setting, String value, String reason) throws Exception {
        kestra.set("datasource", Map.of(setting, value));
        Execution execution = kestra.run("company.ops", "purge");
        assertThat(execution.getState().getCurrent()).isEqualTo(State.Type.FAILED);
        eventually(() -> assertThat(messages(execution)).contains("CONFIGURATION: ", reason).doesNotContain("configuration:1:"));  // nor in the stack trace
        assertThat(left("kestra")).isEqualTo(3 * FILLED);
    }

    /** Logs outside of the database would be counted as none (kestra-io/kestra#17212, case B26). */
    @Test
    void logsThatTheServerKeepsElsewhereAreRefused() throws Exception {
        kestra.set("logs", Map.of("kestra.logs.type", "elasticsearch"));
        Execution execution = kestra.run("company.ops", "purge");
        assertThat(execution.getState().getCurrent()).isEqualTo(State.Type.FAILED);
        eventually(() -> assertThat(messages(execution)).contains("`kestra.logs.type: elasticsearch`", "winnow.database.url"));
        assertThat(left("kestra")).isEqualTo(3 * FILLED);
    }

    private static String logs(Execution execution) {
        try {
            return messages(execution);
        } catch (Exception failed) {
            return failed.toString();
        }
    }
}
