package io.winnow.kestra;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kestra.core.models.WorkerJobLifecycle;
import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.models.tasks.Output;
import io.kestra.core.models.tasks.RunnableTaskException;
import io.kestra.core.models.tasks.Task;
import io.kestra.core.runners.RunContext;
import io.winnow.Winnow;
import io.winnow.WinnowException;
import io.winnow.WinnowHost;
import io.winnow.WinnowJob;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;

/** What every winnow task does: opens the library for one run, calls it, and gives its result, counters and logs to Kestra. */
public abstract class WinnowTask extends Task implements WorkerJobLifecycle {
    // A newer library may answer with fields that this jar's outputs don't have.
    private static final ObjectMapper MAPPER = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    // Kestra calls kill() from another thread, and possibly before there is a job.
    private transient volatile boolean killed;
    private transient volatile WinnowJob running;

    /** Runs a task of the library. When it fails, the outputs say what was committed before. */
    protected <T extends Output> T perform(RunContext context, String task, Map<String, Object> parameters, Class<T> outputs)
        throws Exception {
        KestraServer server = new KestraServer(context);
        server.checkNamespace(parameters.get("namespace") instanceof String namespace ? namespace : null);
        String configuration = MAPPER.writeValueAsString(new Settings(context, server).configuration());
        try (Winnow winnow = Winnow.open(configuration, host(context, server));
             WinnowJob job = winnow.job(task, MAPPER.writeValueAsString(parameters))) {
            running = job;
            if (killed) job.cancel();
            return outputs(context, task, job.run(), outputs);
        } catch (WinnowException failed) {
            throw new RunnableTaskException(message(failed), failed, outputs(context, task, failed.done(), outputs));
        } finally {
            running = null;
        }
    }

    /** Kill and timeout: the library ends its statement and the run; what was committed stays. */
    @Override
    public void kill() {
        killed = true;
        WinnowJob job = running;
        if (job != null) job.cancel();
    }

    private static String message(WinnowException failed) {
        String place = failed.pointer().isEmpty() ? "" : " (" + failed.pointer() + ")";
        String cause = failed.getCause() == null ? "" : " Cause: " + failed.getCause();
        return failed.code() + ": " + failed.getMessage() + place + cause;
    }

    private static WinnowHost host(RunContext context, KestraServer server) {
        Logger logger = context.logger();
        return new WinnowHost() {
            @Override
            public void log(Level level, String text) {
                switch (level) {
                    case TRACE -> logger.trace(text);
                    case DEBUG -> logger.debug(text);
                    case INFO -> logger.info(text);
                    case WARN -> logger.warn(text);
                    case ERROR -> logger.error(text);
                }
            }

            @Override
            public void event(String json) {
                logger.debug(json);
            }

            @Override
            public FileRemover fileRemover() {
                return server.storage().map(KestraFiles::new).orElse(null);
            }
        };
    }

    /** The library's answer as Kestra has it: its counts are metrics and a line of the log, its file goes into the internal storage. */
    private static <T extends Output> T outputs(RunContext context, String task, String json, Class<T> type) throws Exception {
        ObjectNode result = (ObjectNode) MAPPER.readTree(json);
        List<Map.Entry<String, JsonNode>> counts = result.properties().stream().filter(field -> field.getValue().isIntegralNumber()).toList();
        counts.forEach(count -> context.metric(Counter.of(count.getKey(), count.getValue().longValue())));
        context.logger().info("{}: {}", task, counts.stream().map(count -> count.getKey() + " " + count.getValue()).collect(Collectors.joining(", ")));
        if (result.hasNonNull("uri")) result.put("uri", stored(context, result.get("uri").asText()).toString());
        return MAPPER.treeToValue(result, type);
    }

    /** Moves a listing's file into Kestra's internal storage. Its lines are JSON, which is Ion too: Kestra's own tasks read it. */
    private static URI stored(RunContext context, String uri) throws Exception {
        Path file = Path.of(URI.create(uri));
        try {
            return context.storage().putFile(file.toFile(), file.getFileName().toString().replaceFirst("\\.jsonl$", ".ion"));
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
