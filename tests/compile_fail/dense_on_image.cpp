// SPDX-License-Identifier: MIT
// Dense on an image, in a whole program: the rest of it adds nothing to the error.
#include <graft/graft.hpp>

using Net = graft::Model<graft::Image<8, 9>, graft::Sequential<graft::Dense<1, graft::Sigmoid>>>;

int main() {
  Net net{graft::Seed{1}};
  const graft::ImageFolder images{"images"};
  const auto history =
      net.fit(images, graft::BinaryCrossentropy{}, graft::RMSprop{}, {.validation = &images});
  net.save("model.h5");
  const float answer = net.predict(graft::read_image("image.png"));
  return answer > 0.5f ? 0 : 1;
}

// expect: error: .*a layer does not accept its input
// expect: never<graft::Dense<1, graft::Sigmoid>, graft::Expected<
// expect-gcc: Expected<.*"a vector \(units\): put Flatten or GlobalAveragePooling2D before Dense"
// expect-gcc: Received<.*ShapeOf<8, 9, 3>
// expect-clang: Expected<.*'a', ' ', 'v', 'e', 'c', 't', 'o', 'r'.*Received<.*ShapeOf<8, 9, 3>
