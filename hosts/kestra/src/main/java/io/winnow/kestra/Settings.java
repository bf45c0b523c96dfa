package io.winnow.kestra;

import io.kestra.core.runners.RunContext;
import io.kestra.core.storages.StorageInterface;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.env.Environment;
import io.micronaut.context.env.EnvironmentPropertySource;
import io.micronaut.context.env.SystemPropertiesPropertySource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * The library's configuration for one run. What the operator says about winnow comes first: the plugin configuration of the task's
 * type, then the block {@code winnow:} of the server's application.yml, both with the keys of docs/configuration.md. What neither says
 * is taken from the server: its database, its storage, the flow's tenant.
 */
final class Settings {
    private static final String PREFIX = "winnow";
    /** Where a value stands in the library's configuration. */
    private static final Pattern PLACE = Pattern.compile("configuration:\\d+: /([^: ]*): ");

    private final RunContext context;
    private final KestraServer server;
    /** Keys of {@code database} that are the server's, and its datasource. */
    private Set<String> ofDatasource = Set.of();
    private String datasource = "";

    Settings(RunContext context, KestraServer server) {
        this.context = context;
        this.server = server;
    }

    Map<String, Object> configuration() {
        Map<String, Object> configuration = merged(serverWide(), nested(context.pluginConfigurations()));
        if (!configuration.containsKey("kestra")) {  // a file of Kestra's settings, which names both
            Map<String, Object> database = map(configuration.get("database"));
            if (!database.containsKey("url")) configuration.put("database", merged(ofServer(database.keySet()), database));
            server.storage().ifPresent(storage -> configuration.put("storage", storage(storage, map(configuration.get("storage")))));
        }
        // No flow reaches another tenant than its own.
        configuration.put("policy", merged(map(configuration.get("policy")), tenant()));
        configuration.putIfAbsent("store-directory", context.workingDir().path().toString());
        return configuration;
    }

    private Map<String, Object> ofServer(Set<String> said) {
        ServerDatabase source = new ServerDatabase(server);
        Map<String, Object> database = source.configuration();
        datasource = source.name();
        ofDatasource = new LinkedHashSet<>(database.keySet());
        ofDatasource.removeAll(said);
        return database;
    }

    /**
     * What the library refuses of its configuration, named by the setting of Kestra that it came from: nobody has seen the configuration
     * that was made of them.
     */
    String inKestrasTerms(String message) {
        Matcher place = PLACE.matcher(message);
        if (!place.lookingAt()) return message;
        String setting = setting(place.group(1).replace('/', '.'));
        String reason = message.substring(place.end());
        // The server may need it as it is.
        boolean ofServer = setting.startsWith(datasource + ".") && !datasource.isEmpty();
        return setting + ": " + reason + (ofServer && !reason.contains("winnow.database.url") ? "." + ServerDatabase.REMEDY : "");
    }

    private String setting(String key) {
        if (key.startsWith("storage.kestra.")) return "kestra.storage." + key.substring("storage.kestra.".length());
        String ofDatabase = key.startsWith("database.") ? key.substring("database.".length()) : "";
        return ofDatasource.contains(ofDatabase.replaceFirst("\\..*", ""))
            ? datasource + "." + ofDatabase.replaceFirst("^properties", "data-source-properties")
            : PREFIX + "." + key;
    }

    private Map<String, Object> serverWide() {
        if (server.application().isEmpty()) return Map.of();
        Environment environment = server.application().get().getEnvironment();
        Map<String, Object> said = map(environment.getProperty(PREFIX, Map.class).orElse(Map.of()));
        said.keySet().removeIf(key -> !isWritten(environment, PREFIX + "." + key));
        return nested(said);
    }

    /**
     * Micronaut also takes each environment variable WINNOW_... and system property winnow... for a setting. They may change what
     * a file of settings says; alone they mean other things (winnow.bridge).
     */
    private static boolean isWritten(Environment environment, String key) {
        return environment.getPropertySources().stream()
            .filter(source -> !(source instanceof EnvironmentPropertySource || source instanceof SystemPropertiesPropertySource))
            .flatMap(source -> StreamSupport.stream(source.spliterator(), false))
            .anyMatch(name -> name.equals(key) || name.startsWith(key + ".") || name.startsWith(key + "["));
    }

    private Map<String, Object> tenant() {
        Map<String, Object> tenant = new LinkedHashMap<>();
        tenant.put("tenant", context.flowInfo().tenantId());
        return tenant;
    }

    /**
     * What the operator says about the files; where that names no type, the settings of the server's own storage, which the library
     * uses itself if they suffice.
     */
    private Map<String, Object> storage(StorageInterface bean, Map<String, Object> said) {
        if (said.containsKey("type")) return said;
        ApplicationContext application = server.application().orElseThrow();
        String type = application.getProperty("kestra.storage.type", String.class).orElse("").toLowerCase(Locale.ROOT).replaceFirst(":.*", "");
        // Another class of storage keeps its files elsewhere, whatever the settings say.
        boolean known = bean.getClass().getSimpleName().equalsIgnoreCase(type + "Storage");
        Map<String, Object> kestra = new LinkedHashMap<>();
        kestra.put("type", known ? type : bean.getClass().getName());
        if (known) {
            Map<String, Object> settings = nested(map(application.getProperty("kestra.storage." + type, Map.class).orElse(Map.of())));
            // As Kestra takes it: from the server's working directory.
            if (type.equals("local")) settings.computeIfPresent("base-path", (key, path) -> Path.of(path.toString()).toAbsolutePath().normalize().toString());
            kestra.put(type, settings);
        }
        Map<String, Object> storage = new LinkedHashMap<>(said);
        storage.put("type", "auto");
        storage.put("kestra", kestra);
        return storage;
    }

    /** Both, and where both say something, the second. */
    private static Map<String, Object> merged(Map<String, Object> first, Map<String, Object> second) {
        Map<String, Object> merged = new LinkedHashMap<>(first);
        second.forEach((key, value) ->
            merged.put(key, value instanceof Map && merged.get(key) instanceof Map ? merged(map(merged.get(key)), map(value)) : value));
        return merged;
    }

    private static Map<String, Object> map(Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> entries) entries.forEach((key, entry) -> map.put(key.toString(), entry));
        return map;
    }

    /** Micronaut has flat keys, {@code policy.protect[0]}: into maps and lists. */
    static Map<String, Object> nested(Map<String, Object> flat) {
        Map<String, Object> root = new LinkedHashMap<>();
        flat.forEach((key, value) -> put(root, key, value instanceof Map ? nested(map(value)) : value));
        return root;
    }

    private static void put(Map<String, Object> parent, String key, Object value) {
        int dot = key.indexOf('.');
        int bracket = key.indexOf('[');
        if (dot > 0) {
            String name = key.substring(0, dot);
            Map<String, Object> child = map(parent.get(name));
            put(child, key.substring(dot + 1), value);
            parent.put(name, child);
        } else if (bracket > 0) {
            String name = key.substring(0, bracket);
            int index = Integer.parseInt(key.substring(bracket + 1, key.length() - 1));
            List<Object> list = new ArrayList<>(parent.get(name) instanceof List<?> begun ? begun : List.of());
            while (list.size() <= index) list.add(null);
            list.set(index, value);
            parent.put(name, list);
        } else {
            parent.put(key, value);
        }
    }
}
