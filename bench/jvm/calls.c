/* The plain C host beside Calls.java: calls and callbacks of the same library, timed in the same
 * way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abi/winnow.h"

enum { ROUNDS = 3 };
static volatile size_t seen;

static void on_event(void* context, const char* json, size_t length) {
  (void)context, (void)json;
  seen += length;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int argc, char** argv) {
  const long times = argc > 1 ? atol(argv[1]) : 1000000;
  char params[24];
  snprintf(params, sizeof params, "%ld", times);
  winnow_host host = {.size = sizeof host, .event = on_event};
  winnow* w = NULL;
  winnow_job* job = NULL;
  if (winnow_open(&host, "", 0, &w, NULL) != WINNOW_OK) return 1;
  if (winnow_job_new(w, "echo", 4, params, strlen(params), &job, NULL) != WINNOW_OK) return 1;
  for (int round = 0; round < ROUNDS; ++round) {
    winnow_progress progress = {0};
    progress.size = sizeof progress;
    const double start = now();
    for (long i = 0; i < times; ++i) winnow_job_progress(job, &progress);
    const double between = now();
    winnow_job_run(job, NULL);
    const double end = now();
    printf("c call %.1f\n", (between - start) / (double)times);
    printf("c callback %.1f\n", (end - between) / (double)times);
  }
  winnow_job_free(job);
  return winnow_close(w);
}
