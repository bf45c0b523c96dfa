package io.winnow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** The little of the library's JSON that this package itself reads. */
final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static List<String> taskNames(String json) {
        List<String> names = new ArrayList<>();
        parse(json).path("tasks").forEach(task -> names.add(task.path("name").asText()));
        return names;
    }

    static WinnowException exception(int status, String json) {
        if (json.isEmpty()) return new WinnowException("STATUS_" + status, "winnow failed with status " + status, "", false, "", "{}");
        JsonNode error = parse(json);
        return new WinnowException(error.path("code").asText(), error.path("message").asText(), error.path("pointer").asText(),
            error.path("retryable").asBoolean(), error.path("sqlstate").asText(), error.path("done").isObject() ? error.path("done").toString() : "{}");
    }

    /** A request of the library's that failed as a whole. */
    static String error(Exception failed) {
        return MAPPER.createObjectNode().put("error", failed.toString()).toString();
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("winnow returned something that is not JSON", broken);
        }
    }
}
