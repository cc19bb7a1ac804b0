/* A host that knows nothing of a library but its path and prefix. */
#ifndef FOVEA_TESTS_HOST_H
#define FOVEA_TESTS_HOST_H

#include <fovea/runtime/abi.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct host {
  void* handle;
  const fovea_table* table;
  fovea_model* model;
  fovea_context* context;
  fovea_buffer input, output; /* of a library with one of each */
} host;

static fovea_buffer host_buffer(const fovea_tensor_info* info) {
  fovea_buffer buffer;
  memset(&buffer, 0, sizeof buffer);
  buffer.struct_size = sizeof buffer;
  buffer.data = aligned_alloc(64, (info->bytes + 63) / 64 * 64);
  memset(buffer.data, 0, (size_t)info->bytes);
  buffer.bytes = info->bytes;
  buffer.dtype = info->dtype;
  buffer.rank = info->rank;
  memcpy(buffer.extents, info->extents, sizeof buffer.extents);
  return buffer;
}

/* 0, or what went wrong is printed. */
static int host_open(host* h, const char* path, const char* prefix, uint32_t threads) {
  char name[256], why[512] = "";
  int (*query)(uint64_t, const fovea_table**, char*, uint64_t);
  fovea_model_options model_options;
  fovea_context_options options;
  memset(h, 0, sizeof *h);
  h->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!h->handle) {
    printf("dlopen: %s\n", dlerror());
    return 1;
  }
  snprintf(name, sizeof name, "%s_query", prefix);
  *(void**)&query = dlsym(h->handle, name);
  if (!query || query(FOVEA_ABI_VERSION, &h->table, why, sizeof why)) {
    printf("%s: %s\n", name, query ? why : "not there");
    return 1;
  }
  memset(&model_options, 0, sizeof model_options);
  model_options.struct_size = sizeof model_options;
  model_options.message = why;
  model_options.message_bytes = sizeof why;
  memset(&options, 0, sizeof options);
  options.threads = threads;
  options.message = why;
  options.message_bytes = sizeof why;
  if (h->table->model_open(h->table->programs[0], &model_options, &h->model) ||
      h->table->context_create(h->model, &options, &h->context)) {
    printf("%s\n", why);
    return 1;
  }
  h->input = host_buffer(h->table->input_info(h->model, 0));
  h->output = host_buffer(h->table->output_info(h->model, 0));
  return 0;
}

static int host_run(host* h) {
  int code = h->table->run(h->context, &h->input, 1, &h->output, 1);
  if (code)
    printf("run: %s\n", h->table->message(h->context));
  return code;
}

static void host_close(host* h) {
  h->table->context_destroy(h->context);
  h->table->model_close(h->model);
  free(h->input.data);
  free(h->output.data);
  dlclose(h->handle);
}

#endif
