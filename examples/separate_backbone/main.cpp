// SPDX-License-Identifier: MIT
// A backbone that is compiled once, and a head that is changed often: only this file is compiled anew, in a
// third of the time, when the head changes.
#include "backbone.hpp"
#include <iostream>

using Head = graft::Sequential<graft::GlobalAveragePooling2D, graft::Dense<64, graft::Relu>,
                               graft::Dropout<20>, graft::Dense<1, graft::Sigmoid>>;
using Net = graft::Model<graft::Frozen<InceptionV3Mixed7>, Head>;

int main() try {
  Net net{graft::Seed{42}};
  net.backbone().load("examples/data/inception_v3_mixed7_f16.h5");
  const graft::ImageFolder train{"examples/data/horse-or-human/train"},
      validation{"examples/data/horse-or-human/validation"};
  const auto history = net.fit(train, graft::BinaryCrossentropy{}, graft::RMSprop{.learning_rate = 1e-3f},
                               {.epochs = 5, .batch_size = 20, .validation = &validation});
  std::cout << "validation accuracy " << history.back().val_accuracy << " with "
            << Net::trainable_parameter_count << " trainable parameters\n";
} catch (const graft::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
