/* A stand-in for libwinnow.so that does no work: what is left of a call is the way into the library
 * and back. A run calls the host's `event` as often as its parameters, one number, say. */
#include <stdlib.h>
#include <string.h>

#include "abi/winnow.h"

#define EXPORT __attribute__((visibility("default")))

struct winnow_library {
  winnow_host host;
};
struct winnow_job {
  struct winnow_library* library;
  unsigned long callbacks;
};

static const char batch[] =
    "{\"event\":\"batch\",\"task\":\"PurgeExecutions\",\"rows\":100,\"first\":\"4pZ1\",\"last\":"
    "\"7hQ9\",\"ms\":12}";

EXPORT uint32_t winnow_abi_version(void) {
  return WINNOW_ABI_VERSION;
}
EXPORT const char* winnow_build_info(void) {
  return "{}";
}
EXPORT int32_t winnow_open(const winnow_host* host, const char* config, size_t size,
                           winnow_library** out, winnow_buffer* error) {
  (void)config, (void)size, (void)error;
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return WINNOW_NO_MEMORY;
  if (host != NULL) (*out)->host = *host;
  return WINNOW_OK;
}
EXPORT int32_t winnow_close(winnow_library* library) {
  free(library);
  return WINNOW_OK;
}
EXPORT int32_t winnow_describe(winnow_library* library, const char* task, size_t size,
                               winnow_buffer* out) {
  (void)library, (void)task, (void)size, (void)out;
  return WINNOW_OK;
}
EXPORT int32_t winnow_job_new(winnow_library* library, const char* task, size_t task_size,
                              const char* params, size_t params_size, winnow_job** out,
                              winnow_buffer* error) {
  (void)task, (void)task_size, (void)error;
  char number[24] = {0};
  *out = calloc(1, sizeof **out);
  if (*out == NULL || params_size >= sizeof number) return WINNOW_NO_MEMORY;
  memcpy(number, params, params_size);
  (*out)->library = library;
  (*out)->callbacks = strtoul(number, NULL, 10);
  return WINNOW_OK;
}
EXPORT int32_t winnow_job_plan(winnow_job* job, winnow_buffer* out) {
  (void)job, (void)out;
  return WINNOW_OK;
}
EXPORT int32_t winnow_job_run(winnow_job* job, winnow_buffer* out) {
  (void)out;
  const winnow_host* host = &job->library->host;
  for (unsigned long i = 0; i < job->callbacks; ++i)
    host->event(host->context, batch, sizeof batch - 1);
  return WINNOW_OK;
}
EXPORT int32_t winnow_job_cancel(winnow_job* job) {
  (void)job;
  return WINNOW_OK;
}
EXPORT int32_t winnow_job_pause(winnow_job* job) {
  (void)job;
  return WINNOW_OK;
}
EXPORT int32_t winnow_job_resume(winnow_job* job) {
  (void)job;
  return WINNOW_OK;
}
EXPORT int32_t winnow_job_progress(winnow_job* job, winnow_progress* out) {
  out->phase = WINNOW_PHASE_WORKING;
  out->rows_done = (int64_t)job->callbacks;
  return WINNOW_OK;
}
EXPORT void winnow_job_free(winnow_job* job) {
  free(job);
}
EXPORT void winnow_buffer_free(winnow_buffer* buffer) {
  buffer->length = 0;
}
