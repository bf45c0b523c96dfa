package io.winnow.kestra;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kestra.core.models.WorkerJobLifecycle;
import io.kestra.core.models.executions.metrics.Counter;
import io.kestra.core.models.flows.State;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.Output;
import io.kestra.core.models.tasks.RunnableTaskException;
import io.kestra.core.models.tasks.SystemTask;
import io.kestra.core.models.tasks.Task;
import io.kestra.core.runners.RunContext;
import io.winnow.Winnow;
import io.winnow.WinnowException;
import io.winnow.WinnowJob;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What every winnow task does: opens the library for one run, calls it, and gives its result, counters and logs to Kestra. */
public abstract class WinnowTask extends Task implements SystemTask, WorkerJobLifecycle {
    // A newer library may return fields that this jar's outputs don't have.
    private static final ObjectMapper MAPPER = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private static final Duration MOMENT = Duration.ofSeconds(2);

    // Kestra calls kill() from another thread, and possibly before there is a job.
    private transient volatile boolean killed;
    private transient volatile WinnowJob running;

    /** Runs a task of the library. When it fails, the outputs say what was committed before. */
    protected <T extends TaskOutput> T perform(RunContext context, String task, Map<String, Object> parameters, Class<T> outputs)
        throws Exception {
        KestraServer server = new KestraServer(context);
        server.checkNamespace(parameters.get("namespace") instanceof String namespace ? namespace : null);
        Settings settings = new Settings(context, server);
        String configuration = MAPPER.writeValueAsString(settings.configuration());
        try (TaskHost host = new TaskHost(context.logger(), server, end(context), () -> killed);
             Winnow winnow = Winnow.open(configuration, host);
             WinnowJob job = winnow.job(task, MAPPER.writeValueAsString(parameters))) {
            running = job;
            if (killed) job.cancel();
            return outputs(context, task, run(context, job, host, task, outputs), outputs);
        } catch (RunnableTaskException failed) {
            if (!(failed.getOutput() instanceof TaskOutput output) || !killed && getTimeout() == null) throw failed;
            output.finalState = killed ? State.Type.KILLED : State.Type.FAILED;
            if (!killed) context.logger().error(failed.getMessage(), failed);
            return outputs.cast(output);
        } catch (WinnowException refused) {
            // Kestra's log has the cause too.
            String said = settings.inKestrasTerms(refused.getMessage());
            throw new RunnableTaskException(message(refused, said), refused.inWords(said));
        } finally {
            running = null;
        }
    }

    /**
     * Outputs that may say themselves how the task ended. Kestra drops the outputs of an exception from a task with a timeout. It also
     * marks a task as killed only after kill() has returned: one that has ended by then would count as failed.
     */
    public abstract static class TaskOutput implements Output {
        private transient State.Type finalState;

        @Override
        public Optional<State.Type> finalState() {
            return Optional.ofNullable(finalState);
        }
    }

    /** A list or an object that Kestra rendered into a string, as what it is; another string as it stands. */
    static Object structured(Object value) {
        boolean maybe = value instanceof String text && (text.strip().startsWith("[") || text.strip().startsWith("{"));
        if (!maybe) return value;
        try {
            return MAPPER.readValue((String) value, Object.class);
        } catch (JsonProcessingException noJson) {
            return value;
        }
    }

    /** An expression that gives nothing is a mistake where without the parameter more would be selected or removed. */
    static void put(Map<String, Object> parameters, String name, Property<?> written, Optional<?> value, boolean mayBeAbsent) {
        if (written != null && value.isEmpty() && !mayBeAbsent) {
            throw new IllegalArgumentException("'" + name + "': the expression gives nothing, and without a value more would be selected or removed;"
                + " leave the property out, or give the expression a value by ??");
        }
        value.ifPresent(given -> parameters.put(name, given));
    }

    /** Whatever ends a run, what it has committed goes into the outputs and the log. */
    private <T extends TaskOutput> String run(RunContext context, WinnowJob job, TaskHost host, String task, Class<T> outputs) throws Exception {
        try {
            return job.run();
        } catch (WinnowException failed) {
            String message = host.isOver() ? "TIMEOUT: the time of the task is over. " + message(failed) : message(failed);
            throw new RunnableTaskException(message, failed, outputs(context, task, failed.done(), outputs));
        } catch (Exception ofCallback) {
            throw new RunnableTaskException(ofCallback.toString(), ofCallback, outputs(context, task, done(ofCallback), outputs));
        }
    }

    /** An exception of a callback brings along what ended with it. */
    private static String done(Exception ofCallback) {
        return Stream.of(ofCallback.getSuppressed()).filter(WinnowException.class::isInstance)
            .map(suppressed -> ((WinnowException) suppressed).done()).findFirst().orElse("{}");
    }

    /**
     * When the run ends itself, a moment before Kestra's own timeout, which would drop its outputs; in System.nanoTime(). Empty where the
     * task has no timeout.
     */
    private OptionalLong end(RunContext context) throws Exception {
        Optional<Duration> timeout = context.render(getTimeout()).as(Duration.class);
        return timeout.isEmpty() ? OptionalLong.empty()
            : OptionalLong.of(System.nanoTime() + timeout.get().toNanos() - Math.min(timeout.get().toNanos() / 5, MOMENT.toNanos()));
    }

    /** Kill and timeout: the library ends its statement and the run; what was committed stays. */
    @Override
    public void kill() {
        killed = true;
        WinnowJob job = running;
        if (job != null) job.cancel();
    }

    private static String message(WinnowException failed) {
        return message(failed, failed.getMessage());
    }

    private static String message(WinnowException failed, String said) {
        boolean names = failed.pointer().isEmpty() || !said.equals(failed.getMessage());  // the place already
        String cause = failed.getCause() == null ? "" : " Cause: " + failed.getCause();
        return failed.code() + ": " + said + (names ? "" : " (" + failed.pointer() + ")") + cause;
    }

    /** The library's result as Kestra has it: its counts are metrics and a line of the log, its file goes into the internal storage. */
    private static <T extends TaskOutput> T outputs(RunContext context, String task, String json, Class<T> type) throws Exception {
        ObjectNode result = (ObjectNode) MAPPER.readTree(json);
        List<Map.Entry<String, JsonNode>> counts = result.properties().stream().filter(field -> field.getValue().isIntegralNumber()).toList();
        counts.forEach(count -> context.metric(Counter.of(count.getKey(), count.getValue().longValue())));
        if (!counts.isEmpty()) context.logger().info("{}: {}", task, counts.stream().map(count -> count.getKey() + " " + count.getValue()).collect(Collectors.joining(", ")));
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
