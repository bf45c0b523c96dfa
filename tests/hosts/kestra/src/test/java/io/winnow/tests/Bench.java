package io.winnow.tests;

import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.models.flows.State;
import io.kestra.core.serializers.JacksonMapper;
import io.kestra.core.storages.StorageContext;
import io.kestra.core.storages.StorageInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What ./dev bench kestra measures: purges of executions with two small files each, by winnow's task in the real Kestra and by what
 * Kestra's own task does. Prints a line {"contender": ..., "seconds": ...} for each run but the first of each contender.
 */
public final class Bench {
    private static final int MINUTES = 30;
    private static final int ROUNDS = 5;
    private static final int BATCH = 100;  // Kestra's default
    private static final List<String> STATES = List.of("SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "RETRIED", "SKIPPED");
    private static final String PURGED = "tenant_id = 'main' AND deleted IN (true, false) AND end_date <= '2100-01-01' AND state_current IN ("
        + String.join(", ", STATES.stream().map(state -> "'" + state + "'").toList()) + ")";
    private static final String FLOW = """
        id: %s
        namespace: company.ops
        tasks:
          - id: purge
            type: io.winnow.kestra.PurgeExecutions
            endDate: "2100-01-01T00:00:00Z"
            states: %s
            purgeStorage: %s
        """;
    private static final String WITH_FILES = "purge";
    private static final String ROWS = "purge-rows";
    private static final String PARAMETERS = """
        {"endDate": "2100-01-01T00:00:00Z", "states": ["%s"], "purgeStorage": false}
        """.formatted(String.join("\", \"", STATES));
    /** Every table as it was, whatever a purge took; generated columns follow. */
    private static final String RESTORE = """
        DO $$
        DECLARE
          name text;
          columns text;
        BEGIN
          FOR name, columns IN
            SELECT table_name, string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
            WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name
          LOOP
            EXECUTE format('TRUNCATE public.%1$I; INSERT INTO public.%1$I (%2$s) SELECT %2$s FROM kept.%1$I', name, columns);
          END LOOP;
        END $$""";
    private static final String KEEP = """
        CREATE SCHEMA kept;
        DO $$
        DECLARE
          name text;
        BEGIN
          FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('CREATE UNLOGGED TABLE kept.%1$I AS TABLE public.%1$I', name);
          END LOOP;
        END $$""";

    private final Path storage;
    private final int count;
    private final Database database;
    private final Kestra kestra;

    private Bench(Path storage, int count, Database database) throws Exception {
        this.storage = storage;
        this.count = count;
        this.database = database;
        this.kestra = new Kestra("bench", storage);
        kestra.keepsExecutionsIn(database);
        kestra.flow(FLOW.formatted(WITH_FILES, STATES, true));
        kestra.flow(FLOW.formatted(ROWS, STATES, false));
    }

    /** Arguments: a folder for the files, and how many executions. Status 0 when everything was measured. */
    public static void main(String[] arguments) {
        CompletableFuture.delayedExecutor(MINUTES, TimeUnit.MINUTES).execute(() -> {
            System.err.println("Not done after " + MINUTES + " minutes: given up");
            Runtime.getRuntime().halt(1);
        });
        int status = 1;
        try (Database database = Database.postgres("winnow_bench")) {
            Bench bench = new Bench(Path.of(arguments[0]), Integer.parseInt(arguments[1]), database);
            bench.fill();
            for (int round = 0; round <= ROUNDS; round++) bench.round(round);
            status = 0;
        } catch (Exception | Error failed) {
            failed.printStackTrace();
        }
        Runtime.getRuntime().halt(status);  // Kestra's threads stay, and complain when its queues close under them
    }

    /** So many executions to purge, among others that are still running or another tenant's. */
    private void fill() throws Exception {
        database.sample("--executions", String.valueOf(count * 17 / 10 + 100), "--append", "--one-zone");
        database.execute("DELETE FROM executions WHERE namespace !~ '^[[:alnum:]._-]+$'");  // Kestra's storage can't spell them all
        database.execute("DELETE FROM executions WHERE key IN (SELECT key FROM executions WHERE " + PURGED + " ORDER BY key OFFSET "
            + count + ")");
        for (String children : List.of("logs", "metrics")) {
            database.execute("DELETE FROM " + children + " WHERE execution_id NOT IN (SELECT key FROM executions)");
        }
        if (executions() != count) throw new IllegalStateException("The sample has too few executions");
        database.execute(KEEP);
    }

    private void round(int round) throws Exception {
        report(round, "installed", () -> winnow("files: winnow removes them itself"));
        kestra.set("way", Map.of("winnow.storage.type", "host"));
        report(round, "callback", () -> winnow("files: the host removes them"));
        kestra.unset("way");
        report(round, "kestra", this::kestra);
        report(round, "storage", this::storage);
        report(round, "rows", this::rows);
        report(round, "command", this::command);
    }

    private interface Run {
        Duration run() throws Exception;
    }

    /** Each on the same rows and files; the first round warms the JVM and opens the server's pool. */
    private void report(int round, String contender, Run run) throws Exception {
        database.execute(RESTORE);
        if (!contender.equals("rows") && !contender.equals("command")) writeFiles();
        database.execute("VACUUM ANALYZE");
        database.execute("CHECKPOINT");
        Duration took = run.run();
        long left = files();
        if (left != 0) throw new IllegalStateException(contender + " left " + left + " files");
        if (round > 0) System.out.printf("{\"contender\": \"%s\", \"seconds\": %.3f}%n", contender, took.toNanos() / 1e9);
    }

    /** By a flow, from the moment at which the worker begins the task to its end. */
    private Duration winnow(String way) throws Exception {
        Execution execution = kestra.run("company.ops", WITH_FILES);
        Kestra.eventually(() -> {
            List<String> log = kestra.logs(execution);
            if (log.stream().noneMatch(message -> message.contains(way))) throw new AssertionError(way + ", but it said " + log);
        });
        return took(execution);
    }

    private Duration rows() throws Exception {
        return took(kestra.run("company.ops", ROWS));
    }

    private Duration took(Execution execution) throws Exception {
        TaskRun task = execution.findTaskRunsByTaskId("purge").getFirst();
        Object purged = kestra.outputs(execution, "purge").get("executionsCount");
        if (task.getState().getCurrent() != State.Type.SUCCESS || !purged.equals(count) || executions() != 0) {
            throw new IllegalStateException(task.getState().getCurrent() + ", " + purged + " executions: " + kestra.logs(execution));
        }
        Instant begun = task.getState().getHistories().stream().filter(each -> each.getState() == State.Type.RUNNING).findFirst()
            .orElseThrow().getDate();
        return Duration.between(begun, task.getState().getEndDate().orElseThrow());
    }

    /** The same rows by the command, from its start as a process to its end. */
    private Duration command() throws Exception {
        Command command = new Command(storage, "call", "PurgeExecutions", "--params", PARAMETERS).on(database);
        long begun = System.nanoTime();
        command.run();
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        if (executions() != 0) throw new IllegalStateException("The command left executions");
        return took;
    }

    /**
     * As ExecutionService.purge of Kestra 1.1: a cursor over the documents, of which it makes objects; by the hundred the executions,
     * their logs and their metrics, each a transaction; then a call of the storage for each. Its own driver for PostgreSQL is not published.
     */
    private Duration kestra() throws Exception {
        long begun = System.nanoTime();
        try (Connection reading = database.session(); Connection deleting = database.session()) {
            reading.setAutoCommit(false);
            PreparedStatement statement = reading.prepareStatement("SELECT value FROM executions WHERE " + PURGED);
            statement.setFetchSize(BATCH);
            List<Execution> batch = new ArrayList<>();
            for (ResultSet row = statement.executeQuery(); row.next(); ) {
                batch.add(JacksonMapper.ofJson().readValue(row.getString(1), Execution.class));
                if (batch.size() == BATCH) purge(deleting, batch);
            }
            purge(deleting, batch);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        if (executions() != 0) throw new IllegalStateException("Kestra's statements left executions");
        return took;
    }

    private void purge(Connection connection, List<Execution> batch) throws Exception {
        if (batch.isEmpty()) return;
        delete(connection, "executions WHERE key", batch);
        delete(connection, "logs WHERE deleted = false AND execution_id", batch);
        delete(connection, "metrics WHERE deleted = false AND execution_id", batch);
        for (Execution execution : batch) deleteFiles(StorageContext.forExecution(execution));
        batch.clear();
    }

    private static void delete(Connection connection, String from, List<Execution> batch) throws SQLException {
        String places = String.join(", ", Collections.nCopies(batch.size(), "?"));
        try (PreparedStatement statement = connection.prepareStatement("DELETE FROM " + from + " IN (" + places + ")")) {
            for (int i = 0; i < batch.size(); i++) statement.setString(i + 1, batch.get(i).getId());
            statement.executeUpdate();
        }
    }

    /** The calls of the storage alone. */
    private Duration storage() throws Exception {
        List<StorageContext> folders = folders();
        long begun = System.nanoTime();
        for (StorageContext folder : folders) deleteFiles(folder);
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private void deleteFiles(StorageContext folder) throws Exception {
        kestra.bean(StorageInterface.class)
            .deleteByPrefix(folder.getTenantId(), folder.getNamespace(), folder.getExecutionStorageURI(StorageContext.KESTRA_SCHEME));
    }

    /** Where Kestra keeps the files of the executions to purge. */
    private List<StorageContext> folders() throws SQLException {
        List<StorageContext> folders = new ArrayList<>();
        try (Connection session = database.session();
             ResultSet row = session.createStatement().executeQuery("SELECT namespace, flow_id, key FROM executions WHERE " + PURGED)) {
            while (row.next()) folders.add(StorageContext.forExecution("main", row.getString(1), row.getString(2), row.getString(3)));
        }
        return folders;
    }

    private void writeFiles() throws Exception {
        for (StorageContext each : folders()) {
            Path folder = storage.resolve("main" + each.getExecutionStorageURI().getPath()).resolve("tasks/load/1");
            Files.createDirectories(folder);
            for (String name : List.of("rows.ion", "out.txt")) Files.write(folder.resolve(name), new byte[100]);
        }
    }

    private long files() throws Exception {
        try (Stream<Path> all = Files.walk(storage.resolve("main"))) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    private long executions() throws SQLException {
        return database.number("SELECT count(*) FROM executions WHERE " + PURGED);
    }
}
