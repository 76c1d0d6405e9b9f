// SPDX-License-Identifier: MIT
#include <graft/applications/dense_net.hpp>
#include <graft/layers/conv2d.hpp>
#include <graft/layers/dense.hpp>
#include <graft/layers/flatten.hpp>
#include <graft/model/layer_names.hpp>
#include <graft/model/network.hpp>

#include <doctest/doctest.h>

namespace layer_names_test {

using namespace graft;

TEST_CASE("a name splits in front of the number that it ends in") {
  const auto is = [](std::string_view name, std::string_view prefix, std::size_t number) {
    const detail::SplitName split = detail::split_name(name);
    return split.prefix == prefix && split.number == number;
  };
  CHECK(is("conv2d_17", "conv2d_", 17));
  CHECK(is("mixed0", "mixed", 0));
  CHECK(is("mixed9_1", "mixed9_", 1));
  CHECK(is("block", "block", Node::no_ordinal));
  CHECK(is("2024", "2024", Node::no_ordinal));
}

TEST_CASE("the list of names has blocks first, runs of numbers as ranges, and no automatic names") {
  using Net = detail::Bound<
      Shape{5, 5, 3},
      Sequential<Named<"conv_1", Conv2D<2, Kernel<1>>>, Named<"stem", Conv2D<2, Kernel<1>>>,
                 Conv2D<2, Kernel<1>>, Named<"conv_2", Conv2D<2, Kernel<1>>>,
                 Named<"join0", Concatenate<Named<"conv_3", Conv2D<2, Kernel<1>>>, Sequential<>>>,
                 Named<"join1", Concatenate<Sequential<>, Named<"conv_7", Conv2D<2, Kernel<1>>>>>, Flatten,
                 Named<"top", Dense<1>>>>;
  CHECK(detail::layer_name_list<Net>.view() == "join0..1, conv_1..7, stem, top");
}

TEST_CASE("the list of a network of very many names is short, and says so") {
  const std::string_view list = detail::layer_name_list<DenseNet121<Image<32, 32>>>.view();
  CHECK(list.starts_with("conv2_block1_concat, conv2_block2_concat, "));
  CHECK(list.ends_with("_concat, ..."));
  CHECK(list.size() < 700);
}

}  // namespace layer_names_test
