package io.winnow.tests;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.models.flows.State;
import io.kestra.core.plugins.DefaultPluginRegistry;
import io.kestra.core.plugins.PluginRegistry;
import io.kestra.core.repositories.ExecutionRepositoryInterface;
import io.kestra.core.repositories.LocalFlowRepositoryLoader;
import io.kestra.core.runners.TestRunner;
import io.kestra.core.runners.TestRunnerUtils;
import io.kestra.core.services.ExecutionService;
import io.kestra.core.services.FlowService;
import io.kestra.core.storages.StorageInterface;
import io.micronaut.context.ApplicationContext;
import io.micronaut.context.BeanRegistration;
import io.micronaut.context.RuntimeBeanDefinition;
import io.micronaut.context.env.PropertySource;
import io.micronaut.inject.qualifiers.Qualifiers;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.mockito.Mockito;

/** Kestra's own executor, worker and queues in this process, with the plugin folder registered as its command line does it. */
final class Kestra implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(Integer.getInteger("winnow.patience", 3));

    private static Path plugins;

    private final ApplicationContext context;
    private final AtomicReference<StorageInterface> files = new AtomicReference<>();
    private final TestRunner runner;

    /** A folder with the plugin's jar alone, as a server has it; one for all Kestras of this process, as the registry is. */
    static synchronized Path plugins() throws IOException {
        if (plugins != null) return plugins;
        plugins = Files.createTempDirectory("plugins");
        try (var jars = Files.newDirectoryStream(Path.of(System.getProperty("winnow.plugins")), "plugin-winnow-*.jar")) {
            for (Path jar : jars) Files.copy(jar, plugins.resolve(jar.getFileName()));
        }
        return plugins;
    }

    /** Kestra's internal storage is the folder {@code storage}; {@code name} is that of its own database. */
    Kestra(String name, Path storage) throws Exception {
        PluginRegistry registry = DefaultPluginRegistry.getOrCreate();
        registry.registerIfAbsent(plugins());
        // Read by application.yml. The Kestras of a process follow each other.
        System.setProperty("kestra-test.storage", storage.toString());
        System.setProperty("kestra-test.database", name);
        System.setProperty("kestra-test.controller-port", String.valueOf(freePort()));
        context = ApplicationContext.builder().environments("test").deduceEnvironment(false).start();
        StorageInterface own = context.getBean(StorageInterface.class);
        files.set(own);
        context.registerBeanDefinition(RuntimeBeanDefinition.builder(StorageInterface.class, files::get).replaces(StorageInterface.class).build());
        runner = context.getBean(TestRunner.class);
        runner.setSchedulerEnabled(false);
        enableSystemWorker();
        runner.run();
    }

    /** From 2.0 on tasks that need the server's database run in a worker of their own, which the server has and a worker apart has not. */
    private void enableSystemWorker() throws ReflectiveOperationException {
        try {
            TestRunner.class.getMethod("setSystemWorkerEnabled", boolean.class).invoke(runner, true);
        } catch (NoSuchMethodException before) {
            // 1.x has one kind of worker.
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Adds all flows of a folder. */
    void load(Path flows) throws Exception {
        bean(LocalFlowRepositoryLoader.class).load("main", flows.toFile());
    }

    /** From here on the server's settings say that it keeps its executions there; winnow is told nothing else. */
    void keepsExecutionsIn(Database database) {
        set("server", database.settings());
        dropPool(database.engine());
    }

    /** Until this is closed, the server's storage is another one to whoever asks for it. */
    AutoCloseable keepsFilesIn(StorageInterface storage) {
        StorageInterface own = files.getAndSet(storage);
        return () -> files.set(own);
    }

    /** Micronaut makes a datasource's pool when somebody first asks for it; the next one will have the settings of then. */
    void dropPool(String datasource) {
        for (BeanRegistration<?> active : List.copyOf(context.getActiveBeanRegistrations(Qualifiers.byName(datasource)))) {
            String type = active.bean().getClass().getSimpleName();
            if (active.bean() instanceof DataSource || type.equals("DatasourceConfiguration")) context.destroyBean(active);
        }
    }

    /** The pool of a datasource, as the server has it for itself. */
    DataSource pool(String datasource) {
        return context.getBean(DataSource.class, Qualifiers.byName(datasource));
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
        context.getEnvironment().refresh();
    }

    /** Checks a flow and adds it. */
    FlowWithSource flow(String yaml) throws Exception {
        return bean(FlowService.class).importFlow("main", yaml);
    }

    /** As in the Enterprise Edition, flows may reach their own namespace only, until this is closed. */
    AutoCloseable denyNamespaces() throws Exception {
        Class<?> type = permissions();
        return deny(type, context.getBean(type));
    }

    /** What Kestra asks for permission: a class that moved after 1.1. */
    private static Class<?> permissions() throws ClassNotFoundException {
        boolean moved = Stream.of(FlowService.class.getMethods()).noneMatch(method -> method.getName().equals("checkAllowedNamespace"));
        return moved ? Class.forName("io.kestra.core.services.DefaultNamespaceService") : FlowService.class;
    }

    private <T> AutoCloseable deny(Class<T> type, Object original) {
        AtomicBoolean denying = new AtomicBoolean(true);
        T service = Mockito.mock(type, call -> {
            if (!denying.get()) return call.getMethod().invoke(original, call.getArguments());
            return call.getMethod().getReturnType() == boolean.class ? false : call.callRealMethod();
        });
        context.destroyBean(type);
        context.registerBeanDefinition(RuntimeBeanDefinition.builder(type, () -> service).replaces(type).singleton(true).build());
        return () -> denying.set(false);
    }

    Execution run(String namespace, String flow) throws Exception {
        return bean(TestRunnerUtils.class).runOne("main", namespace, flow, PATIENCE);
    }

    /** Runs a flow up to its Pause. */
    Execution runUntilPaused(String namespace, String flow) throws Exception {
        return bean(TestRunnerUtils.class).runOneUntilPaused("main", namespace, flow, null, null, PATIENCE);
    }

    /** Somebody approves: the execution goes on behind the Pause, to its end. */
    Execution approve(Execution paused, FlowWithSource flow, String pause) throws Exception {
        String run = paused.findTaskRunsByTaskId(pause).getFirst().getId();
        Execution resumed = bean(ExecutionService.class).markAs(paused, flow, run, State.Type.RUNNING);
        return bean(TestRunnerUtils.class).emitAndAwaitExecution(execution -> execution.getState().isTerminated(), resumed, PATIENCE);
    }

    /** The state of a task by now: a killed one ends a moment after its execution. */
    State.Type state(Execution execution, String task) {
        return bean(ExecutionRepositoryInterface.class).findById("main", execution.getId()).orElseThrow()
            .findTaskRunsByTaskId(task).getFirst().getState().getCurrent();
    }

    /** From 2.0 on outputs are kept apart from the execution, behind a service of their own. */
    Map<String, Object> outputs(Execution execution, String task) throws Exception {
        TaskRun run = execution.findTaskRunsByTaskId(task).getFirst();
        Object outputs = run.getOutputs();
        if (outputs == null) {
            Class<?> service = Class.forName("io.kestra.core.services.TaskOutputService");
            outputs = service.getMethod("getOutputs", TaskRun.class).invoke(bean(service), run);
        }
        return MAPPER.readValue(MAPPER.writeValueAsString(outputs), new TypeReference<>() {});
    }

    /** Messages of an execution's log, read from the tables themselves: the classes before them change between releases. */
    List<String> logs(Execution execution) throws Exception {
        return values("SELECT JQ_STRING(\"value\", '.message') FROM logs WHERE \"execution_id\" = ? ORDER BY \"timestamp\"", execution);
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
        String url = context.getProperty("datasources.h2.url", String.class).orElseThrow();
        try (Connection connection = DriverManager.getConnection(url, "sa", ""); PreparedStatement statement = connection.prepareStatement(sql)) {
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
