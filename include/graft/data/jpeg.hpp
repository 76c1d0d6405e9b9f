// SPDX-License-Identifier: MIT
#pragma once

#include <graft/core/error.hpp>
#include <graft/data/image_limits.hpp>
#include <graft/tensor/tensor.hpp>

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// jerror.h numbers its messages by what jpeglib.h defines, and jpeglib.h needs <cstdio>: the order matters.
// clang-format off
#include <jpeglib.h>
#include <jerror.h>
// clang-format on

namespace graft::detail {

/// libjpeg's error manager. libjpeg leaves a failing call by longjmp, so every call runs inside run(), and no
/// object with a destructor may live between run() and libjpeg.
struct JpegErrors {
  ::jpeg_error_mgr manager{};  // the first member: libjpeg hands its address back
  std::jmp_buf escape{};
  char text[JMSG_LENGTH_MAX] = "";

  JpegErrors() {
    ::jpeg_std_error(&manager);
    manager.error_exit = [](::j_common_ptr state) {
      auto* self = reinterpret_cast<JpegErrors*>(state->err);
      state->err->format_message(state, self->text);
      std::longjmp(self->escape, 1);
    };
    manager.output_message = [](::j_common_ptr) {};
    // libjpeg only warns where it has to invent image data (a truncated file becomes grey): that is an error
    // here. Tolerated are the warnings after which every pixel is still the file's own.
    manager.emit_message = [](::j_common_ptr state, int level) {
      const int code = state->err->msg_code;
      const bool harmless = code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM ||
                            code == JWRN_JFIF_MAJOR || code == JWRN_NOT_SEQUENTIAL;
      if (level < 0 && !harmless) state->err->error_exit(state);
    };
  }

  [[noreturn]] void fail(const char* why) {
    std::snprintf(text, sizeof text, "%s", why);
    std::longjmp(escape, 1);
  }

  /// False when a call inside `step` failed; then `text` says why.
  template <class Step>
  bool run(const Step& step) {
    if (setjmp(escape) != 0) return false;
    step();
    return true;
  }
};

/// One JPEG file in memory, decoded with libjpeg's defaults (accurate integer DCT, smooth upsampling), which
/// are Pillow's too.
class JpegDecoder {
 public:
  JpegDecoder(std::span<const std::uint8_t> bytes, std::string_view name) : name_{name} {
    state_.err = &errors_.manager;
    progress_.progress_monitor = [](::j_common_ptr state) {
      // Every scan runs over the whole image again; ordinary progressive files have about ten.
      if (reinterpret_cast<::j_decompress_ptr>(state)->input_scan_number > max_scans)
        reinterpret_cast<JpegErrors*>(state->err)->fail("More than 100 scans");
    };
    guarded([&] {
      jpeg_create_decompress(&state_);
      state_.progress = &progress_;
      ::jpeg_mem_src(&state_, bytes.data(), static_cast<unsigned long>(bytes.size()));
      ::jpeg_read_header(&state_, TRUE);
    });
  }

  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;
  ~JpegDecoder() { ::jpeg_destroy_decompress(&state_); }

  std::size_t height() const { return state_.image_height; }
  std::size_t width() const { return state_.image_width; }

  /// Fills rgb, which has (height, width, 3) bytes.
  void read(std::uint8_t* rgb) {
    const bool cmyk = state_.jpeg_color_space == JCS_CMYK || state_.jpeg_color_space == JCS_YCCK;
    if (!cmyk && state_.jpeg_color_space == JCS_UNKNOWN)
      throw ImageError(name_, "a JPEG image in gray, RGB, YCbCr, CMYK or YCCK",
                       std::to_string(state_.num_components) + " components of unknown meaning");
    state_.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    std::vector<std::uint8_t> inks(cmyk ? width() * 4 : 0);  // (width, 4)
    guarded([&] {
      ::jpeg_start_decompress(&state_);
      while (state_.output_scanline < state_.output_height) {
        std::uint8_t* const row = rgb + std::size_t{state_.output_scanline} * width() * 3;
        JSAMPROW target = cmyk ? inks.data() : row;
        ::jpeg_read_scanlines(&state_, &target, 1);
        if (cmyk) inks_to_rgb(inks.data(), row, width());
      }
      ::jpeg_finish_decompress(&state_);  // reads on to the end marker: without one the file is truncated
    });
  }

 private:
  static constexpr int max_scans = 100;

  /// Adobe's inverted inks to RGB with Pillow's rounding: k - round((255 - ink) * k / 255).
  static void inks_to_rgb(const std::uint8_t* inks, std::uint8_t* rgb, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      for (std::size_t c = 0; c < 3; ++c) {
        const unsigned k = inks[4 * i + 3], product = (255u - inks[4 * i + c]) * k + 128;
        rgb[3 * i + c] = static_cast<std::uint8_t>(k - ((product + (product >> 8)) >> 8));
      }
  }

  template <class Step>
  void guarded(const Step& step) {
    if (errors_.run(step)) return;
    // The destructor does not run when the constructor throws; destroying twice is allowed.
    ::jpeg_destroy_decompress(&state_);
    throw ImageError(name_, "a complete, undamaged JPEG image", "'" + std::string{errors_.text} + "'");
  }

  std::string name_;
  JpegErrors errors_;
  ::jpeg_progress_mgr progress_{};
  ::jpeg_decompress_struct state_{};
};

/// RGB pixels of a JPEG file, bit for bit those of Pillow's convert('RGB') on the same libjpeg-turbo.
inline Pixels decode_jpeg(std::span<const std::uint8_t> bytes, std::string_view name,
                          const ImageLimits& limits) {
  JpegDecoder decoder{bytes, name};
  check_image_size(name, decoder.height(), decoder.width(), limits);
  Pixels pixels = Pixels::from_shape({decoder.height(), decoder.width(), 3});  // (height, width, 3)
  decoder.read(pixels.data());
  return pixels;
}

}  // namespace graft::detail
