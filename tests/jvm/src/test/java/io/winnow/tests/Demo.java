package io.winnow.tests;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.kestra.core.models.executions.Execution;
import io.kestra.core.models.executions.TaskRun;
import io.kestra.core.models.flows.FlowWithSource;
import java.nio.file.Files;
import java.nio.file.Path;

/** What ./dev demo-kestra shows: the real Kestra runs docs/examples/flows/kestra.yaml on a sample database. */
public final class Demo {
    private Demo() {}

    public static void main(String[] arguments) throws Exception {
        Path source = Path.of(System.getProperty("winnow.source"));
        String yaml = Files.readString(source.resolve("docs/examples/flows/kestra.yaml"));
        try (Database database = Database.postgres("winnow_demo")) {
            say("A PostgreSQL with Kestra's tables and 2,000 executions, and Kestra's storage with their files");
            database.sample("--executions", "2000", "--storage", System.getProperty("winnow.storage"));
            say("Kestra's own executor, worker and queues, with the jar in its plugins folder; the flow:");
            System.out.println(yaml);
            try (Kestra kestra = new Kestra(Kestra.plugins())) {
                kestra.keepsExecutionsIn(database);
                FlowWithSource flow = kestra.flow(yaml);
                show(kestra, kestra.run(flow.getNamespace(), flow.getId()));
            }
        }
        System.exit(0);  // some of Kestra's threads stay
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
