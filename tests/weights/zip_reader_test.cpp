// SPDX-License-Identifier: MIT
#include <graft/weights/zip_reader.hpp>

#include "zip_builder.hpp"
#include <doctest/doctest.h>

namespace zip_reader_test {

using graft::detail::file_place;
using graft::detail::ZipReader;
using graft::test::contains;
using graft::test::zip;

namespace {

struct File {
  graft::test::TempFolder folder;
  std::string path = folder / "x.keras";

  std::string read(const std::string& bytes, const std::string& name, std::uint64_t limit = 1 << 20) const {
    graft::test::store(path, bytes);
    return ZipReader{file_place(path)}.read(name, limit);
  }
  std::string why(const std::string& bytes, const std::string& name = "a",
                  std::uint64_t limit = 1 << 20) const {
    const std::string text = graft::test::refusal([&] { read(bytes, name, limit); });
    CHECK((text.empty() || text.starts_with(path + ": ")));
    return text;
  }
};

}  // namespace

TEST_CASE("stored and deflated members are read whole") {
  const File file;
  const std::string long_text(100'000, 'x');
  const std::string archive =
      zip({{"a", "first"},
           {"folder/", ""},
           {"folder/b", graft::test::deflated(long_text), 8, 100'000,
            static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(long_text.data()), 100'000))},
           {"empty", ""}});
  CHECK(file.read(archive, "a") == "first");
  CHECK(file.read(archive, "folder/b") == long_text);
  CHECK(file.read(archive, "empty").empty());
  const ZipReader reader{file_place(file.path)};
  CHECK(reader.has("folder/b"));
  CHECK(!reader.has("b"));
  CHECK(contains(file.why(archive, "none"),
                 "x.keras: expected a member none, received a ZIP archive without one"));
  CHECK(contains(file.why(archive, "a", 4), "a: expected at most 4 bytes, received 5"));
}

TEST_CASE("an archive that climbs out of its folder is refused whole") {
  const File file;
  for (const char* name :
       {"../evil", "/etc/evil", "b/../../evil", "..\\evil", "b//c", ".", "", "\\\\server\\evil"})
    CHECK(contains(file.why(zip({{"a", "x"}, {name, "x"}})), "expected a path of plain names"));
}

TEST_CASE("an archive that would swell is refused whole, without inflating it") {
  const File file;
  const std::string bomb = graft::test::deflated(std::string(20'000'000, '\0'));
  CHECK(bomb.size() < 100'000);
  CHECK(contains(
      file.why(zip({{"a", "x"}, {"b", bomb, 8, 20'000'000, 1}})),
      "b: expected at most 100 times the bytes that the archive stores of it, received 20000000 of"));
  CHECK(contains(file.why(zip({{"a", "x", 0, 0xffffff00}})), "a: expected at most 100 times"));
  // A size that is too small does not help: no more is ever inflated than was said.
  CHECK(contains(file.why(zip({{"a", bomb, 8, 1000, 1}})), "a: expected "));
  CHECK(contains(file.why(zip({{"a", graft::test::deflated("short"), 8, 1000, 1}})), "a: expected "));
}

TEST_CASE("other archives that are not as they should be") {
  const File file;
  CHECK(contains(file.why(zip({{"a", "x"}, {"a", "y"}})),
                 "expected members of different names, received 'a' twice"));
  CHECK(contains(file.why(zip({{"a", "text", 0, 0, 12345}})),
                 "a: expected a whole member, received CRC error"));
  CHECK(contains(file.why(zip({{"a", "text", 12}})),
                 "expected a member that is stored or deflated, received compression method 12"));
  CHECK(!file.why(zip({{"a", std::string(20, 'x'), 0, 0, 0, 1}})).empty());  // encrypted
  CHECK(contains(file.why(zip({{"a", "damaged", 8, 100, 1}})), "a: expected "));
}

TEST_CASE("an archive that is cut short is refused, wherever it ends") {
  const File file;
  const std::string whole = zip({{"a", "first"}, {"b", "second"}});
  CHECK(file.why(whole).empty());
  for (std::size_t length = 0; length < whole.size(); ++length)
    CHECK(!file.why(whole.substr(0, length)).empty());
}

}  // namespace zip_reader_test
