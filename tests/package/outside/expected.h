/* A 3x3 convolution with padding, then relu, of small integers: exact in float in any order.
 * Written out here, so that the libraries are compared with something that fovea did not compute.
 */
#ifndef EXPECTED_H
#define EXPECTED_H

enum { SIDE = 8, FILTERS = 2, PIXELS = SIDE * SIDE, RESULTS = FILTERS * PIXELS };

static inline float weight_at(int k) {
  return (float)(k % 5 - 2);
}
static inline float bias_at(int filter) {
  return (float)(3 * filter - 1);
}
static inline float pixel_at(int k) {
  return (float)(k * 7 % 11 - 5);
}

static inline float expected_at(int result) {
  const int filter = result / PIXELS, row = result % PIXELS / SIDE, column = result % SIDE;
  float sum = bias_at(filter);
  for (int m = 0; m < 3; ++m)
    for (int n = 0; n < 3; ++n) {
      const int y = row + m - 1, x = column + n - 1;
      if (y >= 0 && y < SIDE && x >= 0 && x < SIDE)
        sum += pixel_at(y * SIDE + x) * weight_at((filter * 3 + m) * 3 + n);
    }
  return sum > 0 ? sum : 0;
}

/* The number of results that are wrong. */
static inline int wrong_results(const float* results) {
  int wrong = 0;
  for (int k = 0; k < RESULTS; ++k)
    wrong += results[k] != expected_at(k);
  return wrong;
}

#endif
