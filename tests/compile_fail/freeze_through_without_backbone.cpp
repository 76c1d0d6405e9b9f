// SPDX-License-Identifier: MIT
#include <graft/model/model.hpp>

using Net = graft::Model<graft::Input<4>, graft::Sequential<graft::Dense<1>>>;
using Part = Net::FreezeThrough<"dense_1">;

// expect: error: .*the model has no backbone to freeze
