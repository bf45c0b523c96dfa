package io.winnow;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** An SQLite file with Kestra's tables and rows in them: no server is needed to drive the library. */
final class SampleDatabase implements AutoCloseable {
    private final Path file;
    private final Connection connection;

    SampleDatabase(Path folder) throws Exception {
        file = Files.createTempFile(folder, "kestra", ".db");
        connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        String schema = Files.readString(Path.of(System.getProperty("winnow.source"), "sample", "schema", "sqlite-1.1.sql"));
        try (Statement statement = connection.createStatement()) {
            for (String sql : schema.split(";\n")) {
                if (sql.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("--"))) statement.execute(sql);
            }
        }
    }

    /** A configuration for this database, as an operator writes it; {@code more} are further lines. */
    String config(String... more) {
        return "database: {url: 'sqlite:" + file + "'}\npolicy: {tenant: main}\n" + String.join("\n", more);
    }

    /** Executions that ended in 2026, each with one log; {@code count} of them. */
    SampleDatabase withExecutions(String namespace, int count) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement executions = connection.prepareStatement("INSERT INTO executions (key, value) VALUES (?, ?)");
             PreparedStatement logs = connection.prepareStatement("INSERT INTO logs (key, value) VALUES (?, ?)")) {
            for (int i = 0; i < count; i++) {
                String id = namespace + "-" + i;
                String common = "\"tenantId\": \"main\", \"namespace\": \"" + namespace + "\", \"flowId\": \"nightly\", \"deleted\": false";
                String date = "2026-01-01T00:00:00.000000Z";
                insert(executions, id, "{\"id\": \"" + id + "\", " + common + ", \"state\": {\"current\": \"SUCCESS\", \"duration\": 1, "
                    + "\"startDate\": \"" + date + "\", \"endDate\": \"" + date + "\"}}");
                insert(logs, id, "{\"executionId\": \"" + id + "\", " + common + ", \"level\": \"INFO\", \"message\": \"grüße 🐟\", "
                    + "\"timestamp\": \"" + date + "\"}");
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
        return this;
    }

    private static void insert(PreparedStatement statement, String key, String value) throws SQLException {
        statement.setString(1, key);
        statement.setString(2, value);
        statement.executeUpdate();
    }

    int count(String table) throws SQLException {
        try (Statement statement = connection.createStatement();
             ResultSet rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
            return rows.getInt(1);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
