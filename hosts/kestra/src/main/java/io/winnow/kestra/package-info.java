/** Kestra tasks over winnow: one class for each of its tasks, written by generator/Generate.java when the jar is built. */
@PluginSubGroup(
    title = "winnow",
    description = "Purge and list executions, logs and metrics straight in Kestra's database.",
    categories = PluginSubGroup.PluginCategory.CORE)
package io.winnow.kestra;

import io.kestra.core.models.annotations.PluginSubGroup;
