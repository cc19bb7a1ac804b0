#pragma once
#include <fovea/array.hpp>
#include <fovea/blocks/block.hpp>
#include <fovea/compile.hpp>
#include <fovea/model.hpp>

// Blocks without a network around them, on arrays: filters, above all.
//   Array<float> blurred = photo | filters::gaussian(1.5);
//   Model sobel = compile(filters::sobel(), {480, 640}, DType::u8);   // for many images of a size
//   Array<float> edges = sobel(frame);
namespace fovea {

// The block as a model of one input, "x", and one output, "y". Blocks with weights, which have no
// contents here, are refused. Throws Error.
Model compile(const Block& block, const Shape& input, DType dtype = DType::f32,
              const CompileOptions& options = {},
              SourceLocation location = SourceLocation::current());

// What the block makes of `x`: compiled for its shape, then run. The compiled kernels are in the
// kernel cache the next time; who has many arrays compiles once. Throws Error, also where the
// block's result has other elements than Result.
template <class Result, class T>
Array<Result> run(const Block& block, const Array<T>& x,
                  SourceLocation location = SourceLocation::current()) {
  return compile(block, x.shape(), Array<T>::dtype(), {}, location)
      .template operator()<Result>(x, location);
}
// The same with a result of x's element type: photo | filters::median(3) | filters::sharpen().
template <class T, IsBlock B>
Array<T> operator|(const Array<T>& x, const B& block) {
  return run<T>(block, x, {});
}
template <class T>
Array<T> operator|(const Array<T>& x, MapFunction map) {
  return run<T>(map, x, {});
}

} // namespace fovea
