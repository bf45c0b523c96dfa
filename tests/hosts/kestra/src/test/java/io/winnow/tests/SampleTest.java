package io.winnow.tests;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.flows.State;
import io.kestra.core.runners.TestRunner;
import io.kestra.core.runners.TestRunnerUtils;
import io.kestra.core.server.Service;
import io.kestra.core.server.ServiceRegistry;
import io.kestra.core.server.ServiceType;
import io.kestra.core.services.FlowService;
import io.micronaut.context.ApplicationContext;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * The rows that winnow-sample makes are rows that a live Kestra can be started on: its executor, scheduler and indexer run beside copies
 * of them. The Kestra is one on H2, for its drivers for PostgreSQL and MySQL are not published.
 */
@EnabledForJreRange(min = JRE.JAVA_25)
class SampleTest {
    private static final Duration LIFE = Duration.ofMinutes(1);
    private static final List<ServiceType> SERVICES = List.of(ServiceType.EXECUTOR, ServiceType.SCHEDULER, ServiceType.INDEXER);
    /** What a message of the sample was consumed by, in H2's spelling. */
    private static final String CONSUMERS = """
        CASE WHEN consumer_executor THEN ARRAY['executor'] WHEN consumer_indexer THEN ARRAY['indexer'] END""";
    private static final List<String> TABLES = List.of("executions", "logs", "metrics", "executorstate", "execution_queued", "concurrency_limit",
        "sla_monitor", "executordelayed", "worker_job_running", "triggers", "execution_statistics");

    @Test
    void aKestraLivesOnItsRows(@TempDir Path folder) throws Exception {
        ListAppender<ILoggingEvent> errors = new ListAppender<>();
        try (Database sample = Database.postgres("winnow_sample"); ApplicationContext context = context(folder)) {
            sample.sample("--executions", "60", "--append");
            Map<String, Set<String>> before = new TreeMap<>();
            try (Connection source = sample.session(); Connection target = h2(context)) {
                copy(source, target, before);
            }
            listen(errors);
            TestRunner runner = context.getBean(TestRunner.class);
            runner.run();
            live(context, errors);
            before.remove("triggers");  // the sample has no flows: Kestra's scheduler removes triggers without one
            before.remove("execution_statistics");  // Kestra 2.0 counts anew, under other keys
            expectKeys(context, before);
            assertThat(run(context)).isEqualTo(State.Type.SUCCESS);
            assertThat(messages(errors)).isEmpty();
            runner.close();
        }
    }

    private static ApplicationContext context(Path folder) throws Exception {
        System.setProperty("kestra-test.storage", folder.toString());
        try (ServerSocket free = new ServerSocket(0)) {
            System.setProperty("kestra-test.controller-port", String.valueOf(free.getLocalPort()));
        }
        return ApplicationContext.builder().environments("test").deduceEnvironment(false)
            .properties(Map.of("datasources.h2.url", "jdbc:h2:mem:sample;DB_CLOSE_DELAY=-1;DB_CLOSE_ON_EXIT=FALSE;LOCK_TIMEOUT=60000")).start();
    }

    private static Connection h2(ApplicationContext context) throws SQLException {
        return DriverManager.getConnection(context.getProperty("datasources.h2.url", String.class).orElseThrow(), "sa", "");
    }

    /** Copies what the sample has into Kestra's own tables, and notes its keys. */
    private static void copy(Connection source, Connection target, Map<String, Set<String>> keys) throws SQLException {
        for (String table : TABLES) {
            if (!exists(source, table)) continue;
            keys.put(table, copy(source, target, "SELECT key, value::text FROM " + table,
                "INSERT INTO " + table + " (\"key\", \"value\") VALUES (?, ?)"));
        }
        if (!exists(source, "executorstate")) return;  // from 2.0 on a message is deleted by whoever consumes it
        keys.put("queues", copy(source, target,
            "SELECT key, type::text, value::text, updated, " + CONSUMERS + " FROM queues ORDER BY \"offset\"",
            "INSERT INTO queues (\"key\", \"type\", \"value\", \"updated\", \"consumers\") VALUES (?, ?, ?, ?, ?)"));
    }

    private static boolean exists(Connection source, String table) throws SQLException {
        try (ResultSet found = source.getMetaData().getTables(null, null, table, null)) {
            return found.next();
        }
    }

    private static Set<String> copy(Connection source, Connection target, String query, String insertion) throws SQLException {
        Set<String> keys = new TreeSet<>();
        try (ResultSet rows = source.createStatement().executeQuery(query); PreparedStatement row = target.prepareStatement(insertion)) {
            while (rows.next()) {
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    row.setObject(column, rows.getObject(column) instanceof java.sql.Array array ? array.getArray() : rows.getObject(column));
                }
                row.executeUpdate();
                keys.add(rows.getString(1));
            }
        }
        return keys;
    }

    private static void expectKeys(ApplicationContext context, Map<String, Set<String>> expected) throws SQLException {
        try (Connection connection = h2(context)) {
            for (Map.Entry<String, Set<String>> table : expected.entrySet()) {
                Set<String> keys = new TreeSet<>();
                for (ResultSet row = connection.createStatement().executeQuery("SELECT \"key\" FROM " + table.getKey()); row.next(); ) {
                    keys.add(row.getString(1));
                }
                assertThat(keys).as(table.getKey()).containsAll(table.getValue());
            }
        }
    }

    private static void listen(ListAppender<ILoggingEvent> errors) {
        errors.start();
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(errors);
    }

    private static List<String> messages(ListAppender<ILoggingEvent> errors) {
        return new ArrayList<>(errors.list).stream().filter(event -> event.getLevel().isGreaterOrEqual(Level.ERROR))
            .map(event -> event.getLoggerName() + ": " + event.getFormattedMessage()).toList();
    }

    /** No service stops by itself. */
    private static void live(ApplicationContext context, ListAppender<ILoggingEvent> errors) throws InterruptedException {
        ServiceRegistry services = context.getBean(ServiceRegistry.class);
        for (ServiceType type : SERVICES) services.waitForServiceInState(type, Service.ServiceState.RUNNING, Duration.ofMinutes(1));
        for (Instant end = Instant.now().plus(LIFE); Instant.now().isBefore(end); Thread.sleep(500)) {
            for (ServiceType type : SERVICES) {
                assertThat(services.get(type).service().getState()).as(() -> type + " on the sample's rows\n" + String.join("\n", messages(errors)))
                    .isEqualTo(Service.ServiceState.RUNNING);
            }
        }
    }

    private static State.Type run(ApplicationContext context) throws Exception {
        context.getBean(FlowService.class).importFlow("main", """
            id: hello
            namespace: company.ops
            tasks:
              - id: say
                type: io.kestra.plugin.core.log.Log
                message: hello
            """);
        Execution execution = context.getBean(TestRunnerUtils.class).runOne("main", "company.ops", "hello", Duration.ofMinutes(1));
        return execution.getState().getCurrent();
    }
}
