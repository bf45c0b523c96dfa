package io.winnow.tests;

import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A database of its own on one of the tests' servers, with the tables of the Kestra under test. */
final class Database implements AutoCloseable {
    private final Engine engine;
    private final URI server;
    private final String name;
    private final Connection connection;

    /** What the two servers have that differs. */
    enum Engine {
        POSTGRES("WINNOW_TEST_POSTGRES_URL", "jdbc:postgresql", "", "(key, value) VALUES (?, ?::jsonb)"),
        MYSQL("WINNOW_TEST_MYSQL_URL", "jdbc:mysql", "?allowMultiQueries=true&sslMode=DISABLED&allowPublicKeyRetrieval=true",
            "(`key`, value) VALUES (?, ?)");

        final String variable;
        private final String scheme;
        private final String options;
        private final String insertion;

        Engine(String variable, String scheme, String options, String insertion) {
            this.variable = variable;
            this.scheme = scheme;
            this.options = options;
            this.insertion = insertion;
        }

        String setting() {
            return name().toLowerCase();
        }
    }

    Database(Engine engine, String name) throws Exception {
        this.engine = engine;
        server = URI.create(System.getenv(engine.variable));
        this.name = name + "_" + ProcessHandle.current().pid();
        try (Connection admin = connect(server.getPath().substring(1)); Statement statement = admin.createStatement()) {
            statement.execute("CREATE DATABASE " + this.name);
        }
        connection = connect(this.name);
        sample("--executions", "0");
    }

    /** Runs winnow-sample on this database: it makes the tables of the Kestra under test, and rows. */
    void sample(String... arguments) throws Exception {
        String release = System.getProperty("winnow.kestra").replaceFirst("(\\d+\\.\\d+).*", "$1");
        List<String> words = new ArrayList<>(List.of(Path.of(System.getProperty("winnow.build"), "winnow-sample").toString(),
            "--database", url(), "--schema", release));
        words.addAll(List.of(arguments));
        int status = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
        if (status != 0) throw new IllegalStateException("winnow-sample ended with " + status);
    }

    static Database postgres(String name) throws Exception {
        return new Database(Engine.POSTGRES, name);
    }

    /** The settings of a server that keeps its executions here. */
    Map<String, Object> settings() {
        String source = "datasources." + engine.setting();
        return Map.of("kestra.repository.type", engine.setting(), source + ".url", jdbcUrl(name) + engine.options, source + ".username", user(),
            source + ".password", password(), source + ".maximum-pool-size", 1);
    }

    private String url() {
        return server.getScheme() + "://" + server.getUserInfo() + "@" + server.getHost() + ":" + server.getPort() + "/" + name;
    }

    String jdbcUrl() {
        return jdbcUrl(name);
    }

    private String jdbcUrl(String database) {
        return engine.scheme + "://" + server.getHost() + ":" + server.getPort() + "/" + database;
    }

    String name() {
        return name;
    }

    /** As the server's settings name it: postgres or mysql. */
    String engine() {
        return engine.setting();
    }

    String user() {
        return server.getUserInfo().split(":")[0];
    }

    String password() {
        return server.getUserInfo().split(":")[1];
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database) + engine.options, user(), password());
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

    /** How many rows it changed. */
    int update(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    void clear() throws SQLException {
        for (String table : new String[] {"executions", "logs", "metrics"}) execute("TRUNCATE TABLE " + table);
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
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + table + " " + engine.insertion)) {
            statement.setString(1, key);
            statement.setString(2, value);
            statement.executeUpdate();
        }
    }

    /** winnow's sessions on this database (PostgreSQL). */
    long strangers() throws SQLException {
        return number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%winnow%'");
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        try (Connection admin = connect(server.getPath().substring(1)); Statement statement = admin.createStatement()) {
            statement.execute("DROP DATABASE " + name + (engine == Engine.POSTGRES ? " WITH (FORCE)" : ""));
        }
    }
}
