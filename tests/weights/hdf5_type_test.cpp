// SPDX-License-Identifier: MIT
#include <graft/weights/hdf5_type.hpp>

#include "h5_builder.hpp"
#include <doctest/doctest.h>

namespace hdf5_type_test {

using namespace graft::detail::hdf5;
using graft::ElementType;

TEST_CASE("the formats are known in both byte orders, others are refused by their names") {
  const graft::test::TempFolder folder;
  const graft::test::H5Builder file{folder / "file.h5"};
  const Session session;
  const Place place{"file.h5", "/dense/kernel:0", 0};
  const auto type_of = [&](hid_t type) { return element_type(file.file(), type, place); };
  CHECK(type_of(H5T_IEEE_F32LE) == ElementType::float32);
  CHECK(type_of(H5T_IEEE_F32BE) == ElementType::float32);
  CHECK(type_of(H5T_IEEE_F64LE) == ElementType::float64);
  CHECK(type_of(H5T_IEEE_F64BE) == ElementType::float64);
  CHECK(type_of(half_type(H5T_IEEE_F32LE, place).get()) == ElementType::float16);
  CHECK(type_of(half_type(H5T_IEEE_F32BE, place).get()) == ElementType::float16);

  const auto why = [&](hid_t id) {
    const Handle type{id};
    return graft::test::refusal([&] { type_of(type.get()); });
  };
  const std::string start =
      "file.h5: /dense/kernel:0: expected float16, bfloat16, float32 or float64 numbers, received ";
  CHECK(type_of(H5T_STD_I32BE) == ElementType::int32);
  CHECK(type_of(H5T_STD_I64LE) == ElementType::int64);
  CHECK(why(H5Tcopy(H5T_STD_U8LE)) == start + "integers");
  CHECK(why(H5Tcreate(H5T_OPAQUE, 2)) == start + "opaque bytes");
  const hid_t compound = H5Tcreate(H5T_COMPOUND, 8);
  H5Tinsert(compound, "re", 0, H5T_IEEE_F32LE);
  H5Tinsert(compound, "im", 4, H5T_IEEE_F32LE);
  CHECK(why(compound) == start + "compound values");
  CHECK(why(H5Tvlen_create(H5T_IEEE_F32LE)) == start + "lists of varying length");
  CHECK(why(H5Tcopy(H5T_C_S1)) == start + "strings");
  CHECK(why(H5Tenum_create(H5T_NATIVE_INT)) == start + "enumerated values");
  CHECK(why(H5Tcopy(H5T_STD_REF_OBJ)) == start + "references");
  CHECK(why(H5Tcopy(H5T_STD_B8LE)) == start + "values of another type");
  const hid_t fields = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(fields, 15, 7, 8, 0, 7);
  H5Tset_size(fields, 2);
  CHECK(why(fields) == start + "floating-point numbers of another format");

  // Keras 3 stores bfloat16 as opaque bytes and says so in an attribute.
  file.scalar("/", "dtype", "bfloat16");
  const Handle root{H5Gopen2(file.file(), "/", H5P_DEFAULT)}, opaque{H5Tcreate(H5T_OPAQUE, 2)},
      longer{H5Tcreate(H5T_OPAQUE, 4)};
  const Place in_file{folder / "file.h5", "/", 1 << 20};
  H5Fflush(file.file(), H5F_SCOPE_GLOBAL);
  CHECK(element_type(root.get(), opaque.get(), in_file) == ElementType::bfloat16);
  CHECK_THROWS_AS(element_type(root.get(), longer.get(), in_file), graft::ArchiveError);
}

}  // namespace hdf5_type_test
