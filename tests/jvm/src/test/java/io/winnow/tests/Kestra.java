package io.winnow.tests;

import io.kestra.core.models.executions.Execution;
import io.kestra.core.plugins.DefaultPluginRegistry;
import io.kestra.core.plugins.PluginRegistry;
import io.kestra.core.repositories.LocalFlowRepositoryLoader;
import io.kestra.core.runners.TestRunner;
import io.kestra.core.runners.TestRunnerUtils;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.env.PropertySource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** Kestra's own executor, worker and queues in this process, with the plugin folder registered as its command line does it. */
final class Kestra implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ApplicationContext context;
    private final TestRunner runner;

    Kestra(Path plugins, Path flows) throws Exception {
        PluginRegistry registry = DefaultPluginRegistry.getOrCreate();
        registry.registerIfAbsent(plugins);
        context = ApplicationContext.builder().environments("test").deduceEnvironment(false).start();
        runner = context.getBean(TestRunner.class);
        runner.setSchedulerEnabled(false);
        runner.run();
        context.getBean(LocalFlowRepositoryLoader.class).load("main", flows.toFile());
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** Changes the server's settings while it runs; winnow reads them anew for each task. */
    void set(String source, Map<String, Object> properties) {
        context.getEnvironment().addPropertySource(PropertySource.of(source, properties, 1000));
    }

    void unset(String source) {
        context.getEnvironment().removePropertySource(PropertySource.of(source, Map.of()));
    }

    Execution run(String namespace, String flow) throws Exception {
        return bean(TestRunnerUtils.class).runOne("main", namespace, flow, PATIENCE);
    }

    static Map<String, Object> outputs(Execution execution, String task) {
        return execution.findTaskRunsByTaskId(task).getFirst().getOutputs();
    }

    /** Messages of an execution's log, read from the tables themselves: the classes before them change between releases. */
    List<String> logs(Execution execution) throws Exception {
        return values("SELECT JQ_STRING(\"value\", '.message') FROM logs WHERE \"execution_id\" = ?", execution);
    }

    List<String> metrics(Execution execution) throws Exception {
        return values("SELECT JQ_STRING(\"value\", '.name') || '=' || CAST(\"metric_value\" AS BIGINT) FROM metrics WHERE \"execution_id\" = ?", execution);
    }

    interface Assertion {
        void check() throws Exception;
    }

    /** Kestra writes logs and metrics a moment after the execution has ended. */
    static void eventually(Assertion assertion) throws Exception {
        Instant end = Instant.now().plus(PATIENCE);
        while (true) {
            try {
                assertion.check();
                return;
            } catch (AssertionError failed) {
                if (Instant.now().isAfter(end)) throw failed;
                Thread.sleep(100);
            }
        }
    }

    private List<String> values(String sql, Execution execution) throws Exception {
        List<String> values = new ArrayList<>();
        try (Connection connection = bean(DataSource.class).getConnection(); PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, execution.getId());
            for (ResultSet rows = statement.executeQuery(); rows.next(); ) values.add(rows.getString(1));
        }
        return values;
    }

    @Override
    public void close() throws Exception {
        runner.close();
        context.close();
    }
}
