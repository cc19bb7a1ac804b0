/* Lesson 2: a compiled network in a C program, with no other part of fovea.
 *
 * Two commands make it (`./dev demo` runs them, from the project's root):
 *
 *   fovea compile zoo:lenet5 --load examples/data/lenet5.safetensors -o lenet5.so --header lenet5.h
 *   cc -std=c99 -I. examples/02_use_library.c lenet5.so -Wl,-rpath,'$ORIGIN' -o 02_use_library
 *
 * In CMake, fovea_add_library() does the same. The program reads the test images of MNIST and
 * classifies all 10,000 of them, one by one.
 */
#define _POSIX_C_SOURCE 200809L /* popen: the images are compressed */

#include "lenet5.h" /* how the library is called, and the sizes of its tensors */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { IMAGES = 10000, PIXELS = LENET5_IMAGE_SIZE, DIGITS = LENET5_PROBS_SIZE };

static unsigned char pixels[IMAGES][PIXELS]; /* 0 .. 255 */
static unsigned char labels[IMAGES];

/* The bytes that follow an IDX file's header: 1 if they are all there. */
static int read_idx(const char* path, size_t header_bytes, unsigned char* to, size_t bytes) {
  unsigned char header[16];
  char command[256];
  FILE* unpacked;
  int all;
  snprintf(command, sizeof command, "gzip -dc %s", path);
  unpacked = popen(command, "r");
  if (!unpacked)
    return 0;
  all = fread(header, 1, header_bytes, unpacked) == header_bytes &&
        fread(to, 1, bytes, unpacked) == bytes;
  return pclose(unpacked) == 0 && all;
}

static int largest(const float* values, int count) {
  int best = 0, k;
  for (k = 1; k < count; ++k)
    if (values[k] > values[best])
      best = k;
  return best;
}

/* One line on a terminal, nothing elsewhere. */
static void show_progress(int done) {
  if (isatty(STDERR_FILENO) && (done % 500 == 0))
    fprintf(stderr, "\rclassifying %5d / %d%s", done, IMAGES, done == IMAGES ? "\n" : "");
}

/* A mistake is answered by a status and words, before anything is read or written. */
static int make_a_mistake(lenet5_context* context) {
  const lenet5_inputs inputs = {NULL};
  float probs[DIGITS];
  const lenet5_outputs outputs = {probs};
  const fovea_status status = lenet5_run(context, &inputs, &outputs);
  printf("without an image: status %d, %s: %s\n", (int)status, lenet5_status_name(status),
         lenet5_message(context));
  return status == FOVEA_ERROR_NULL_POINTER;
}

/* How many images the network gets right; -1 where a run fails. */
static int classify_all(lenet5_context* context) {
  static float image[PIXELS], probs[DIGITS];
  const lenet5_inputs inputs = {image};
  const lenet5_outputs outputs = {probs};
  int right = 0, n, k;
  for (n = 0; n < IMAGES; ++n) {
    for (k = 0; k < PIXELS; ++k)
      image[k] = (float)pixels[n][k] / 255.0f;
    if (lenet5_run(context, &inputs, &outputs) != FOVEA_OK) {
      fprintf(stderr, "image %d: %s\n", n, lenet5_message(context));
      return -1;
    }
    right += largest(probs, DIGITS) == labels[n];
    show_progress(n + 1);
  }
  return right;
}

int main(void) {
  char why[256] = "";
  lenet5_model_options model_options = {0}; /* zero means the default, for each member */
  fovea_context_options options = {0};
  lenet5_model* model;
  lenet5_context* context;
  void* workspace = NULL;
  int understood, right;

  if (!read_idx("examples/data/t10k-images-idx3-ubyte.gz", 16, pixels[0], sizeof pixels) ||
      !read_idx("examples/data/t10k-labels-idx1-ubyte.gz", 8, labels, sizeof labels)) {
    fprintf(stderr, "examples/data cannot be read: run this from the project's root\n");
    return 1;
  }

  /* The model: weights and code. It never changes, and all threads may share it. */
  model_options.message = why;
  model_options.message_bytes = sizeof why;
  model = lenet5_model_open(&model_options);
  if (!model) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }

  /* A context: what one run needs. Here it has a single thread, and memory of our own. */
  options.threads = 1;
  options.workspace_bytes = lenet5_workspace_size(model, options.threads);
  if (posix_memalign(&workspace, FOVEA_MEMORY_ALIGNMENT, (size_t)options.workspace_bytes) != 0)
    workspace = NULL; /* the library takes memory itself then */
  options.workspace = workspace;
  options.message = why;
  options.message_bytes = sizeof why;
  context = lenet5_context_create(model, &options);
  if (!context) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }
  printf("opened: one thread, %lu bytes of workspace\n", (unsigned long)options.workspace_bytes);

  understood = make_a_mistake(context);
  right = classify_all(context);
  if (right >= 0)
    printf("%d,%03d / %d,%03d right\n", right / 1000, right % 1000, IMAGES / 1000, IMAGES % 1000);

  lenet5_context_destroy(context);
  lenet5_model_close(model);
  free(workspace);
  return understood && right == 9890 ? 0 : 1;
}
