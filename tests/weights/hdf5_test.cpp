// SPDX-License-Identifier: MIT
#include <graft/weights/hdf5.hpp>

#include "h5_builder.hpp"
#include <doctest/doctest.h>

namespace hdf5_test {

using namespace graft::detail::hdf5;
using graft::test::contains;

TEST_CASE("a Session silences libhdf5 and gives its printer back") {
  H5E_auto2_t before = nullptr, during = nullptr, after = nullptr;
  void* data = nullptr;
  H5Eget_auto2(H5E_DEFAULT, &before, &data);
  REQUIRE((before != nullptr));
  {
    const Session outer, inner;
    H5Eget_auto2(H5E_DEFAULT, &during, &data);
    CHECK(H5Gopen2(H5I_INVALID_HID, "/", H5P_DEFAULT) < 0);
    CHECK(contains(last_error(), "location"));
  }
  H5Eget_auto2(H5E_DEFAULT, &after, &data);
  CHECK((during == nullptr));
  CHECK((after == before));
}

TEST_CASE("a Handle owns exactly one reference") {
  const hid_t id = H5Tcopy(H5T_NATIVE_INT);
  {
    Handle first{id};
    Handle second{std::move(first)};
    CHECK_FALSE(first.valid());
    CHECK(second.get() == id);
    first = std::move(second);
    CHECK(first.get() == id);
    CHECK(H5Iis_valid(id) > 0);
  }
  CHECK(H5Iis_valid(id) == 0);
  Handle empty;
  CHECK(empty.close());
}

TEST_CASE("open_object follows hard links only") {
  const Session session;
  const graft::test::TempFolder folder;
  const std::string path = folder / "links.h5";
  {
    const graft::test::H5Builder other{folder / "other.h5"};
    other.numbers("/kernel", {2});
    const graft::test::H5Builder file{path};
    file.numbers("/real/deep/kernel", {2, 3});
    file.group("/group");
    H5Lcreate_hard(file.file(), "/real", file.file(), "/alias", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/real", file.file(), "/soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", file.file(), "/group/dangling", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("other.h5", "/kernel", file.file(), "/group/external", H5P_DEFAULT, H5P_DEFAULT);
    H5L_class_t custom{};
    custom.version = H5L_LINK_CLASS_T_VERS;
    custom.id = static_cast<H5L_type_t>(H5L_TYPE_UD_MIN + 10);
    custom.comment = "test";
    custom.trav_func = [](const char*, hid_t, const void*, std::size_t, hid_t, hid_t) -> hid_t {
      FAIL("a user-defined link was followed");
      return -1;
    };
    H5Lregister(&custom);
    REQUIRE(H5Lcreate_ud(file.file(), "/group/custom", custom.id, nullptr, 0, H5P_DEFAULT, H5P_DEFAULT) >= 0);
  }
  const Handle file{H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)};
  const Place place{path, "/x", 0};
  const auto why = [&](const char* name) {
    return graft::test::refusal([&] { open_object(file.get(), name, place); });
  };
  CHECK(H5Iget_type(open_object(file.get(), "real/deep/kernel", place).get()) == H5I_DATASET);
  CHECK(H5Iget_type(open_object(file.get(), "alias/deep", place).get()) == H5I_GROUP);
  CHECK(contains(why("soft"), "links.h5: /x: expected an object stored in this file, received a soft link"));
  CHECK(contains(why("soft/deep/kernel"), "received a soft link"));
  CHECK(contains(why("group/dangling"), "received a soft link"));
  CHECK(contains(why("group/external"), "received an external link"));
  CHECK(contains(why("group/custom"), "received a user-defined link"));
  CHECK(contains(why("missing"), "expected an object 'missing', received nothing of that name"));
  CHECK(contains(why("real/deep/kernel/below"), "an object that is no group"));
  for (const char* bad : {"", "/real", "real//deep", "real/", "../real", "real/./deep", "."})
    CHECK(contains(why(bad), "a path of plain names"));
  CHECK(contains(graft::test::refusal([&] { open_group(file.get(), "real/deep/kernel", place); }),
                 "expected a group"));
}

}  // namespace hdf5_test
