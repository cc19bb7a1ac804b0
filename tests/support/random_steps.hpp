#pragma once
#include <fovea/dsl.hpp>

#include <optional>
#include <random>
#include <vector>

// A network that grows by random steps (random_graph.hpp).
namespace fovea::testing {

using Random = std::mt19937_64;

class RandomSteps {
 public:
  // With its inputs: images of one element type, mostly f32.
  RandomSteps(const std::string& name, uint64_t seed);

  // An op or a block of ops on what there is; false where what it made up does not fit.
  bool try_one();
  // So much work that the interpreter would take long over more.
  bool is_a_lot() const;

  Network& network() { return net_; }
  // Inputs and results so far.
  const std::vector<Tensor<>>& values() const { return values_; }

 private:
  using Value = std::optional<Tensor<>>; // none: it did not fit

  // --- choosing ---
  int64_t one_of(std::initializer_list<int64_t> values);
  int64_t between(int64_t low, int64_t high);
  bool chance(uint64_t one_in) { return random_() % one_in == 0; }
  int64_t channels();
  Tensor<> any();    // recent ones more often
  Value any_image(); // [batch, channels, height, width]
  Value any_of_shape(const Shape& shape, int other_than);
  void random_window(Window& window, int spatial, bool pool);

  // --- ops: applied where the shape rule takes them, and they are not too much work ---
  Value apply(const OpPtr& op, const std::vector<Tensor<>>& inputs);
  template <class Op>
  Value add(const Op& op, const Value& input) {
    return input ? apply(make_op(op), {*input}) : std::nullopt;
  }
  template <class Op>
  Value add(const Op& op, const Value& a, const Value& b) {
    return a && b ? apply(make_op(op), {*a, *b}) : std::nullopt;
  }
  Value activated(const Value& x);
  Value conv(const Value& x, int64_t filters, int64_t kernel, int64_t groups = 1);
  Value weight(const Shape& shape);

  // --- steps ---
  Value convolution();
  Value transposed_convolution();
  Value conv_norm_relu();
  Value post_activation_residual();
  Value pre_activation_residual();
  Value separable();
  Value squeeze_excite();
  Value pool();
  Value global_pool();
  Value head();
  Value join();
  Value split();
  Value unary();
  Value binary();
  Value gated();
  Value scaled();
  Value viewed();
  Value transposed();
  Value dense();
  Value normalised();
  Value reduced();
  Value resized();
  Value padded();
  Value repeated();
  Value product();
  Value gathered();

  Random random_;
  Network net_;
  DType type_ = DType::f32;
  std::vector<Tensor<>> values_;
  int64_t work_ = 0; // elements that the interpreter evaluates
};

} // namespace fovea::testing
