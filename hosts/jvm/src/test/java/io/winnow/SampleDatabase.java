package io.winnow;

import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A database with Kestra's tables and rows in them: an SQLite file, which needs no server, or one on a server that the tests were given. */
final class SampleDatabase implements AutoCloseable {
    /** What a server's driver has to be told so that it takes the same SQL as SQLite. */
    private static final Map<String, String> DRIVER_OPTIONS = Map.of(
        "postgresql", "?stringtype=unspecified",
        "mysql", "?sslMode=DISABLED&allowPublicKeyRetrieval=true&sessionVariables=sql_mode='ANSI_QUOTES'");
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final String url;
    private final Connection connection;
    private final URI server;  // null for a file
    private final String name;

    SampleDatabase(Path folder) throws Exception {
        Path file = Files.createTempFile(folder, "kestra", ".db");
        server = null;
        name = null;
        url = "sqlite:" + file;
        connection = DriverManager.getConnection("jdbc:" + url);
        makeTables();
    }

    /** A database of its own, dropped in the end. */
    SampleDatabase(URI server) throws Exception {
        this.server = server;
        name = "winnow_jvm_" + ProcessHandle.current().pid() + "_" + NUMBER.incrementAndGet();
        onServer("CREATE DATABASE " + name);
        URI own = server.resolve("/" + name);
        url = own.toString();
        connection = connect(own);
        makeTables();
    }

    private static Connection connect(URI database) throws SQLException {
        String[] user = database.getUserInfo().split(":");
        return DriverManager.getConnection("jdbc:" + database.getScheme() + "://" + database.getHost() + ":" + database.getPort()
            + database.getPath() + DRIVER_OPTIONS.get(database.getScheme()), user[0], user[1]);
    }

    private void onServer(String sql) throws SQLException {
        try (Connection admin = connect(server); Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    private void makeTables() throws Exception {
        int status = new ProcessBuilder(Path.of(System.getProperty("winnow.build"), "winnow-sample").toString(), "--database", url,
            "--executions", "0").redirectOutput(Redirect.DISCARD).redirectError(Redirect.INHERIT).start().waitFor();
        if (status != 0) throw new IllegalStateException("winnow-sample ended with " + status);
    }

    /** A configuration for this database, as an operator writes it; {@code more} are further lines. */
    String config(String... more) {
        return "database: {url: '" + url + "'}\npolicy: {tenant: main}\n" + String.join("\n", more);
    }

    /** Executions that ended in 2026, each with one log; {@code count} of them. */
    SampleDatabase withExecutions(String namespace, int count) throws SQLException {
        connection.setAutoCommit(false);
        try (PreparedStatement executions = connection.prepareStatement("INSERT INTO executions (\"key\", value) VALUES (?, ?)");
             PreparedStatement logs = connection.prepareStatement("INSERT INTO logs (\"key\", value) VALUES (?, ?)")) {
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
            rows.next();
            return rows.getInt(1);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        if (server != null) onServer("DROP DATABASE " + name);
    }
}
