/* Purges the database of a folder: consumer FOLDER, where FOLDER has kestra.db. Linked to an
 * installed winnow. */
#include <stdio.h>
#include <string.h>
#include <winnow.h>

int main(int argc, char** argv) {
  char config[4096];
  const char* params = "{\"endDate\": \"2026-06-01T00:00:00Z\", \"purgeStorage\": false}";
  winnow_buffer out = {sizeof out, 0, NULL, 0};
  winnow* w = NULL;
  winnow_job* job = NULL;
  int32_t status;
  if (argc != 2) return 2;
  snprintf(config, sizeof config,
           "database: {url: \"sqlite:%s/kestra.db\"}\nstorage: {type: none}\n", argv[1]);
  status = winnow_open(NULL, config, strlen(config), &w, &out);
  if (status == WINNOW_OK)
    status = winnow_job_new(w, "PurgeExecutions", 15, params, strlen(params), &job, &out);
  if (status == WINNOW_OK) status = winnow_job_run(job, &out);
  printf("%s\n", out.data);
  winnow_buffer_free(&out);
  winnow_job_free(job);
  winnow_close(w);
  return status == WINNOW_OK ? 0 : 1;
}
