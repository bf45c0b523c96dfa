/* The plain C host beside Calls.java: calls and callbacks of the same library, timed in the same way. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abi/winnow.h"

enum { ROUNDS = 9 };
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

static int ascending(const void* left, const void* right) {
  const double a = *(const double*)left, b = *(const double*)right;
  return (a > b) - (a < b);
}

static void print(const char* name, double* rounds) {
  qsort(rounds, ROUNDS, sizeof *rounds, ascending);
  printf("{\"name\": \"%s\", \"ns\": %.1f}\n", name, rounds[ROUNDS / 2]);
}

int main(int argc, char** argv) {
  const long times = argc > 1 ? atol(argv[1]) : 1000000;
  char params[24];
  snprintf(params, sizeof params, "%ld", times);
  winnow_host host = {sizeof host, 0, NULL, NULL, on_event, NULL, NULL};
  winnow* w = NULL;
  winnow_job* job = NULL;
  if (winnow_open(&host, "", 0, &w, NULL) != WINNOW_OK) return 1;
  if (winnow_job_new(w, "echo", 4, params, strlen(params), &job, NULL) != WINNOW_OK) return 1;
  double calls[ROUNDS], callbacks[ROUNDS];
  for (int round = 0; round < ROUNDS; ++round) {
    winnow_progress progress = {0};
    progress.size = sizeof progress;
    double start = now();
    for (long i = 0; i < times; ++i) winnow_job_progress(job, &progress);
    calls[round] = (now() - start) / (double)times;
    start = now();
    winnow_job_run(job, NULL);
    callbacks[round] = (now() - start) / (double)times;
  }
  print("call, C", calls);
  print("callback, C", callbacks);
  winnow_job_free(job);
  return winnow_close(w);
}
