/* A library that misbehaves as $STUB says, for the command's own tests: another ABI, answers that
 * are no JSON, a run that never heeds a wish to stop, one that asks for it twenty times and is done
 * or fails, one that works until it is told to stop. Everything else answers with success. */
#define _POSIX_C_SOURCE 200809L
#define WINNOW_BUILDING
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "abi/winnow.h"

static int is(const char* behaviour) {
  const char* value = getenv("STUB");
  return value != NULL && strcmp(value, behaviour) == 0;
}

static void give(winnow_buffer* out, const char* text) {
  if (out == NULL) return;
  out->data = strdup(text);
  out->length = strlen(text);
}

static winnow_host kept;

uint32_t winnow_abi_version(void) {
  if (is("older")) return WINNOW_ABI_VERSION - 1;
  if (is("other")) return WINNOW_ABI_VERSION + (1 << 16);
  return WINNOW_ABI_VERSION + 7;
}
const char* winnow_build_info(void) {
  return "{}";
}
int32_t winnow_open(const winnow_host* host, const char* config, size_t size, winnow_library** out,
                    winnow_buffer* error) {
  (void)config, (void)size, (void)error;
  kept = *host;
  *out = (winnow_library*)&kept;
  return WINNOW_OK;
}
int32_t winnow_close(winnow_library* w) {
  return (void)w, WINNOW_OK;
}
int32_t winnow_describe(winnow_library* w, const char* task, size_t size, winnow_buffer* out) {
  (void)w, (void)task, (void)size;
  if (is("garbage")) give(out, "no JSON");
  if (is("speechless")) return 99;
  if (!is("garbage")) give(out, "{\"tasks\": []}");
  return WINNOW_OK;
}
int32_t winnow_job_new(winnow_library* w, const char* task, size_t task_size, const char* params,
                       size_t params_size, winnow_job** out, winnow_buffer* error) {
  (void)w, (void)task, (void)task_size, (void)params, (void)params_size, (void)error;
  *out = (winnow_job*)&kept;
  return WINNOW_OK;
}
int32_t winnow_job_plan(winnow_job* job, winnow_buffer* out) {
  return (void)job, give(out, "{}"), WINNOW_OK;
}
static _Atomic long long steps; /* of 10 ms, of the "busy" and the "failing" one */

static int works_on(int asked, int cancelled) {
  if (is("busy")) return cancelled == 0;
  return is("stubborn") || ((is("brief") || is("failing")) && asked < 20);
}
int32_t winnow_job_run(winnow_job* job, winnow_buffer* out) {
  (void)job;
  kept.log(kept.context, WINNOW_INFO, "running \x1b[2J", 12);
  for (int asked = 0, cancelled = 0; works_on(asked, cancelled); ++asked) {
    ++steps;
    cancelled += kept.is_cancelled(kept.context);
    if (cancelled == 310) kept.log(kept.context, WINNOW_INFO, "three seconds", 13);
    nanosleep(&(struct timespec){0, 10000000}, NULL);
  }
  if (is("busy") || is("failing")) {
    give(out,
         "{\"code\": \"CANCELLED\", \"message\": \"as it should\", \"done\": {\"executionsCount\": "
         "7}}");
    return WINNOW_CANCELLED;
  }
  give(out, "{}");
  return WINNOW_OK;
}
int32_t winnow_job_cancel(winnow_job* job) {
  return (void)job, WINNOW_OK;
}
int32_t winnow_job_pause(winnow_job* job) {
  return (void)job, WINNOW_OK;
}
int32_t winnow_job_resume(winnow_job* job) {
  return (void)job, WINNOW_OK;
}
int32_t winnow_job_progress(winnow_job* job, winnow_progress* out) {
  (void)job;
  out->rows_done = 1234;
  out->rows_planned = -1;
  if (is("busy") || is("failing")) {
    out->rows_done = 400000 + steps * 10;
    out->rows_planned = 1000000;
    out->elapsed_ms = steps * 10;
  }
  out->phase = WINNOW_PHASE_WORKING;
  return WINNOW_OK;
}
void winnow_job_free(winnow_job* job) {
  (void)job;
}
void winnow_buffer_free(winnow_buffer* buffer) {
  if (buffer == NULL) return;
  free(buffer->data);
  buffer->data = NULL;
  buffer->length = 0;
}
