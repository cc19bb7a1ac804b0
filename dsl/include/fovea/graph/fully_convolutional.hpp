#pragma once
#include <fovea/graph/network.hpp>

#include <map>

namespace fovea {

// A classifier that slides over larger images: the network with its dense layers over feature maps
// as convolutions (J. Long, E. Shelhamer, T. Darrell, Fully convolutional networks for semantic
// segmentation, CVPR 2015, section 3.1).
//   Network wide = fully_convolutional(net, {{"image", {1, 3, 384, 512}}});
// `flatten | dense(n)` over [batch, c, y, x] becomes conv(n, {y, x}), a dense layer behind it a
// convolution of kernel 1; what was [batch, n] is [batch, n, places...]: at each place what the
// network says of the window there, if no layer before pads. Weights keep their names and their
// elements, and are shared. Inputs that `inputs` does not name keep their shapes. Throws Error: no
// such layer, an unknown input, a shape that a layer refuses.
Network fully_convolutional(const Network& network, const std::map<std::string, Shape>& inputs = {},
                            SourceLocation location = SourceLocation::current());

} // namespace fovea
