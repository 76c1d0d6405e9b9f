// SPDX-License-Identifier: MIT
// An architecture of one's own whose pool is larger than the map that comes into it.
#include <graft/data/preprocessing.hpp>
#include <graft/model/model.hpp>

struct Small {
  static constexpr std::size_t minimum_size = 1;
  using preprocessings = graft::TypeList<graft::Rescale>;
  using layers = graft::Sequential<graft::Conv2D<4, graft::Kernel<3>>, graft::MaxPooling2D<graft::Kernel<9>>>;
};
using Backbone = graft::Network<graft::Image<8, 9>, Small, graft::Rescale>;
using Head = graft::Sequential<graft::GlobalAveragePooling2D, graft::Dense<1>>;
graft::Model<graft::Frozen<Backbone>, Head> net;

// expect: error: .*a layer does not accept its input
// expect: never<graft::MaxPooling2D<graft::Kernel<9
// expect: Received<.*ShapeOf<6, 7, 4> ?>
