/* The core and the hand-written network under ThreadSanitizer: one model, eight threads with a
 * context each, half of those with a pool of two. Returns how many runs gave a wrong number. */
#define _POSIX_C_SOURCE 200809L
#include "hand.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { callers = 8, runs = 60 };

typedef struct caller {
  pthread_t thread;
  hand_model* model;
  int number;
  int failures;
} caller;

static float w[HAND_W_SIZE];

static int correct(const float* x, const float* y) {
  int i;
  for (i = 0; i < HAND_Y_SIZE; ++i)
    if (y[i] != 2 * x[i] + 3 * w[i % HAND_W_SIZE])
      return 0;
  return 1;
}

static void* call(void* argument) {
  caller* self = argument;
  float* x = malloc(HAND_X_BYTES);
  float* y = malloc(HAND_Y_BYTES);
  hand_inputs inputs;
  hand_outputs outputs;
  fovea_context_options options;
  hand_context* context;
  int i, run;
  inputs.x = x;
  outputs.y = y;
  memset(&options, 0, sizeof options);
  options.threads = self->number % 2 ? 2 : 1;
  context = hand_context_create(self->model, &options);
  for (run = 0; run < runs; ++run) {
    for (i = 0; i < HAND_X_SIZE; ++i)
      x[i] = (float)(i % 97 + self->number + run);
    if (hand_run(context, &inputs, &outputs) != FOVEA_OK || !correct(x, y))
      ++self->failures;
  }
  hand_context_destroy(context);
  free(x);
  free(y);
  return NULL;
}

int main(void) {
  caller all[callers];
  hand_weights weights = {w};
  hand_model_options options;
  hand_model* model;
  int i, failures = 0;
  for (i = 0; i < HAND_W_SIZE; ++i)
    w[i] = (float)i;
  memset(&options, 0, sizeof options);
  options.weights = &weights;
  model = hand_model_open(&options);
  if (!model)
    return 101;
  for (i = 0; i < callers; ++i) {
    all[i].model = model;
    all[i].number = i;
    all[i].failures = 0;
    if (pthread_create(&all[i].thread, NULL, call, &all[i]) != 0)
      return 100;
  }
  for (i = 0; i < callers; ++i) {
    pthread_join(all[i].thread, NULL);
    failures += all[i].failures;
  }
  hand_model_close(model);
  printf("%d threads, %d runs each, %d wrong\n", callers, runs, failures);
  return failures;
}
