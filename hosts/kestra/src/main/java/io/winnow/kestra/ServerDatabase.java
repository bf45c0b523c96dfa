package io.winnow.kestra;

import io.micronaut.context.ApplicationContext;
import io.micronaut.core.naming.conventions.StringConvention;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * The database that the server keeps its executions in, with the keys of {@code database} in docs/configuration.md: the settings that
 * decide where the server's own connections lead, and what its pool says about the place they lead to. The library compares the two
 * before its first statement.
 */
final class ServerDatabase {
    private static final List<String> ENGINES = List.of("postgres", "mysql");
    /** Settings of a datasource that mean the same to the library under the same name. */
    private static final List<String> SHARED = List.of("username", "password", "schema", "catalog", "connection-init-sql");
    static final String REMEDY = " Another database is named by `winnow.database.url` (docs/kestra.md).";

    private final KestraServer server;
    private final ApplicationContext application;
    private final String type;
    private final String source;

    ServerDatabase(KestraServer server) {
        this.server = server;
        application = server.application().orElseThrow(() -> new IllegalStateException(
            "This worker doesn't know the server's database. Say it in winnow's plugin configuration (docs/kestra.md)."));
        type = setting("kestra.repository.type").orElse("");
        source = "datasources." + type;
        if (!ENGINES.contains(type)) {
            throw new IllegalStateException("The server keeps its executions in `kestra.repository.type: " + type
                + "`, which winnow doesn't know; it works on postgres and mysql." + REMEDY);
        }
        // They would be counted as none.
        String logs = setting("kestra.logs.type").orElse(type);
        if (!logs.equals(type)) {
            throw new IllegalStateException("The server keeps its logs in `kestra.logs.type: " + logs
                + "`, where winnow can't remove them. To purge the rest all the same, name the server's database by `winnow.database.url`"
                + " (docs/kestra.md).");
        }
    }

    Map<String, Object> configuration() {
        Map<String, Object> database = new LinkedHashMap<>();
        // Hikari's own name for it is the other one.
        database.put("url", setting(source + ".url").or(() -> setting(source + ".jdbc-url")).orElseThrow(() -> new IllegalStateException(
            "The server's settings lack " + source + ".url." + REMEDY)));
        for (String key : SHARED) setting(source + "." + key).filter(value -> !value.isEmpty()).ifPresent(value -> database.put(key, value));
        Map<String, Object> properties = new LinkedHashMap<>();
        // The driver's own names, as the pool takes them.
        application.getEnvironment().getProperties(source + ".data-source-properties", StringConvention.RAW)
            .forEach((name, value) -> properties.put(name, String.valueOf(value)));
        if (!properties.isEmpty()) database.put("properties", properties);
        Map<String, Object> expected = expected();
        if (!expected.isEmpty()) database.put("expect", expected);
        return database;
    }

    /** The settings' common beginning: {@code datasources.postgres}. */
    String name() {
        return source;
    }

    private Optional<String> setting(String key) {
        return application.getProperty(key, String.class);
    }

    /** Where the server's own connections lead. Empty where the server has no pool of that name. */
    private Map<String, Object> expected() {
        Optional<DataSource> pool = server.pool(type);
        if (pool.isEmpty()) return Map.of();
        try (Connection connection = pool.get().getConnection()) {
            return type.equals("postgres") ? ofPostgres(connection) : ofMySql(connection);
        } catch (SQLException failed) {
            throw new IllegalStateException("The server's own pool of connections doesn't say where it leads, so that winnow can't know whether it"
                + " would reach the same tables: " + failed.getMessage(), failed);
        }
    }

    private static Map<String, Object> ofPostgres(Connection connection) throws SQLException {
        Map<String, Object> expected = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
             ResultSet row = statement.executeQuery("SELECT current_database(), current_schemas(false)::text[]")) {
            row.next();
            expected.put("database", row.getString(1));
            Array schemas = row.getArray(2);
            if (((Object[]) schemas.getArray()).length > 0) expected.put("schema", schemas.getArray());
        }
        name(connection, "SELECT system_identifier::text FROM pg_control_system()").ifPresent(name -> expected.put("server", name));
        return expected;
    }

    /** A group of servers by the group's name: the pool's connection and winnow's may lead to different members. */
    private static Map<String, Object> ofMySql(Connection connection) throws SQLException {
        Map<String, Object> expected = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery("SELECT DATABASE()")) {
            row.next();
            if (row.getString(1) != null) expected.put("database", row.getString(1));
        }
        name(connection, """
            SELECT COALESCE(
              (SELECT NULLIF(VARIABLE_VALUE, '') FROM performance_schema.global_variables WHERE VARIABLE_NAME = 'group_replication_group_name'),
              (SELECT NULLIF(VARIABLE_VALUE, '') FROM performance_schema.global_status WHERE VARIABLE_NAME = 'wsrep_cluster_state_uuid'),
              @@server_uuid)""").ifPresent(name -> expected.put("server", name));
        return expected;
    }

    /** The server's name, where this user may read it. */
    private static Optional<String> name(Connection connection, String sql) {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
        } catch (SQLException kept) {
            return Optional.empty();
        }
    }
}
