/*
 * A host in pure C that knows abi/winnow.h and nothing else: consumer LIBRARY FOLDER, where FOLDER
 * has kestra.db and storage/. Opens the library by dlopen, lists, purges, purges again, and checks
 * what it is told.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/winnow.h"

static int failures = 0;

static void check(int holds, const char* what) {
  if (holds) return;
  fprintf(stderr, "does not hold: %s\n", what);
  ++failures;
}

/* ISO C has no cast from an object pointer to a function's; POSIX says that copying the bits works.
 */
static void* library;
#define LOOK_UP(pointer, name)                   \
  do {                                           \
    void* found = dlsym(library, name);          \
    memcpy(&(pointer), &found, sizeof(pointer)); \
    if (found == NULL) {                         \
      fprintf(stderr, "no symbol %s\n", name);   \
      exit(2);                                   \
    }                                            \
  } while (0)

static uint32_t (*abi_version)(void);
static const char* (*build_info)(void);
static int32_t (*open_)(const winnow_host*, const char*, size_t, winnow**, winnow_buffer*);
static int32_t (*close_)(winnow*);
static int32_t (*describe)(winnow*, const char*, size_t, winnow_buffer*);
static int32_t (*job_new)(winnow*, const char*, size_t, const char*, size_t, winnow_job**,
                          winnow_buffer*);
static int32_t (*job_plan)(winnow_job*, winnow_buffer*);
static int32_t (*job_run)(winnow_job*, winnow_buffer*);
static int32_t (*job_cancel)(winnow_job*);
static int32_t (*job_pause)(winnow_job*);
static int32_t (*job_resume)(winnow_job*);
static int32_t (*job_progress)(winnow_job*, winnow_progress*);
static void (*job_free)(winnow_job*);
static void (*buffer_free)(winnow_buffer*);

static int events = 0;
static void on_event(void* context, const char* json, size_t length) {
  check(context == &events, "the context comes back");
  check(length > 2 && json[0] == '{', "an event is a JSON object");
  ++events;
}

static int32_t run(winnow* w, const char* task, const char* params, winnow_buffer* out) {
  winnow_job* job = NULL;
  int32_t status = job_new(w, task, strlen(task), params, strlen(params), &job, out);
  if (status == WINNOW_OK) status = job_run(job, out);
  job_free(job);
  return status;
}

static void purge_and_look(winnow* w) {
  winnow_buffer out = {sizeof out, 0, NULL, 0};
  const char* params = "{\"endDate\": \"2026-06-01T00:00:00Z\"}";
  winnow_progress progress = {.size = sizeof progress};
  winnow_job* job = NULL;
  check(job_new(w, "PurgeExecutions", 15, params, strlen(params), &job, &out) == WINNOW_OK,
        "a job is made");
  check(job_plan(job, &out) == WINNOW_OK && strstr(out.data, "\"statements\"") != NULL,
        "a plan has statements");
  check(job_pause(job) == WINNOW_OK && job_resume(job) == WINNOW_OK, "a job is paused and resumed");
  check(job_run(job, &out) == WINNOW_OK, "a purge runs");
  check(strstr(out.data, "\"executionsCount\":0") == NULL, "something was purged");
  check(out.length == strlen(out.data), "the text ends in a NUL that its length does not count");
  check(events > 0, "batches are told");
  check(job_progress(job, &progress) == WINNOW_OK && progress.phase == WINNOW_PHASE_DONE,
        "it is done");
  check(progress.rows_done > 0 && progress.batches > 0, "progress counts");
  check(job_run(job, &out) == WINNOW_INVALID_ARGUMENT, "a job runs once");
  check(job_pause(job) == WINNOW_INVALID_ARGUMENT, "a job that is done can't be paused");
  check(job_cancel(job) == WINNOW_OK, "a job that is done may be cancelled");
  check(close_(w) == WINNOW_INVALID_ARGUMENT, "close is refused while a job is open");
  job_free(job);
  check(run(w, "io.kestra.plugin.core.execution.PurgeExecutions", params, &out) == WINNOW_OK &&
            strstr(out.data, "\"executionsCount\":0") != NULL,
        "the same purge again finds nothing");
  buffer_free(&out);
}

int main(int argc, char** argv) {
  char config[4096];
  winnow_buffer out = {sizeof out, 0, NULL, 0};
  winnow_host host = {.size = sizeof host, .context = &events, .event = on_event};
  winnow* w = NULL;
  if (argc != 3) return 2;
  library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  LOOK_UP(abi_version, "winnow_abi_version");
  LOOK_UP(build_info, "winnow_build_info");
  LOOK_UP(open_, "winnow_open");
  LOOK_UP(close_, "winnow_close");
  LOOK_UP(describe, "winnow_describe");
  LOOK_UP(job_new, "winnow_job_new");
  LOOK_UP(job_plan, "winnow_job_plan");
  LOOK_UP(job_run, "winnow_job_run");
  LOOK_UP(job_cancel, "winnow_job_cancel");
  LOOK_UP(job_pause, "winnow_job_pause");
  LOOK_UP(job_resume, "winnow_job_resume");
  LOOK_UP(job_progress, "winnow_job_progress");
  LOOK_UP(job_free, "winnow_job_free");
  LOOK_UP(buffer_free, "winnow_buffer_free");

  check(abi_version() >> 16 == WINNOW_ABI_VERSION >> 16, "the ABI is ours");
  check(strstr(build_info(), "\"version\"") != NULL, "the build says what it is");
  snprintf(config, sizeof config,
           "database: {url: \"sqlite:%s/kestra.db\"}\nstorage: {type: local, base-path: "
           "\"%s/storage\"}\n",
           argv[2], argv[2]);
  check(open_(&host, config, strlen(config), &w, &out) == WINNOW_OK, "the library opens");
  check(describe(w, NULL, 0, &out) == WINNOW_OK && strstr(out.data, "\"ListLogs\"") != NULL,
        "it has tasks");
  check(run(w, "ListExecutions", "{\"size\": 3}", &out) == WINNOW_OK &&
            strstr(out.data, "\"size\":3") != NULL,
        "a page has its rows");
  purge_and_look(w);
  buffer_free(&out);
  buffer_free(&out);
  check(close_(w) == WINNOW_OK, "it closes");
  check(close_(w) == WINNOW_INVALID_ARGUMENT, "a second close is told so");
  dlclose(library);
  if (failures == 0) puts("the C consumer is content");
  return failures == 0 ? 0 : 1;
}
