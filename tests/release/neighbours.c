/*
 * winnow beside other copies of its client libraries in one process: neighbours WINNOW FOLDER TIMES
 * LIBRARY..., where FOLDER has kestra.db and each LIBRARY is another's libpq, libcurl, ... They are
 * loaded for everybody to see (RTLD_GLOBAL), the worst that a host can do. winnow is loaded and
 * unloaded TIMES times, and purges; each side keeps its own versions.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winnow.h>

static void* find(void* library, const char* name) {
  void* found = dlsym(library, name);
  if (found == NULL) {
    fprintf(stderr, "no symbol %s: %s\n", name, dlerror());
    exit(1);
  }
  return found;
}

/* ISO C has no cast from an object pointer to a function's; POSIX says that copying the bits works.
 */
#define BIND(library, name)                      \
  do {                                           \
    void* found = find(library, #name);          \
    memcpy(&(name##_), &found, sizeof(name##_)); \
  } while (0)

static const char* (*winnow_build_info_)(void);
static int32_t (*winnow_open_)(const winnow_host*, const char*, size_t, winnow**, winnow_buffer*);
static int32_t (*winnow_close_)(winnow*);
static int32_t (*winnow_job_new_)(winnow*, const char*, size_t, const char*, size_t, winnow_job**,
                                  winnow_buffer*);
static int32_t (*winnow_job_run_)(winnow_job*, winnow_buffer*);
static void (*winnow_job_free_)(winnow_job*);
static void (*winnow_buffer_free_)(winnow_buffer*);

static long lines_of(const char* path) {
  FILE* file = fopen(path, "r");
  long lines = 0;
  int character;
  if (file == NULL) return -1;
  while ((character = fgetc(file)) != EOF) lines += character == '\n';
  fclose(file);
  return lines;
}

static int purge(const char* folder) {
  char config[4096];
  const char* params = "{\"endDate\": \"2026-06-01T00:00:00Z\", \"purgeStorage\": false}";
  winnow_buffer out = {sizeof out, 0, NULL, 0};
  winnow* w = NULL;
  winnow_job* job = NULL;
  int32_t status;
  snprintf(config, sizeof config,
           "database: {url: \"sqlite:%s/kestra.db\"}\nstorage: {type: none}\n", folder);
  status = winnow_open_(NULL, config, strlen(config), &w, &out);
  if (status == WINNOW_OK) {
    status = winnow_job_new_(w, "PurgeExecutions", 15, params, strlen(params), &job, &out);
  }
  if (status == WINNOW_OK) status = winnow_job_run_(job, &out);
  printf("%s\n", out.data);
  winnow_buffer_free_(&out);
  winnow_job_free_(job);
  winnow_close_(w);
  return status == WINNOW_OK ? 0 : 1;
}

int main(int argc, char** argv) {
  int i;
  long maps = 0;
  const int times = argc > 3 ? atoi(argv[3]) : 0;
  int (*libpq_version)(void) = NULL;
  const char* (*curl_version)(void) = NULL;
  void* found;
  if (argc < 4) return 2;
  for (i = 4; i < argc; ++i) {
    if (dlopen(argv[i], RTLD_NOW | RTLD_GLOBAL) == NULL) {
      fprintf(stderr, "%s\n", dlerror());
      return 2;
    }
  }
  found = dlsym(RTLD_DEFAULT, "PQlibVersion");
  memcpy(&libpq_version, &found, sizeof found);
  found = dlsym(RTLD_DEFAULT, "curl_version");
  memcpy(&curl_version, &found, sizeof found);
  for (i = 0; i < times; ++i) {
    void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    winnow* w = NULL;
    if (library == NULL) {
      fprintf(stderr, "%s\n", dlerror());
      return 2;
    }
    BIND(library, winnow_build_info);
    BIND(library, winnow_open);
    BIND(library, winnow_close);
    BIND(library, winnow_job_new);
    BIND(library, winnow_job_run);
    BIND(library, winnow_job_free);
    BIND(library, winnow_buffer_free);
    if (i % 100 == 0 &&
        (winnow_open_(NULL, "", 0, &w, NULL) != WINNOW_OK || winnow_close_(w) != WINNOW_OK)) {
      fprintf(stderr, "opening failed the %dth time\n", i);
      return 1;
    }
    if (i == 100) maps = lines_of("/proc/self/maps");
    if (i + 1 == times) {
      printf("winnow's own: %s\n", winnow_build_info_());
      if (purge(argv[2]) != 0) return 1;
    }
    dlclose(library);
  }
  if (times > 100 && lines_of("/proc/self/maps") > maps + 20) {
    fprintf(stderr, "mappings grew from %ld to %ld\n", maps, lines_of("/proc/self/maps"));
    return 1;
  }
  printf("the neighbours': libpq %d, %s\n", libpq_version == NULL ? 0 : libpq_version(),
         curl_version == NULL ? "no curl" : curl_version());
  return 0;
}
