// SPDX-License-Identifier: MIT
#include <graft/data/encode_image.hpp>
#include <graft/data/image_folder.hpp>

#include "image_files.hpp"
#include "support/errors.hpp"
#include <doctest/doctest.h>
#include <string>
#include <thread>
#include <vector>

namespace image_folder_test {

using namespace image_files;
using graft::DataError;
using graft::ImageError;
using graft::ImageFolder;
using graft::test::error_of;

namespace {

void touch(const fs::path& path) { write(path, std::string{"content does not matter"}); }

std::vector<std::string> listed(const ImageFolder& folder) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < folder.size(); ++i)
    names.push_back(folder.file(i).lexically_relative(folder.root()).generic_string());
  return names;
}

std::string refusal(const fs::path& root) {
  return error_of<DataError>([&] { ImageFolder{root}; });
}

}  // namespace

TEST_CASE("classes and files come in Keras' order") {
  const TemporaryFolder folder;
  for (const char* name : {"b/2.jpg", "b/10.png", "b/sub/0.jpg", "b/sub-x/0.jpg", "b/sub/deeper/z.JPEG",
                           "b/Z.jpg", "b/.hidden.jpg", "b/ä.jpg", "B/only.PNG", "a c/1.jpg"})
    touch(folder / name);
  const ImageFolder images{folder.path()};
  CHECK(images.class_names() == std::vector<std::string>{"B", "a c", "b"});
  // Upper case before lower case, text and not numbers, a folder before "-" before what is below it: as
  // Python sorts os.walk.
  CHECK(listed(images) == std::vector<std::string>{"B/only.PNG", "a c/1.jpg", "b/.hidden.jpg", "b/10.png",
                                                   "b/2.jpg", "b/Z.jpg", "b/ä.jpg", "b/sub/0.jpg",
                                                   "b/sub-x/0.jpg", "b/sub/deeper/z.JPEG"});
  CHECK(images.label(0) == 0);
  CHECK(images.label(1) == 1);
  CHECK(images.label(2) == 2);
  CHECK(images.label(9) == 2);
  CHECK(graft::description(images) == "Found 10 images belonging to 3 classes.");
}

TEST_CASE("only files with the extension of an image count") {
  const TemporaryFolder folder;
  for (const char* name : {"a/1.jpg", "a/2.txt", "a/3.gif", "a/4.webp", "a/5", "a/jpg", "a/6.jpg.part",
                           "b/1.bmp", "b/2.Tiff", "b/3.tif", "b/4.ppm"})
    touch(folder / name);
  CHECK(listed(ImageFolder{folder.path()}) ==
        std::vector<std::string>{"a/1.jpg", "b/1.bmp", "b/2.Tiff", "b/3.tif", "b/4.ppm"});
}

TEST_CASE("what is passed over: loose files, hidden class folders, linked folders below a class") {
  const TemporaryFolder folder;
  for (const char* name : {"a/1.jpg", "b/1.jpg", "loose.jpg", ".ipynb_checkpoints/1.jpg"})
    touch(folder / name);
  const TemporaryFolder elsewhere;
  touch(elsewhere / "1.jpg");
  fs::create_directory_symlink(elsewhere.path(), folder / "b/linked");
  fs::create_directory_symlink(folder.path(), folder / "b/circle");
  fs::create_directory_symlink(elsewhere.path(), folder / "c");  // a class may be a link
  const ImageFolder images{folder.path()};
  CHECK(listed(images) == std::vector<std::string>{"a/1.jpg", "b/1.jpg", "c/1.jpg"});
}

TEST_CASE("a folder named like an image is a folder, a broken link named like one is an image that fails") {
  const TemporaryFolder folder;
  for (const char* name : {"a/x.jpg/1.jpg", "b/1.jpg"}) touch(folder / name);
  fs::create_symlink("nowhere", folder / "a/y.jpg");
  const ImageFolder images{folder.path()};
  CHECK(listed(images) == std::vector<std::string>{"a/y.jpg", "a/x.jpg/1.jpg", "b/1.jpg"});
  CHECK(error_of<ImageError>([&] {
          images.load(0);
        }).ends_with("a/y.jpg: expected a JPEG or PNG file, received no such file"));
}

TEST_CASE("folders that cannot be used") {
  const TemporaryFolder folder;
  const std::string root = folder.path().string();
  CHECK(refusal(folder / "none") ==
        root + "/none: expected a folder with one sub-folder of images per class, received no such folder");
  touch(folder / "file");
  CHECK(refusal(folder / "file") ==
        root + "/file: expected a folder with one sub-folder of images per class, received a file");
  CHECK(refusal(folder / "file/below").starts_with(root + "/file/below: expected a folder "));
  fs::create_symlink("circle", folder / "circle");
  CHECK(refusal(folder / "circle")
            .starts_with(root + "/circle: expected a folder that can be listed, received "));
  CHECK(refusal(folder / std::string(300, 'x')).find("expected a folder that can be listed") !=
        std::string::npos);

  fs::create_directory(folder / "empty");
  CHECK(refusal(folder / "empty") == root + "/empty: expected at least 2 class folders, received none");
  touch(folder / "flat/1.jpg");
  touch(folder / "flat/2.png");
  touch(folder / "flat/notes.txt");
  CHECK(refusal(folder / "flat") ==
        root + "/flat: expected at least 2 class folders, received none (and 2 images outside of any)");
  touch(folder / "nested/horse-or-human/horses/1.jpg");
  CHECK(refusal(folder / "nested") ==
        root + "/nested: expected at least 2 class folders, received only 'horse-or-human'");
  touch(folder / "half/horses/1.jpg");
  touch(folder / "half/humans/1.txt");
  CHECK(refusal(folder / "half") ==
        root + "/half/humans: expected at least one image (png, jpg or jpeg), received none");
}

TEST_CASE("loading") {
  const TemporaryFolder folder;
  graft::write_image(folder / "small.png", pattern(6, 9));
  fs::create_directories(folder / "a");
  fs::create_directories(folder / "b");
  graft::write_image(folder / "a/1.png", pattern(20, 30));
  graft::write_image(folder / "b/1.png", pattern(6, 9));
  write(folder / "b/2.bmp", std::string{"BM, which Keras would read"});
  const ImageFolder images{folder.path()};
  CHECK(images.load(0) == pattern(20, 30));
  CHECK(error_of<ImageError>([&] { images.load(1); }).ends_with("received 9x6"));
  CHECK(error_of<ImageError>([&] { images.load(2); }) ==
        (folder / "b/2.bmp").string() + ": expected a JPEG or PNG image, received a BMP image");
  CHECK(error_of<graft::ShapeError>([&] { images.load(3); }) ==
        "ImageFolder: expected an index below 3, received 3");
  CHECK_THROWS_AS(images.label(3), graft::ShapeError);
  CHECK_THROWS_AS(images.file(3), graft::ShapeError);

  const ImageFolder lenient{folder.path(), {.limits = {.min_side = 1}}};
  const ImageFolder copy = lenient;
  CHECK(copy.load(1) == pattern(6, 9));
  CHECK(copy.options().on_bad_image == graft::OnBadImage::stop);
  CHECK(copy.options().interpolation == graft::Interpolation::nearest);
}

TEST_CASE("several threads load from one folder") {
  const TemporaryFolder folder;
  for (const char* name : {"a/1.png", "b/1.png"}) {
    fs::create_directories((folder / name).parent_path());
    graft::write_image(folder / name, pattern(64, 48));
  }
  const ImageFolder images{folder.path()};
  std::vector<int> equal(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < equal.size(); ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 20; ++i) equal[t] += images.load(i % 2) == pattern(64, 48) ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  CHECK(equal == std::vector<int>(4, 20));
}

TEST_CASE("horses and humans") {
  if (shared_data().empty()) {
    MESSAGE("skipped: no folder of photographs (GRAFT_DATA)");
    return;
  }
  const ImageFolder train{shared_data() / "horse-or-human/train"};
  CHECK(graft::description(train) == "Found 661 images belonging to 2 classes.");
  CHECK(train.class_names() == std::vector<std::string>{"horses", "humans"});
  CHECK(train.file(0).filename() == "horse01-0.jpg");
  CHECK(train.label(319) == 0);
  CHECK(train.label(320) == 1);
  CHECK(train.load(660).shape(0) == 300);
}

}  // namespace image_folder_test
