// SPDX-License-Identifier: MIT
// The whole of transfer learning in one short program: a pretrained backbone, a new head, training, a saved
// model. Run it from the top folder of the project.
#include <graft/graft.hpp>

#include <iostream>

using Backbone = graft::InceptionV3<graft::Image<150, 150>, graft::Rescale>::Until<"mixed7">;
using Head = graft::Sequential<graft::Flatten, graft::Dense<1024, graft::Relu>, graft::Dropout<20>,
                               graft::Dense<1, graft::Sigmoid>>;
using Net = graft::Model<graft::Frozen<Backbone>, Head, graft::Simd>;

static_assert(Backbone::output_shape == graft::Shape{7, 7, 768});
static_assert(Net::parameter_count == 47'512'481 && Net::trainable_parameter_count == 38'537'217);

int main(int argc, char** argv) try {
  Net net{graft::Seed{42}};
  net.backbone().load("examples/data/inception_v3_mixed7_f16.h5");  // or the file that Keras ships
  std::cout << net.summary();

  const graft::ImageFolder train{"examples/data/horse-or-human/train"},
      validation{"examples/data/horse-or-human/validation"};
  const auto history = net.fit(train, graft::BinaryCrossentropy{}, graft::RMSprop{.learning_rate = 1e-4f},
                               {.epochs = 3, .batch_size = 20, .validation = &validation});
  std::cout << "validation accuracy " << history.back().val_accuracy << '\n';

  net.save(argc > 1 ? argv[1] : "horse_or_human.h5");  // Keras' load_model reads it
  const float human = net.predict(graft::read_image(validation.file(0)));
  std::cout << validation.file(0).string() << " is a human with probability " << human << '\n';
} catch (const graft::Error& error) {
  std::cerr << "error: " << error.what() << '\n';
  return 1;
}
