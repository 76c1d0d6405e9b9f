// SPDX-License-Identifier: MIT
// Also tests weights/load.hpp: what one writes the other reads.
#include <graft/backend/reference/reference.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/weights/load.hpp>
#include <graft/weights/save.hpp>

#include "model/small_network.hpp"
#include "support/errors.hpp"
#include "weights/h5_builder.hpp"
#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>

namespace save_test {

using namespace graft;
using namespace graft::test;
using test::contains;
using test::TempFolder;

namespace {

using Net = SmallModel<Reference>;

struct ThreeNumbers : PerChannel {
  static constexpr std::array values{0.5, 1.0, 1.5};
};

/// As an alpha of 0.75 would make it.
struct NarrowArchitecture : SmallArchitecture {
  using layers = Sequential<Named<"conv_1", Conv2D<12, Kernel<3>, Strides<2>, NoBias>>,
                            Named<"bn_1", BatchNormalization<NoScale>>>;
};

Net trained() {
  Net net{Seed{3}};
  net.backbone().assign(trained_parameters<SmallBackbone>(1));
  net.head().assign(random_values(graph_of<Net::head_network>.parameter_count, 2));
  return net;
}

std::string message(auto&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a saved model comes back bit for bit, into a whole model or its backbone alone") {
  const TempFolder folder;
  const Net net = trained();
  net.save(folder / "net.h5");
  const Net back = Net::load(folder / "net.h5");
  CHECK(same_bits(back.head().parameters(), net.head().parameters()));
  CHECK(same_bits(back.backbone().parameters(), net.backbone().parameters()));
  const auto x = random_values(2 * Net::input_shape.size(), 4);
  Net::Workspace a{2, Threads{1}}, b{2, Threads{1}};
  CHECK(same_bits(back.predict(x, a), net.predict(x, b)));

  Extractor<SmallBackbone, Reference> alone;
  alone.load(folder / "net.h5");
  CHECK(same_bits(alone.parameters(), net.backbone().parameters()));
}

TEST_CASE("a cut backbone takes what it needs from the file of the whole, also when cut inside a branch") {
  const TempFolder folder;
  const Net net = trained();
  net.save(folder / "net.h5");
  Extractor<SmallBackbone::Until<"mixed">, Reference> mixed;
  mixed.load(folder / "net.h5");
  CHECK(mixed.parameter("conv_5/kernel") == net.backbone().parameter("conv_5/kernel"));
  Extractor<SmallBackbone::Until<"conv_3">, Reference> branch;
  branch.load(folder / "net.h5");
  CHECK(branch.parameter("conv_3/bias") == net.backbone().parameter("conv_3/bias"));
  CHECK(branch.parameter("bn_1/moving_variance") == net.backbone().parameter("bn_1/moving_variance"));
}

TEST_CASE("the file describes the model in Keras' words") {
  const TempFolder folder;
  trained().save(folder / "net.h5");
  const Archive archive = Archive::open(folder / "net.h5");
  const auto config = nlohmann::json::parse(archive.model_config());
  CHECK(config["class_name"] == "Functional");
  const auto& layers = config["config"]["layers"];
  REQUIRE(layers.size() == archive.layers().size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    CHECK(layers[i]["name"] == archive.layers()[i].name);
    CHECK(layers[i]["config"]["name"] == layers[i]["name"]);
  }
  const auto find = [&](const std::string& name) {
    return *std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l["name"] == name; });
  };
  CHECK(layers[0]["class_name"] == "InputLayer");
  CHECK(layers[0]["config"]["batch_input_shape"] == nlohmann::json::parse("[null, 13, 15, 3]"));
  CHECK(layers[0]["inbound_nodes"].empty());
  const auto conv = find("conv_1")["config"];
  CHECK(conv["filters"] == 16);
  CHECK(conv["kernel_size"] == std::vector{3, 3});
  CHECK(conv["strides"] == std::vector{2, 2});
  CHECK(conv["padding"] == "valid");
  CHECK(conv["use_bias"] == false);
  CHECK(conv["trainable"] == false);
  CHECK(find("conv_4")["config"]["padding"] == "same");
  CHECK(find("conv_4")["config"]["activation"] == "relu");
  CHECK(find("bn_1")["config"]["scale"] == false);
  CHECK(find("bn_1")["config"]["epsilon"] == 0.001);
  CHECK(find("pool")["class_name"] == "AveragePooling2D");
  CHECK(find("mixed")["inbound_nodes"] ==
        nlohmann::json::parse(R"([[["relu_2",0,0,{}],["conv_4",0,0,{}],["conv_5",0,0,{}]]])"));
  CHECK(find("flatten_1")["inbound_nodes"] == nlohmann::json::parse(R"([[["conv_6",0,0,{}]]])"));
  CHECK(find("dropout_1")["config"]["rate"] == 0.3);
  CHECK(find("dense_2")["config"]["activation"] == "softmax");
  CHECK(find("dense_2")["config"]["trainable"] == true);
  CHECK(config["config"]["output_layers"] == nlohmann::json::parse(R"([["dense_2",0,0]])"));
}

TEST_CASE("names with a slash are saved without, for Keras 3, and found again") {
  const TempFolder folder;
  using Slashed =
      Model<Image<6, 5>,
            Sequential<Named<"top/separable", SeparableConv2D<4, Kernel<3>, DepthMultiplier<2>, Relu>>,
                       Flatten, Named<"top/dense", Dense<2, Softmax>>>,
            Reference>;
  const Slashed net{Seed{2}};
  net.save(folder / "net.h5");
  const Archive archive = Archive::open(folder / "net.h5");
  const auto config = nlohmann::json::parse(archive.model_config())["config"];
  const auto& layers = config["layers"];
  REQUIRE(layers.size() == 4);
  for (std::size_t i = 0; i < layers.size(); ++i) CHECK(layers[i]["name"] == archive.layers()[i].name);
  CHECK(layers[1]["name"] == "top_separable");
  CHECK(layers[1]["class_name"] == "SeparableConv2D");
  CHECK(layers[1]["config"]["name"] == "top_separable");
  CHECK(layers[1]["config"]["filters"] == 4);
  CHECK(layers[1]["config"]["depth_multiplier"] == 2);
  CHECK(layers[1]["config"]["activation"] == "relu");
  CHECK(layers[2]["inbound_nodes"] == nlohmann::json::parse(R"([[["top_separable",0,0,{}]]])"));
  CHECK(config["output_layers"] == nlohmann::json::parse(R"([["top_dense",0,0]])"));
  REQUIRE(archive.layers()[1].tensors.size() == 3);
  CHECK(archive.layers()[1].tensors[1].name == "top_separable/pointwise_kernel:0");
  CHECK(same_bits(Slashed::load(folder / "net.h5").head().parameters(), net.head().parameters()));
}

TEST_CASE("layers of EfficientNet in Keras' words, and back bit for bit") {
  using Excite = Multiply<Sequential<>, Sequential<GlobalAveragePooling2D, Reshape<1, 1, 4>>>;
  using Whole =
      Model<Image<4, 5>,
            Sequential<Rescaling<std::ratio<1, 4>, std::ratio<-1>>, Rescaling<ThreeNumbers>, Normalization,
                       Conv2D<4, Kernel<1>, Swish>, Excite, Dropout<1, Of<80>, WholeSamples>,
                       GlobalAveragePooling2DKeepDims, Flatten, Dense<2, Softmax>>,
            Reference>;
  const TempFolder folder;
  Whole net{Seed{3}};
  net.head().assign(random_values(graph_of<Whole::head_network>.parameter_count, 2));
  net.save(folder / "net.h5");
  CHECK(same_bits(Whole::load(folder / "net.h5").head().parameters(), net.head().parameters()));

  const Archive archive = Archive::open(folder / "net.h5");
  const auto config = nlohmann::json::parse(archive.model_config());
  const auto& layers = config["config"]["layers"];
  const auto find = [&](const std::string& name) {
    return *std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l["name"] == name; });
  };
  CHECK(find("rescaling_1")["config"]["scale"] == 0.25);
  CHECK(find("rescaling_1")["config"]["offset"] == -1.0);
  CHECK(find("rescaling_2")["config"]["scale"] == std::vector{0.5, 1.0, 1.5});
  CHECK(find("normalization_1")["config"]["axis"] == std::vector{-1});
  CHECK(find("conv2d_1")["config"]["activation"] == "swish");
  CHECK(find("reshape_1")["config"]["target_shape"] == std::vector{1, 1, 4});
  CHECK(find("multiply_1")["inbound_nodes"] ==
        nlohmann::json::parse(R"([[["conv2d_1",0,0,{}],["reshape_1",0,0,{}]]])"));
  CHECK(find("dropout_1")["config"]["rate"] == 0.0125);
  CHECK(find("dropout_1")["config"]["noise_shape"] == nlohmann::json::parse("[null, 1, 1, 1]"));
  CHECK(find("global_average_pooling2d_1")["config"]["keepdims"] == false);
  CHECK(find("global_average_pooling2d_2")["config"]["keepdims"] == true);
}

TEST_CASE("what does not fit is refused by name, and leaves the backbone as it was") {
  const TempFolder folder;
  using Other = SmallModel<Reference, Sequential<Flatten, Dense<8, Relu>, Dense<3, Softmax>>>;
  Net net = trained();
  net.save(folder / "net.h5");
  const std::string text = message([&] { static_cast<void>(Other::load(folder / "net.h5")); });
  CHECK(text.find("net.h5: dense_1/kernel: expected (420, 8), received (420, 9)") != text.npos);

  const auto before = net.backbone().parameter("conv_1/kernel");
  write_file(folder / "text.h5", "no weights");
  CHECK(message([&] { net.backbone().load(folder / "text.h5"); }).find("text.h5: expected") !=
        std::string::npos);
  CHECK(net.backbone().parameter("conv_1/kernel") == before);
}

TEST_CASE("a file that cannot be written leaves the old one; a model without weights is not saved") {
  const TempFolder folder;
  const Net net = trained();
  CHECK_THROWS_AS(net.save(folder / "missing/net.h5"), OutputError);
  net.save(folder / "net.h5");
  const Net empty{Seed{1}};
  CHECK_THROWS_AS(empty.save(folder / "net.h5"), Error);
  CHECK_NOTHROW(static_cast<void>(Net::load(folder / "net.h5")));
}

TEST_CASE(
    "every format comes back bit for bit, and the way round through all of them ends in the same file") {
  const TempFolder folder;
  const Net net = trained();
  const std::vector<std::string> ways{"1.h5", "2.keras", "3.weights.h5", "4.safetensors", "5.hdf5"};
  net.save(folder / ways[0]);
  for (std::size_t i = 1; i < ways.size(); ++i) {
    const Net before = Net::load(folder / ways[i - 1]);
    CHECK(same_bits(before.head().parameters(), net.head().parameters()));
    CHECK(same_bits(before.backbone().parameters(), net.backbone().parameters()));
    before.save(folder / ways[i]);
  }
  CHECK(test::content(folder / ways.front()) == test::content(folder / ways.back()));
  net.save(folder / "again.keras");
  CHECK(test::content(folder / "again.keras") == test::content(folder / ways[1]));

  // The content tells the format, whatever the name.
  for (const std::string& name : ways) {
    test::fs::copy_file(folder / name, folder / "any", test::fs::copy_options::overwrite_existing);
    Extractor<SmallBackbone, Reference> alone;
    alone.load(folder / "any");
    CHECK(same_bits(alone.parameters(), net.backbone().parameters()));
    Extractor<SmallBackbone::Until<"conv_3">, Reference> branch;
    branch.load(folder / "any");
    CHECK(branch.parameter("conv_3/bias") == net.backbone().parameter("conv_3/bias"));
  }
}

TEST_CASE("a backbone is saved alone, cut as it is") {
  const TempFolder folder;
  Extractor<SmallBackbone::Until<"conv_3">, Reference> branch, back;
  CHECK_THROWS_AS(branch.save(folder / "branch.h5"), Error);
  branch.initialize(Seed{5});
  for (const char* name : {"branch.h5", "branch.keras", "branch.weights.h5", "branch.safetensors"}) {
    branch.save(folder / name);
    back.load(folder / name);
    CHECK(same_bits(back.parameters(), branch.parameters()));
  }
  const auto config = nlohmann::json::parse(Archive::open(folder / "branch.h5").model_config())["config"];
  CHECK(config["output_layers"] == nlohmann::json::parse(R"([["conv_3",0,0]])"));
  CHECK(config["layers"].size() == 5);
}

TEST_CASE("a .keras describes the model in the words of Keras 3") {
  const TempFolder folder;
  trained().save(folder / "net.keras");
  const auto model = nlohmann::json::parse(Archive::open(folder / "net.keras").model_config());
  CHECK(model["module"] == "keras.src.models.functional");
  CHECK(model["config"]["input_layers"] == nlohmann::json::parse(R"(["input_1",0,0])"));
  CHECK(model["config"]["output_layers"] == nlohmann::json::parse(R"(["dense_2",0,0])"));
  const auto find = [&](const std::string& name) {
    const auto& layers = model["config"]["layers"];
    return *std::find_if(layers.begin(), layers.end(), [&](const auto& l) { return l["name"] == name; });
  };
  CHECK(find("input_1")["config"]["batch_shape"] == nlohmann::json::parse("[null, 13, 15, 3]"));
  CHECK(find("input_1")["inbound_nodes"].empty());
  CHECK(find("bn_1")["module"] == "keras.layers");
  CHECK(find("bn_1")["config"]["axis"] == 3);
  CHECK(find("conv_1")["config"]["kernel_initializer"]["module"] == "keras.initializers");
  const auto tensor = [](const std::string& name, const char* shape) {
    return R"({"class_name": "__keras_tensor__", "config": {"shape": )" + std::string{shape} +
           R"(, "dtype": "float32", "keras_history": [")" + name + R"(", 0, 0]}})";
  };
  CHECK(find("flatten_1")["inbound_nodes"] ==
        nlohmann::json::parse(R"([{"args": [)" + tensor("conv_6", "[null, 6, 7, 10]") +
                              R"(], "kwargs": {}}])"));
  CHECK(find("mixed")["inbound_nodes"] ==
        nlohmann::json::parse(R"([{"args": [[)" + tensor("relu_2", "[null, 6, 7, 8]") + "," +
                              tensor("conv_4", "[null, 6, 7, 12]") + "," +
                              tensor("conv_5", "[null, 6, 7, 4]") + R"(]], "kwargs": {}}])"));
}

TEST_CASE("an unknown ending of the name is one clear error, and nothing is written") {
  const TempFolder folder;
  const Net net = trained();
  for (const std::string name : {"net", "net.pb", "net.h5.gz", "net.KERAS"})
    CHECK(contains(message([&] { net.save(folder / name); }),
                   name +
                       ": expected a name that ends in .h5, .weights.h5, .keras or .safetensors, received '" +
                       name + "'"));
  CHECK(test::fs::is_empty(folder.path));
}

TEST_CASE("no format leaves half a file behind on a full disk or in a folder that is missing") {
  const TempFolder folder;
  const Net net = trained();
  for (const std::string name : {"net.h5", "net.keras", "net.weights.h5", "net.safetensors"}) {
    CHECK(contains(message([&] { net.save(folder / "missing/" + name); }),
                   "missing/" + name + ": expected a folder that exists and may be written"));
    test::store(folder / name, "old");
    const auto child = ::fork();
    if (child == 0) {
      std::signal(SIGXFSZ, SIG_IGN);
      const ::rlimit limit{2048, 2048};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      const std::string text = message([&] { net.save(folder / name); });
      ::_exit(contains(text, name + ": expected space on the disk") ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(test::content(folder / name) == "old");
  }
  CHECK(std::distance(test::fs::directory_iterator{folder.path}, test::fs::directory_iterator{}) == 4);
}

TEST_CASE("the first difference is named in every format, and the network keeps what it had") {
  using Narrow = Network<Image<13, 15>, NarrowArchitecture, Rescale>;
  const TempFolder folder;
  Extractor<Narrow, Reference> narrow;
  narrow.initialize(Seed{1});
  Extractor<SmallBackbone::Until<"mixed">, Reference> shorter;
  shorter.initialize(Seed{2});
  Net net = trained();
  const std::vector<float> before{net.backbone().parameters().begin(), net.backbone().parameters().end()};
  const auto why = [&](auto& extractor, const std::string& name) {
    extractor.save(folder / name);
    const std::string text = message([&] { net.backbone().load(folder / name); });
    CHECK(same_bits(net.backbone().parameters(), before));
    return text.substr(std::min(text.size(), folder.path.string().size() + 1));
  };
  for (const std::string name : {"x.h5", "x.keras", "x.weights.h5", "x.safetensors"}) {
    // As weights of another alpha, and of a backbone that was cut before.
    CHECK(contains(why(narrow, name),
                   name + ": conv_1/kernel: expected (3, 3, 3, 16), received (3, 3, 3, 12) in "));
    CHECK(
        contains(why(shorter, name),
                 name + ": conv_6: expected layer conv_6 with kernel (3, 3, 24, 10), bias (10,), received "));
  }
  // A head of another kind, as a file with its top has it.
  using Other = SmallModel<Reference, Sequential<Flatten, Dense<1, Sigmoid>>>;
  for (const std::string name : {"net.h5", "net.keras", "net.weights.h5", "net.safetensors"}) {
    net.save(folder / name);
    CHECK(contains(message([&] { static_cast<void>(Other::load(folder / name)); }),
                   name + ": dense_1/kernel: expected (420, 1), received (420, 9) in "));
  }
}

TEST_CASE("layers of one name are not saved: no file could tell them apart") {
  const TempFolder folder;
  using Twice = SmallModel<Reference, Sequential<Flatten, Named<"conv_1", Dense<1, Sigmoid>>>>;
  const auto net = small_model<Twice>();
  for (const std::string name : {"net.h5", "net.keras", "net.weights.h5", "net.safetensors"}) {
    CHECK(contains(error_of<Error>([&] { net.save(folder / name); }),
                   "save: expected layers of different names: Named<\"name\", Layer> gives another, received "
                   "two of the name 'conv_1'"));
    CHECK(!std::filesystem::exists(folder / name));
  }
}

}  // namespace save_test
