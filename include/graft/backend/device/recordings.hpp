// SPDX-License-Identifier: MIT
#pragma once

#include <graft/backend/device/device.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace graft::detail {

/// Work that asks a device for the same each time, on the same memory: done as it comes the first time,
/// recorded the second time, and from then on told to the device as one. With `renew` the numbers that its
/// kernels are given may be others each time, but not those kernels, their order and their sizes. `key` says
/// what the work is: a size, and addresses. Scratch must not move while there are recordings that know its
/// address, so one is valid for the stamp of the scratch that it was made with, which is also that of a
/// thread.
template <class D>
class Recordings {
 public:
  using Key = std::array<std::uintptr_t, 5>;

  template <class Work>
  void run(typename D::Context& context, const Key& key, Work&& work) {
    run(context, key, work, [](typename D::Recording&) {});
  }
  template <class Work>
  void renew(typename D::Context& context, const Key& key, Work&& work) {
    run(context, key, work, [&](typename D::Recording& recording) { recording.renew(context, work); });
  }

 private:
  template <class Work, class Renew>
  void run(typename D::Context& context, const Key& key, Work& work, Renew&& renew) {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) { return e.key == key; });
    if (found == entries_.end() || found->stamp != D::scratch_stamp(context)) {
      if (found != entries_.end()) entries_.erase(found);
      work();
      if (entries_.size() == most) entries_.erase(entries_.begin());
      entries_.push_back({key, D::scratch_stamp(context), {}});
      return;
    }
    if (found->recording)
      renew(*found->recording);
    else
      found->recording.emplace(context, work);
    found->recording->replay(context);
  }

  static constexpr std::size_t most = 8;  // sizes of batches, mostly

  struct Entry {
    Key key;
    std::uint64_t stamp;
    std::optional<typename D::Recording> recording;
  };
  std::vector<Entry> entries_;  // the oldest first
};

}  // namespace graft::detail
