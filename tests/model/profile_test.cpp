// SPDX-License-Identifier: MIT
#include <graft/model/profile.hpp>

#include "model/small_network.hpp"
#include "support/backends.hpp"
#include "support/errors.hpp"

namespace profile_test {

using namespace graft;
using namespace graft::test;

namespace {

template <class B>
Profile profile_of(const ProfileOptions& options) {
  Extractor<SmallBackbone, B> extractor;
  extractor.initialize(Seed{1});
  return extractor.profile(options);
}

/// A backend that chooses between algorithms, and says so.
struct Choosing : Reference {
  template <Conv2dSpec S>
  static constexpr std::string_view conv2d_algorithm = S.window.height == 3 ? "clever" : "direct";
};

}  // namespace

TEST_CASE("a profile lists the steps of the plan in order, with all of the graph's arithmetic") {
  const Profile profile = profile_of<Reference>({.images = 3, .repetitions = 2, .threads = {2}});
  std::vector<std::string> names, kernels;
  for (const LayerProfile& l : profile.layers) {
    names.push_back(l.layer);
    kernels.push_back(l.kernel);
  }
  CHECK(names ==
        std::vector<std::string>{"conv_1", "conv_2", "conv_3", "conv_4", "pool", "conv_5", "conv_6"});
  CHECK(kernels == std::vector<std::string>{"Conv2D 3x3/2 + bn + relu", "Conv2D 1x1 + bn + relu",
                                            "Conv2D 1x1 + relu", "Conv2D 3x3 + relu", "AveragePooling2D 3x3",
                                            "Conv2D 1x1", "Conv2D 3x3 + tanh"});
  CHECK(profile.total().macs == graph_of<SmallBackbone>.macs);
  CHECK(profile.threads == 2);
  CHECK(profile.sharing == 1);
  CHECK(profile.samples == 6);
}

TEST_CASE("what is known at compile time") {
  const Profile profile = profile_of<Reference>({.images = 1, .repetitions = 1, .threads = {1}});
  const LayerProfile& conv_4 = profile.layers[3];
  CHECK(conv_4.input == Shape{6, 7, 6});
  CHECK(conv_4.output == Shape{6, 7, 12});
  CHECK(conv_4.macs == 6 * 7 * 12 * 3 * 3 * 6);
  CHECK(conv_4.weight_bytes == 4 * (3 * 3 * 6 * 12 + 12));
  CHECK(conv_4.read_bytes == 4 * 6 * 7 * 6);
  CHECK(conv_4.written_bytes == 4 * 6 * 7 * 12);
  CHECK(profile.layers[4].macs == 0);
  CHECK(profile.layers[4].weight_bytes == 0);
}

TEST_CASE("time is positive, and plain loops stay below the peak") {
  for (const std::size_t threads : {1u, 2u}) {
    const Profile profile = profile_of<Reference>({.images = 4, .repetitions = 3, .threads = {threads}});
    CHECK(profile.peak > 1e8);
    CHECK(profile.bandwidth > 1e8);
    for (const LayerProfile& l : profile.layers) {
      CAPTURE(l.layer);
      CHECK(l.seconds > 0);
      CHECK(l.operations() / l.seconds < 1.1 * profile.peak);
    }
  }
}

TEST_CASE("of a single image, all threads share peak and layers") {
  const Profile profile = profile_of<Blas>({.images = 1, .repetitions = 2, .threads = {3}});
  CHECK(profile.threads == 3);
  CHECK(profile.sharing == 3);
  CHECK(profile.samples == 2);
  CHECK(profile.table().find("Time of an image on 3 threads, 3 at work; median of 2.") == 0);
}

TEST_CASE("an algorithm has its name in the table") {
  const Profile profile = profile_of<Choosing>({.images = 1, .repetitions = 1, .threads = {1}});
  CHECK(profile.layers[0].kernel == "Conv2D 3x3/2 clever + bn + relu");
  CHECK(profile.layers[2].kernel == "Conv2D 1x1 direct + relu");
}

TEST_CASE("the roofline is the larger of arithmetic and memory") {
  const Profile profile{.layers = {{.layer = "conv2d_1",
                                    .kernel = "Conv2D 1x7/2/1",
                                    .input = {8, 9, 3},
                                    .output = {4, 9, 5},
                                    .macs = 5'000'000,
                                    .weight_bytes = 2'000,
                                    .read_bytes = 5'000,
                                    .written_bytes = 3'000,
                                    .seconds = 0.002},
                                   {.layer = "pool",
                                    .kernel = "MaxPooling2D 2x2/2",
                                    .input = {4, 9, 5},
                                    .output = {5},
                                    .read_bytes = 30'000,
                                    .written_bytes = 10'000,
                                    .seconds = 0.001}},
                        .samples = 7,
                        .peak = 1e10,
                        .bandwidth = 1e7};
  CHECK(profile.bound(profile.layers[0]) == doctest::Approx(0.001));
  CHECK(profile.bound(profile.layers[1]) == doctest::Approx(0.004));
  CHECK(profile.table() ==
        "Time of an image on 1 thread, 1 at work; median of 7. Peak: 10.0 GFLOP/s.\n"
        "What a kernel saves, on padding or by its algorithm, counts as done.\n"
        "\n"
        "layer     kernel              input  output  MMAC     ms  GFLOP/s  % of peak\n"
        "----------------------------------------------------------------------------\n"
        "conv2d_1  Conv2D 1x7/2/1      8x9x3   4x9x5  5.00  2.000      5.0       50.0\n"
        "pool      MaxPooling2D 2x2/2  4x9x5       5     -  1.000        -          -\n"
        "----------------------------------------------------------------------------\n"
        "total                                        5.00  3.000      3.3       33.3\n");
  CHECK(profile.roofline() ==
        "Roofline of an image on 1 thread: 10.0 GFLOP/s, 0.0 GB/s from memory.\n"
        "Below 100 %: activations and weights came from caches, or a kernel saves arithmetic.\n"
        "\n"
        "layer     MMAC  weights KB  read KB  written KB  FLOP/byte  bound ms       by     ms  % of bound\n"
        "------------------------------------------------------------------------------------------------\n"
        "conv2d_1  5.00         2.0      5.0         3.0     1000.0     1.000  compute  2.000         200\n"
        "pool         -           -     30.0        10.0          -     4.000   memory  1.000          25\n"
        "------------------------------------------------------------------------------------------------\n"
        "total     5.00         2.0     35.0        13.0      200.0     5.000           3.000          60\n");
}

TEST_CASE("without weights there is nothing to profile") {
  const Extractor<SmallBackbone, Reference> extractor;
  CHECK(error_of<Error>([&] { extractor.profile({}); }).find("backbone: expected weights") == 0);
}

}  // namespace profile_test
