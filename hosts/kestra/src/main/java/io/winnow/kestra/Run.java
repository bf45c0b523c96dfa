package io.winnow.kestra;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.kestra.core.models.annotations.Example;
import io.kestra.core.models.annotations.Plugin;
import io.kestra.core.models.property.Property;
import io.kestra.core.models.tasks.RunnableTask;
import io.kestra.core.runners.RunContext;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import java.util.HashMap;
import java.util.Map;

/** For tasks that this jar has no class for: those of the operator's own manifests. */
@Schema(title = "Run a winnow task by its name.", description = "For listings that the operator added by a manifest of their own.")
@Plugin(examples = @Example(full = true, title = "Run a listing that the operator added", code = """
    id: list_triggers
    namespace: system

    tasks:
      - id: list
        type: io.winnow.kestra.Run
        task: ListTriggers
        parameters:
          namespace: company
          fetchType: STORE
    """))
public class Run extends WinnowTask implements RunnableTask<Run.Output> {
    @Schema(title = "Name of the task", description = "As its manifest has it.")
    @NotNull
    private Property<String> task;

    @Schema(title = "Parameters of the task")
    private Property<Map<String, Object>> parameters;

    @Override
    public Output run(RunContext runContext) throws Exception {
        String name = runContext.render(task).as(String.class).orElseThrow();
        Map<String, Object> rendered = new HashMap<>(runContext.render(parameters).asMap(String.class, Object.class));
        return perform(runContext, name, rendered, Output.class);
    }

    public Property<String> getTask() {
        return task;
    }

    public Property<Map<String, Object>> getParameters() {
        return parameters;
    }

    /** The task's result as it is. */
    public static class Output extends WinnowTask.TaskOutput {
        @Schema(title = "Result of the task")
        private final Map<String, Object> result;

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Output(Map<String, Object> result) {
            this.result = result;
        }

        public Map<String, Object> getResult() {
            return result;
        }
    }
}
