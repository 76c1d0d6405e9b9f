// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/core/sort_by.hpp>
#include <graft/data/image_limits.hpp>
#include <graft/data/read_image.hpp>
#include <graft/data/resize.hpp>
#include <graft/tensor/tensor.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace graft {

/// What a training does with an image that cannot be decoded.
enum class OnBadImage {
  stop,  ///< throws its ImageError
  skip   ///< leaves it out and counts it
};

struct ImageFolderOptions {
  ImageLimits limits{};
  Interpolation interpolation = Interpolation::nearest;
  OnBadImage on_bad_image = OnBadImage::stop;
};

/// Labelled images on disk, one sub-folder per class, listed in the order of Keras' flow_from_directory:
/// classes sorted by name (code points: upper case first), below each the files of all levels, sorted by
/// folder, then by name. Files are chosen by extension (png, jpg, jpeg, bmp, ppm, tif, tiff, in any case) and
/// decoded by content: a BMP, PPM or TIFF counts as an image, as in Keras, and is an ImageError when it is
/// loaded. Class folders whose name begins with a dot are passed over, as in image_dataset_from_directory.
/// Symbolic links to folders are followed for classes, not below them. Only names are kept in memory.
class ImageFolder {
 public:
  /// Lists the folder. Throws DataError when it is missing or unreadable, has fewer than two class folders,
  /// or has a class folder without an image.
  explicit ImageFolder(std::filesystem::path root, ImageFolderOptions options = {})
      : root_{std::move(root)}, options_{options} {
    list_classes();
    for (std::size_t label = 0; label < class_names_.size(); ++label) list_images(label);
  }

  /// Number of images.
  std::size_t size() const { return images_.size(); }
  /// Names of the classes; the position is the label.
  const std::vector<std::string>& class_names() const { return class_names_; }
  const std::filesystem::path& root() const { return root_; }
  const ImageFolderOptions& options() const { return options_; }

  /// Position of the image's class in class_names(). Throws ShapeError for an index beyond the last image.
  std::size_t label(std::size_t index) const { return at(index).label; }
  /// Path of the image. Throws ShapeError for an index beyond the last image.
  const std::filesystem::path& file(std::size_t index) const { return at(index).file; }

  /// Decodes the image in its own size; several threads may load at once.
  /// Throws ImageError, and ShapeError for an index beyond the last image.
  Pixels load(std::size_t index) const { return read_image(file(index), options_.limits); }

 private:
  struct Image {
    std::filesystem::path file;
    std::size_t label;
  };

  const Image& at(std::size_t index) const {
    if (index < images_.size()) return images_[index];
    throw ShapeError("ImageFolder", "an index below " + std::to_string(size()), std::to_string(index));
  }

  static bool has_image_extension(std::string name) {
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    constexpr std::array<std::string_view, 7> extensions{".png", ".jpg", ".jpeg", ".bmp",
                                                         ".ppm", ".tif", ".tiff"};
    return std::ranges::any_of(extensions, [&](std::string_view e) { return name.ends_with(e); });
  }

  [[noreturn]] static void unreadable(const std::filesystem::path& folder, const std::error_code& why) {
    throw DataError(folder.string(), "a folder that can be listed", why.message());
  }

  void list_classes() {
    constexpr std::string_view expected = "a folder with one sub-folder of images per class";
    std::error_code error;
    const auto status = std::filesystem::status(root_, error);
    if (status.type() == std::filesystem::file_type::not_found)
      throw DataError(root_.string(), expected, "no such folder");
    if (error) unreadable(root_, error);
    if (status.type() != std::filesystem::file_type::directory)
      throw DataError(root_.string(), expected, "a file");

    std::size_t loose_images = 0;
    std::filesystem::directory_iterator entry{root_, error};
    for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      std::error_code ignored;  // a broken link is no folder
      if (!entry->is_directory(ignored))
        loose_images += has_image_extension(name) ? 1 : 0;
      else if (!name.starts_with('.'))
        class_names_.push_back(name);
    }
    if (error) unreadable(root_, error);
    detail::sort_by(class_names_, [](const std::string& name) { return name; });
    if (class_names_.size() >= 2) return;
    std::string received = class_names_.empty() ? std::string{"none"} : "only '" + class_names_.front() + "'";
    if (loose_images > 0) received += " (and " + std::to_string(loose_images) + " images outside of any)";
    throw DataError(root_.string(), "at least 2 class folders", received);
  }

  void list_images(std::size_t label) {
    const auto folder = root_ / class_names_[label];
    std::vector<Image> images;
    std::error_code error;
    std::filesystem::recursive_directory_iterator entry{folder, error};
    for (; !error && entry != std::filesystem::recursive_directory_iterator{}; entry.increment(error)) {
      std::error_code ignored;  // a broken link with an image's name fails when it is loaded
      if (!entry->is_directory(ignored) && has_image_extension(entry->path().filename().string()))
        images.push_back({entry->path(), label});
    }
    if (error) unreadable(folder, error);
    if (images.empty()) throw DataError(folder.string(), "at least one image (png, jpg or jpeg)", "none");
    detail::sort_by(images, [](const Image& image) {
      return std::pair{image.file.parent_path().generic_string(), image.file.filename().string()};
    });
    std::move(images.begin(), images.end(), std::back_inserter(images_));
  }

  std::filesystem::path root_;
  ImageFolderOptions options_;
  std::vector<std::string> class_names_;
  std::vector<Image> images_;
};

/// Keras' line: "Found 661 images belonging to 2 classes."
inline std::string description(const ImageFolder& folder) {
  return "Found " + std::to_string(folder.size()) + " images belonging to " +
         std::to_string(folder.class_names().size()) + " classes.";
}

}  // namespace graft
