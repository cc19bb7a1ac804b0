/* LIB PREFIX IN OUT THREADS: runs a library once. IN holds its inputs' bytes, one after another;
 * its outputs' bytes go to OUT likewise. */
#include <dlfcn.h>
#include <fovea/runtime/abi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { most = 16 };

typedef fovea_status (*query)(uint64_t version, const fovea_table** table, char* message,
                              uint64_t bytes);

static char message[1000];

static int fail(const char* what) {
  printf("%s: %s\n", what, message);
  return 1;
}

static const fovea_table* table_of(const char* path, const char* prefix) {
  char name[200];
  query function;
  const fovea_table* table = NULL;
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    puts(dlerror());
    return NULL;
  }
  snprintf(name, sizeof name, "%s_query", prefix);
  *(void**)&function = dlsym(library, name);
  if (!function || function(FOVEA_ABI_VERSION, &table, message, sizeof message))
    return NULL;
  return table;
}

static fovea_buffer buffer_of(const fovea_tensor_info* info) {
  fovea_buffer buffer;
  memset(&buffer, 0, sizeof buffer);
  buffer.struct_size = sizeof buffer;
  buffer.bytes = info->bytes;
  buffer.data = calloc(1, info->bytes ? info->bytes : 1);
  buffer.dtype = info->dtype;
  buffer.rank = info->rank;
  memcpy(buffer.extents, info->extents, sizeof buffer.extents);
  return buffer;
}

int main(int argc, char** argv) {
  fovea_buffer inputs[most], outputs[most];
  fovea_model_options options;
  fovea_context_options context_options;
  const fovea_table* table;
  fovea_model* model = NULL;
  fovea_context* context = NULL;
  FILE *in, *out;
  uint64_t k;
  if (argc != 6 || !(table = table_of(argv[1], argv[2])))
    return fail("no library");
  memset(&options, 0, sizeof options);
  options.message = message;
  options.message_bytes = sizeof message;
  if (table->model_open(table->programs[0], &options, &model))
    return fail("model_open");
  memset(&context_options, 0, sizeof context_options);
  context_options.threads = (uint32_t)atoi(argv[5]);
  if (table->context_create(model, &context_options, &context))
    return fail("context_create");
  in = fopen(argv[3], "rb");
  out = fopen(argv[4], "wb");
  if (!in || !out)
    return fail("cannot open the files");
  for (k = 0; k < table->input_count(model) && k < most; ++k) {
    inputs[k] = buffer_of(table->input_info(model, k));
    if (inputs[k].bytes && fread(inputs[k].data, inputs[k].bytes, 1, in) != 1)
      return fail("the inputs end early");
  }
  for (k = 0; k < table->output_count(model) && k < most; ++k)
    outputs[k] = buffer_of(table->output_info(model, k));
  if (table->run(context, inputs, table->input_count(model), outputs, table->output_count(model))) {
    puts(table->message(context));
    return 1;
  }
  for (k = 0; k < table->output_count(model) && k < most; ++k)
    fwrite(outputs[k].data, outputs[k].bytes, 1, out);
  table->context_destroy(context);
  table->model_close(model);
  return fclose(out) != 0;
}
