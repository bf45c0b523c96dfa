package io.kestra.core.models.tasks;

/**
 * Stands here for Kestra 1.x, which has no such interface; from 2.0 on Kestra's own of this name takes its place: a plugin's classes get
 * whatever begins with {@code io.kestra.core} from the server first. It marks tasks that run where the server's database is within
 * reach, as Kestra's own purges do.
 */
public interface SystemTask {}
