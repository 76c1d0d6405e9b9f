// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/data/image_limits.hpp>
#include <graft/tensor/tensor.hpp>

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <png.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace graft::detail {

/// One PNG file in memory, decoded to 8-bit RGB. libpng leaves a failing call by longjmp, so every call runs
/// inside guarded(), and no object with a destructor may live between guarded() and libpng.
class PngDecoder {
 public:
  PngDecoder(std::span<const std::uint8_t> bytes, std::string_view name) : name_{name}, rest_{bytes} {
    png_ = ::png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngDecoder::fail, [](auto, auto) {});
    info_ = png_ == nullptr ? nullptr : ::png_create_info_struct(png_);
    guarded([&] {
      ::png_set_read_fn(png_, this, &PngDecoder::copy);
      // A damaged byte anywhere is a damaged file, also in chunks that do not matter to the picture.
      ::png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
      // Texts and profiles are never unpacked: they may be compressed bombs.
      ::png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
      ::png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // ImageLimits decide
      ::png_read_info(png_, info_);
    });
  }

  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;
  ~PngDecoder() { ::png_destroy_read_struct(&png_, &info_, nullptr); }

  std::size_t height() const { return ::png_get_image_height(png_, info_); }
  std::size_t width() const { return ::png_get_image_width(png_, info_); }

  /// Fills rgb, which has (height, width, 3) bytes.
  void read(std::uint8_t* rgb) {
    std::vector<std::uint8_t*> rows(height());
    for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = rgb + y * width() * 3;
    guarded([&] {
      ::png_set_palette_to_rgb(png_);
      ::png_set_expand_gray_1_2_4_to_8(png_);
      ::png_set_strip_16(png_);
      ::png_set_strip_alpha(png_);
      ::png_set_gray_to_rgb(png_);
      ::png_set_interlace_handling(png_);
      ::png_read_update_info(png_, info_);
      if (::png_get_rowbytes(png_, info_) != width() * 3) ::png_error(png_, "Unexpected size of a row");
      ::png_read_image(png_, rows.data());
      ::png_read_end(png_, nullptr);
    });
  }

 private:
  static void fail(::png_structp png, ::png_const_charp why) {
    auto* self = static_cast<PngDecoder*>(::png_get_error_ptr(png));
    std::snprintf(self->text_, sizeof self->text_, "%s", why);
    ::png_longjmp(png, 1);
  }

  static void copy(::png_structp png, ::png_bytep target, std::size_t count) {
    auto* self = static_cast<PngDecoder*>(::png_get_io_ptr(png));
    if (count > self->rest_.size()) ::png_error(png, "Premature end of PNG file");
    std::copy_n(self->rest_.data(), count, target);
    self->rest_ = self->rest_.subspan(count);
  }

  template <class Step>
  void guarded(const Step& step) {
    if (info_ != nullptr && run(step)) return;
    // The destructor does not run when the constructor throws; destroying twice is allowed.
    ::png_destroy_read_struct(&png_, &info_, nullptr);
    throw ImageError(name_, "a complete, undamaged PNG image", "'" + std::string{text_} + "'");
  }

  template <class Step>
  bool run(const Step& step) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    step();
    return true;
  }

  std::string name_;
  std::span<const std::uint8_t> rest_;
  char text_[256] = "libpng cannot start";
  ::png_structp png_ = nullptr;
  ::png_infop info_ = nullptr;
};

/// RGB pixels of a PNG file: Pillow's convert('RGB'). Alpha is dropped, not composed; gamma and profiles are
/// ignored. Of 16-bit samples the high byte is taken (TensorFlow's decode_png does so, and Pillow except for
/// gray, where it cuts off at 255 and leaves a nearly white picture).
inline Pixels decode_png(std::span<const std::uint8_t> bytes, std::string_view name,
                         const ImageLimits& limits) {
  PngDecoder decoder{bytes, name};
  check_image_size(name, decoder.height(), decoder.width(), limits);
  Pixels pixels = Pixels::from_shape({decoder.height(), decoder.width(), 3});  // (height, width, 3)
  decoder.read(pixels.data());
  return pixels;
}

}  // namespace graft::detail
