package io.winnow.tests;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.models.flows.FlowWithSource;
import io.kestra.core.models.flows.State;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** What ./dev demo-kestra shows: the real Kestra runs docs/examples/flows/kestra.yaml on a sample database. */
public final class Demo {
    private static final int MINUTES = 5;

    private Demo() {}

    /** Arguments: a folder for the server's files, and how many executions. Status 0 when the flow succeeded. */
    public static void main(String[] arguments) {
        CompletableFuture.delayedExecutor(MINUTES, TimeUnit.MINUTES).execute(() -> {
            say("Not done after " + MINUTES + " minutes: given up");
            Runtime.getRuntime().halt(1);
        });
        int status = 1;
        try {
            if (demonstrate(Path.of(arguments[0]), arguments[1])) status = 0;
        } catch (Exception | Error failed) {
            failed.printStackTrace();
        }
        Runtime.getRuntime().halt(status);  // Kestra's threads stay, and complain when its queues close under them
    }

    private static boolean demonstrate(Path folder, String executions) throws Exception {
        String yaml = Files.readString(Path.of(System.getProperty("winnow.source"), "docs/examples/flows/kestra.yaml"));
        Path storage = folder.resolve("storage");
        try (Database database = Database.postgres("winnow_demo")) {
            say("A PostgreSQL with Kestra's tables and " + executions + " executions, and Kestra's storage with their files");
            database.sample("--executions", executions, "--storage", storage.toString());
            say("Kestra's own executor, worker and queues, with the jar in its plugins folder; the flow:");
            System.out.println(yaml);
            Kestra kestra = new Kestra("demo", storage);
            kestra.keepsExecutionsIn(database);
            FlowWithSource flow = kestra.flow(yaml);
            Execution execution = kestra.run(flow.getNamespace(), flow.getId());
            show(kestra, execution);
            return execution.getState().getCurrent() == State.Type.SUCCESS;
        }
    }

    private static void show(Kestra kestra, Execution execution) throws Exception {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        for (TaskRun run : execution.getTaskRunList()) {
            say("Outputs of " + run.getTaskId());
            System.out.println(mapper.writeValueAsString(kestra.outputs(execution, run.getTaskId())));
        }
        say("The execution's log");
        kestra.logs(execution).forEach(System.out::println);
        say("The execution is " + execution.getState().getCurrent());
    }

    private static void say(String text) {
        System.out.println("\n\033[1m" + text + "\033[0m");
    }
}
