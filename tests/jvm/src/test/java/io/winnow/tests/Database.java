package io.winnow.tests;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A database of its own on the tests' PostgreSQL server (WINNOW_TEST_POSTGRES_URL), with the tables of the Kestra under test. */
final class Postgres implements AutoCloseable {
    private final URI server = URI.create(System.getenv("WINNOW_TEST_POSTGRES_URL"));
    private final String name;
    private final Connection connection;

    Postgres(String name) throws Exception {
        this.name = name + "_" + ProcessHandle.current().pid();
        try (Connection admin = connect(server.getPath().substring(1)); Statement statement = admin.createStatement()) {
            statement.execute("CREATE DATABASE " + this.name);
        }
        connection = connect(this.name);
        String release = System.getProperty("winnow.kestra").replaceFirst("(\\d+\\.\\d+).*", "$1");
        execute(Files.readString(Path.of(System.getProperty("winnow.source"), "sample", "schema", "postgres-" + release + ".sql")));
    }

    String jdbcUrl() {
        return "jdbc:postgresql://" + server.getHost() + ":" + server.getPort() + "/" + name;
    }

    String user() {
        return server.getUserInfo().split(":")[0];
    }

    String password() {
        return server.getUserInfo().split(":")[1];
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://" + server.getHost() + ":" + server.getPort() + "/" + database, user(), password());
    }

    /** A second session, for a test that holds a lock. */
    Connection session() throws SQLException {
        return connect(name);
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    void clear() throws SQLException {
        execute("TRUNCATE executions, logs, metrics");
    }

    /** Executions named PREFIX-0, PREFIX-1, ... that ended in January, with two logs and a metric each. */
    void addExecutions(String prefix, String namespace, String state, int count) throws SQLException {
        String common = "\"tenantId\": \"main\", \"namespace\": \"" + namespace + "\", \"flowId\": \"Nightly_Run\", \"deleted\": false";
        for (int i = 0; i < count; i++) {
            String id = prefix + "-" + i;
            String date = "2026-01-01T00:00:0" + i % 10 + ".000000Z";
            insert("executions", id, "{" + common + ", \"id\": \"" + id + "\", \"state\": {\"current\": \"" + state
                + "\", \"duration\": 1.5, \"startDate\": \"" + date + "\", \"endDate\": \"" + date + "\"}}");
            String child = "{" + common + ", \"executionId\": \"" + id + "\", \"taskId\": \"t\", \"taskRunId\": \"r\", \"timestamp\": \"" + date + "\", ";
            insert("logs", id + "-a", child + "\"level\": \"INFO\", \"message\": \"grüße 🐟 \\\"" + i + "\\\"\"}");
            insert("logs", id + "-b", child + "\"level\": \"WARN\", \"message\": \"done\"}");
            insert("metrics", id, child + "\"name\": \"rows\", \"type\": \"counter\", \"value\": 1}");
        }
    }

    private void insert(String table, String key, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + table + " (key, value) VALUES (?, ?::jsonb)")) {
            statement.setString(1, key);
            statement.setString(2, value);
            statement.executeUpdate();
        }
    }

    /** Sessions on this database but for this object's own and the given number of others. */
    long strangers() throws SQLException {
        return number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%winnow%'");
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        try (Connection admin = connect(server.getPath().substring(1)); Statement statement = admin.createStatement()) {
            statement.execute("DROP DATABASE " + name + " WITH (FORCE)");
        }
    }
}
