#include "blur.h"
#include "expected.h"

#include <stdio.h>

int main(void) {
  static float image[BLUR_IMAGE_SIZE], edges[BLUR_EDGES_SIZE];
  const blur_inputs inputs = {image};
  const blur_outputs outputs = {edges};
  for (int k = 0; k < PIXELS; ++k)
    image[k] = pixel_at(k);

  char why[256] = "";
  blur_model_options options = {0};
  options.message = why;
  options.message_bytes = sizeof why;
  blur_model* model = blur_model_open(&options);
  blur_context* context = model ? blur_context_create(model, NULL) : NULL;
  const fovea_status status = context ? blur_run(context, &inputs, &outputs) : FOVEA_ERROR_INTERNAL;
  if (status != FOVEA_OK)
    fprintf(stderr, "%s\n", context ? blur_message(context) : why);
  printf("host in C: status %d, %d wrong\n", (int)status, wrong_results(edges));
  blur_context_destroy(context);
  blur_model_close(model);
  return status == FOVEA_OK && wrong_results(edges) == 0 ? 0 : 1;
}
