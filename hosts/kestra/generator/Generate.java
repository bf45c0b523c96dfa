import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.winnow.Winnow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Writes a Kestra task class for each task of the library, and the services file by which Kestra finds them. It asks the library
 * itself, so a new manifest is a new Kestra task without a line of Java. Usage: Generate OUTPUT_FOLDER (the jar of io.winnow and Jackson on the class path).
 */
public class Generate {
    private static final String PACKAGE = "io.winnow.kestra";
    // The host says which tenant: the flow's own.
    private static final Set<String> OF_THE_HOST = Set.of("tenant");
    // Fields of Kestra's Task; a parameter of such a name could not be told apart from them.
    private static final Set<String> OF_KESTRA = Set.of("id", "type", "version", "description", "retry", "timeout", "disabled",
        "workerGroup", "workerSelector", "logLevel", "allowFailure", "logToFile", "runIf", "allowWarning", "taskCache", "assets");

    public static void main(String[] arguments) throws Exception {
        Path output = Path.of(arguments[0]);
        List<String> services = new ArrayList<>(List.of(PACKAGE + ".Run"));
        ObjectMapper mapper = new ObjectMapper();
        try (Winnow winnow = Winnow.open("")) {
            for (String name : winnow.tasks()) {
                Path file = output.resolve("java/" + PACKAGE.replace('.', '/') + "/" + name + ".java");
                write(file, new Task(mapper.readTree(winnow.describe(name))).source());
                services.add(PACKAGE + "." + name);
            }
        }
        write(output.resolve("resources/META-INF/services/io.kestra.core.models.Plugin"), String.join("\n", services) + "\n");
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    /** One class. */
    record Task(JsonNode json) {
        private String name() {
            return json.path("name").asText();
        }

        private List<Field> parameters() {
            JsonNode schema = json.path("parameters");
            Set<String> required = texts(schema.path("required"));
            return fields(schema, required).stream().filter(field -> !OF_THE_HOST.contains(field.name())).toList();
        }

        private List<Field> outputs() {
            return fields(json.path("outputs"), Set.of());
        }

        private static List<Field> fields(JsonNode schema, Set<String> required) {
            return schema.path("properties").properties().stream()
                .map(entry -> new Field(entry.getKey(), entry.getValue(), required.contains(entry.getKey())))
                .toList();
        }

        String source() {
            for (Field field : parameters()) {
                if (OF_KESTRA.contains(field.name())) {
                    throw new IllegalArgumentException(name() + ": Kestra's own tasks have a property " + field.name() + "; call the parameter otherwise");
                }
            }
            return """
                // Written by hosts/kestra/generator/Generate.java: do not edit.
                package %s;

                import io.kestra.core.models.annotations.Example;
                import io.kestra.core.models.annotations.Plugin;
                import io.kestra.core.models.property.Property;
                import io.kestra.core.models.tasks.RunnableTask;
                import io.kestra.core.runners.RunContext;
                import io.swagger.v3.oas.annotations.media.Schema;
                import jakarta.validation.constraints.NotNull;
                import java.net.URI;
                import java.util.LinkedHashMap;
                import java.util.List;
                import java.util.Map;

                @Schema(title = %s, description = %s)
                @Plugin(examples = @Example(full = true, title = %s, code = %s))
                public class %s extends WinnowTask implements RunnableTask<%s.Output> {
                %s
                    @Override
                    public Output run(RunContext context) throws Exception {
                        Map<String, Object> parameters = new LinkedHashMap<>();
                %s
                        return perform(context, %s, parameters, Output.class);
                    }
                %s
                    public static class Output extends WinnowTask.TaskOutput {
                %s%s    }
                }
                """.formatted(PACKAGE, quoted(json.path("title").asText()), quoted(json.path("description").asText()),
                quoted(json.path("title").asText()), quoted(example()), name(), name(),
                joined(parameters(), Field::declaration), joined(parameters(), Field::rendering), quoted(name()),
                joined(parameters(), Field::getter), indented(joined(outputs(), Field::outputDeclaration)),
                indented(joined(outputs(), Field::outputGetter)));
        }

        /** A flow that works as it stands. */
        private String example() {
            Set<String> names = parameters().stream().map(Field::name).collect(Collectors.toSet());
            StringBuilder flow = new StringBuilder("id: %s\nnamespace: system\n\ntasks:\n  - id: %s\n    type: %s.%s\n".formatted(
                name().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(), json.path("engine").asText(), PACKAGE, name()));
            if (names.contains("namespace")) flow.append("    namespace: company\n");
            if (names.contains("endDate")) flow.append("    endDate: \"{{ now() | dateAdd(-1, 'MONTHS') }}\"\n");
            if (names.contains("rules")) flow.append("    rules:\n      - match: {namespace: company.billing.**}\n        keep: forever\n    otherwise: {keep: {age: P30D}}\n");
            if (names.contains("executionId") && names.contains("rules")) flow.append("    executionId: \"{{ execution.id }}\"\n");
            if (names.contains("fetchType")) flow.append("    fetchType: STORE\n");
            return flow.toString();
        }
    }

    /** A parameter or an output. */
    record Field(String name, JsonNode schema, boolean required) {
        private static final Map<String, String> TYPES = Map.of("string", "String", "integer", "Long", "number", "Double",
            "boolean", "Boolean", "object", "Map<String, Object>");

        private String type() {
            if (schema.path("format").asText().equals("uri")) return "URI";
            if (schema.path("type").isArray()) return "Object";  // a value, a list, or an object
            if (schema.path("type").asText().equals("array")) return "List<" + new Field("", schema.path("items"), false).type() + ">";
            return TYPES.getOrDefault(schema.path("type").asText(), "String");  // an enum has no type
        }

        private String annotation() {
            String text = schema.path("description").asText();
            JsonNode choices = schema.has("enum") ? schema.path("enum") : schema.at("/items/enum");
            if (!choices.isMissingNode()) text += " One of " + String.join(", ", texts(choices)) + ".";
            String title = schema.path("title").asText(words());
            String initial = schema.has("default") ? ", defaultValue = " + quoted(schema.path("default").asText()) : "";
            return "@Schema(title = " + quoted(title) + ", description = " + quoted(text.strip()) + initial + ")";
        }

        private String words() {
            String words = name.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase();
            return words.substring(0, 1).toUpperCase() + words.substring(1);
        }

        String declaration() {
            return "    " + annotation() + "\n" + (required ? "    @NotNull\n" : "") + "    private Property<" + type() + "> " + name + ";\n";
        }

        String rendering() {
            String type = type();
            if (type.startsWith("List<")) {
                return "        if (" + name + " != null) parameters.put(" + quoted(name) + ", context.render(" + name + ").asList("
                    + type.substring(5, type.length() - 1).replaceAll("<.*", "") + ".class));";
            }
            if (type.equals("Object")) {
                return put("context.render(" + name + ").as(Object.class).map(WinnowTask::structured)");
            }
            if (type.startsWith("Map<")) {
                return "        if (" + name + " != null) parameters.put(" + quoted(name) + ", context.render(" + name
                    + ").asMap(String.class, Object.class));";
            }
            return put("context.render(" + name + ").as(" + type + ".class)");
        }

        private String put(String rendered) {
            return "        put(parameters, " + quoted(name) + ", " + name + ", " + rendered + ", " + mayBeAbsent() + ");";
        }

        /** As in the command (hosts/cli/flow/parameters.cpp): what has no default narrows what goes, and a dry run is never left by accident. */
        private boolean mayBeAbsent() {
            return name.equals("batchTime") || schema.has("default") && (!name.equals("dryRun") || schema.path("default").asBoolean());
        }

        String getter() {
            return accessor("Property<" + type() + ">");
        }

        String outputDeclaration() {
            return "    " + annotation() + "\n    private " + type() + " " + name + ";\n";
        }

        String outputGetter() {
            return accessor(type());
        }

        private String accessor(String type) {
            return "\n    public %s get%s%s() {\n        return %s;\n    }\n".formatted(type, name.substring(0, 1).toUpperCase(), name.substring(1), name);
        }
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new java.util.LinkedHashSet<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static String joined(List<Field> fields, java.util.function.Function<Field, String> text) {
        return fields.stream().map(text).collect(Collectors.joining("\n")).stripTrailing() + "\n";
    }

    private static String indented(String lines) {
        return lines.indent(4);
    }

    /** A Java string literal. */
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
