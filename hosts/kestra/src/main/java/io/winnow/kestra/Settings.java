package io.winnow.kestra;

import io.kestra.core.runners.RunContext;
import io.micronaut.context.ApplicationContext;
import io.micronaut.core.type.Argument;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The library's configuration for one run. What the operator says about winnow comes first: the plugin configuration of the task's
 * type, then the block {@code winnow:} of the server's application.yml, both with the keys of docs/configuration.md. What neither says
 * is taken from the server: its database, its storage, the flow's tenant.
 */
final class Settings {
    private static final List<String> ENGINES = List.of("postgres", "mysql");

    private final RunContext context;
    private final KestraServer server;

    Settings(RunContext context, KestraServer server) {
        this.context = context;
        this.server = server;
    }

    Map<String, Object> configuration() {
        Map<String, Object> configuration = new LinkedHashMap<>();
        server.application().flatMap(found -> found.getProperty("winnow", Argument.mapOf(String.class, Object.class)))
            .ifPresent(configuration::putAll);
        configuration.putAll(nested(context.pluginConfigurations()));
        boolean fromFile = configuration.containsKey("kestra");  // that file may name both
        if (!fromFile && !configuration.containsKey("database")) configuration.put("database", database());
        if (!fromFile && !configuration.containsKey("storage") && server.storage().isPresent()) {
            configuration.put("storage", Map.of("type", "host"));
        }
        configuration.put("policy", policy(configuration.get("policy")));
        configuration.putIfAbsent("store-directory", context.workingDir().path().toString());
        return configuration;
    }

    /** The database that the server keeps its executions in. */
    private Map<String, Object> database() {
        ApplicationContext application = server.application().orElseThrow(() -> new IllegalStateException(
            "This worker doesn't know the server's database. Say it in winnow's plugin configuration (docs/kestra.md)."));
        String type = application.getProperty("kestra.repository.type", String.class).orElse("");
        if (!ENGINES.contains(type)) {
            throw new IllegalStateException("The server keeps its executions in `kestra.repository.type: " + type
                + "`, which winnow doesn't know; it works on postgres and mysql. Another database is named by `winnow.database` (docs/kestra.md).");
        }
        Function<String, Optional<String>> setting = key -> application.getProperty("datasources." + type + "." + key, String.class);
        String url = setting.apply("url").orElseThrow(() -> new IllegalStateException("The server's settings lack datasources." + type + ".url."));
        Map<String, Object> database = new LinkedHashMap<>();
        database.put("url", setting.apply("username").map(user -> withUser(url, user)).orElse(url));
        setting.apply("password").ifPresent(password -> database.put("password", password));
        return database;
    }

    /** The library takes the user from the URL, as JDBC allows it too. */
    private static String withUser(String url, String user) {
        return url + (url.contains("?") ? "&" : "?") + "user=" + URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The operator's policy, with the flow's tenant as the only one: no flow reaches another tenant. */
    private Map<String, Object> policy(Object configured) {
        Map<String, Object> policy = new LinkedHashMap<>();
        if (configured instanceof Map<?, ?> map) map.forEach((key, value) -> policy.put(key.toString(), value));
        policy.put("tenant", context.flowInfo().tenantId());
        return policy;
    }

    /** Kestra hands a plugin's configuration over with flat keys: `database.url`. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> nested(Map<String, Object> flat) {
        Map<String, Object> root = new LinkedHashMap<>();
        flat.forEach((key, value) -> {
            Map<String, Object> parent = root;
            String[] parts = key.split("\\.");
            for (int i = 0; i < parts.length - 1; i++) {
                parent = (Map<String, Object>) parent.computeIfAbsent(parts[i], absent -> new LinkedHashMap<>());
            }
            parent.put(parts[parts.length - 1], value);
        });
        return root;
    }
}
