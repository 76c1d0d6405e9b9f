// SPDX-License-Identifier: MIT
// Models whose backbone is frozen in part: their files are those of the whole.
#include <graft/backend/blas/blas.hpp>
#include <graft/data/preprocessing.hpp>
#include <graft/model/move_boundary.hpp>
#include <graft/model/summary.hpp>
#include <graft/weights/load.hpp>
#include <graft/weights/save.hpp>

#include "model/small_network.hpp"
#include "weights/h5_builder.hpp"

namespace frozen_part_test {

using namespace graft;
using namespace graft::test;
using test::TempFolder;

namespace {

using Whole = SmallModel<Blas>;

std::vector<std::string> tensors_of(const std::filesystem::path& file) {
  std::vector<std::string> names;
  const Archive archive = Archive::open(file);
  for (const ArchiveLayer& layer : archive.layers()) {
    names.push_back(layer.name);
    for (const ArchiveTensor& tensor : layer.tensors) names.push_back(tensor.dataset);
  }
  return names;
}

template <class Part>
void check_files() {
  const TempFolder folder;
  auto whole = small_model<Whole>(Seed{3});
  const auto head = whole.head().parameters();
  const std::vector<float> backbone{whole.backbone().parameters().begin(),
                                    whole.backbone().parameters().end()};
  whole.save(folder / "whole.h5");
  const std::string summary = whole.summary();
  const Part part = std::move(whole);
  part.save(folder / "part.h5");
  CHECK(tensors_of(folder / "part.h5") == tensors_of(folder / "whole.h5"));

  // Either type reads the other's file.
  const Whole from_part = Whole::load(folder / "part.h5");
  CHECK(same_bits(from_part.head().parameters(), head));
  CHECK(same_bits(from_part.backbone().parameters(), backbone));
  const Part from_whole = Part::load(folder / "whole.h5");
  CHECK(same_bits(from_whole.head().parameters(), part.head().parameters()));
  CHECK(same_bits(from_whole.frozen().parameters(), part.frozen().parameters()));

  // The configurations differ in which layers are trainable, the summaries in how many parameters are.
  const auto without_trainable = [](std::string config) {
    for (const std::string text : {"\"trainable\":true", "\"trainable\":false"})
      for (std::size_t at; (at = config.find(text)) != config.npos;) config.erase(at, text.size());
    return config;
  };
  const std::string a = Archive::open(folder / "whole.h5").model_config();
  const std::string b = Archive::open(folder / "part.h5").model_config();
  CHECK(without_trainable(a) == without_trainable(b));
  const auto table = [](const std::string& text) { return text.substr(0, text.find("Trainable params")); };
  CHECK(table(part.summary()) == table(summary));
  CHECK(part.summary() != summary);
}

}  // namespace

TEST_CASE("a model frozen in part is saved with the layers, names and order of the whole") {
  check_files<Whole::FreezeThrough<"relu_1">>();
  check_files<Whole::FreezeThrough<"mixed">>();
  check_files<Whole::FreezeThrough<"input_1">>();
}

}  // namespace frozen_part_test
