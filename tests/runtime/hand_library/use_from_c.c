/* A host in C that has nothing but the header and the library. Prints what is wrong, and returns
 * how much. */
#include "hand.h"

#include <stdio.h>
#include <string.h>

static int failures;

#define EXPECT(condition)                                                                          \
  do {                                                                                             \
    if (!(condition)) {                                                                            \
      ++failures;                                                                                  \
      printf("%s:%d: expected %s\n", __FILE__, __LINE__, #condition);                              \
    }                                                                                              \
  } while (0)

static float w[HAND_W_SIZE], x[HAND_X_SIZE], y[HAND_Y_SIZE];

static int correct(void) {
  const int shape[HAND_Y_RANK] = HAND_Y_SHAPE;
  int r, c;
  for (r = 0; r < shape[0]; ++r)
    for (c = 0; c < shape[1]; ++c)
      if (y[r * shape[1] + c] != 2 * x[r * shape[1] + c] + 3 * w[c])
        return 0;
  return 1;
}

static void fill(void) {
  int i;
  for (i = 0; i < HAND_W_SIZE; ++i)
    w[i] = 0.5f * (float)i;
  for (i = 0; i < HAND_X_SIZE; ++i)
    x[i] = (float)(i % 97) - 40;
  memset(y, 0xff, sizeof y);
}

static void refuse_what_is_wrong(hand_model* model) {
  char message[256] = "";
  hand_weights no_weights = {0};
  hand_model_options options = {0};
  hand_inputs inputs = {x};
  hand_outputs outputs = {y};
  hand_context* context = hand_context_create(model, NULL);
  options.message = message;
  options.message_bytes = sizeof message;
  EXPECT(hand_model_open(&options) == NULL);
  EXPECT(strstr(message, "hand: expected weights in the options") != NULL);
  options.weights = &no_weights;
  EXPECT(hand_model_open(&options) == NULL);
  EXPECT(strstr(message, "hand: parameter 'w': expected 128 bytes of data, got null") != NULL);
  EXPECT(hand_context_create(NULL, NULL) == NULL);

  EXPECT(hand_run(context, NULL, &outputs) == FOVEA_ERROR_NULL_POINTER);
  EXPECT(strcmp(hand_message(context), "hand: expected inputs, got null") == 0);
  inputs.x = NULL;
  EXPECT(hand_run(context, &inputs, &outputs) == FOVEA_ERROR_NULL_POINTER);
  EXPECT(strstr(hand_message(context), "hand: input 'x': expected 8192 bytes") != NULL);
  inputs.x = y + 1;
  EXPECT(hand_run(context, &inputs, &outputs) == FOVEA_ERROR_INVALID_ARGUMENT);
  EXPECT(strstr(hand_message(context), "output 'y' is written and overlaps input 'x'") != NULL);
  EXPECT(strcmp(hand_status_name(FOVEA_ERROR_CONTEXT_BUSY), "context busy") == 0);
  hand_context_destroy(context);
}

int main(void) {
  char message[256] = "";
  hand_weights weights = {w};
  hand_model_options options = {0};
  fovea_context_options two_threads = {0};
  hand_inputs inputs = {x};
  hand_outputs outputs = {y};
  const struct fovea_table* table = NULL;
  hand_model* model;
  hand_context* context;
  int i;
  EXPECT(sizeof x == HAND_X_BYTES && sizeof y == HAND_Y_BYTES && sizeof w == HAND_W_BYTES);
  fill();
  options.weights = &weights;
  options.message = message;
  options.message_bytes = sizeof message;
  model = hand_model_open(&options);
  if (!model) {
    printf("%s\n", message);
    return 1;
  }
  EXPECT(hand_workspace_size(model, 2) > hand_workspace_size(model, 1));
  two_threads.threads = 2;
  context = hand_context_create(model, &two_threads);
  for (i = 0; i < 20; ++i) {
    x[i] += 1;
    EXPECT(hand_run(context, &inputs, &outputs) == FOVEA_OK);
    EXPECT(correct());
  }
  EXPECT(strcmp(hand_message(context), "") == 0);
  refuse_what_is_wrong(model);
  hand_model_close(model); /* the context keeps what it needs */
  EXPECT(hand_run(context, &inputs, &outputs) == FOVEA_OK);
  hand_context_destroy(context);
  EXPECT(hand_query(1, &table, message, sizeof message) == FOVEA_OK && table != NULL);
  EXPECT(hand_query(2, &table, message, sizeof message) == FOVEA_ERROR_UNSUPPORTED_ABI);
  EXPECT(strstr(message, "ABI version 1") != NULL && strstr(message, "version 2") != NULL);
  return failures;
}
