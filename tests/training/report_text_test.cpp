// SPDX-License-Identifier: MIT
#include <graft/training/report_text.hpp>

#include <cstdint>
#include <doctest/doctest.h>
#include <limits>
#include <string>
#include <vector>

namespace report_text_test {

using namespace graft::detail;

TEST_CASE("html leaves nothing that could be a tag, an entity or the end of an attribute") {
  CHECK(html("a<b>&\"c'") == "a&lt;b&gt;&amp;&quot;c&#39;");
  CHECK(html("") == "");
  CHECK(html("Käfer, 馬, 🐎\tand\nlines") == "Käfer, 馬, 🐎\tand\nlines");
}

TEST_CASE("html replaces bytes that are no characters of HTML") {
  const std::string replaced = "\xEF\xBF\xBD";
  CHECK(html(std::string("a\0b", 3)) == "a" + replaced + "b");
  CHECK(html("\x1B[31m\x7F") == replaced + "[31m" + replaced);
  CHECK(html("\xFF") == replaced);
  CHECK(html("\x80") == replaced);                                    // a byte that only continues
  CHECK(html("\xC3") == replaced);                                    // cut off
  CHECK(html("\xC3(") == replaced + "(");                             // not continued
  CHECK(html("\xC0\xBC") == replaced + replaced);                     // "<" in two bytes
  CHECK(html("\xE0\x80\xBC") == replaced + replaced + replaced);      // "<" in three
  CHECK(html("\xED\xA0\x80") == replaced + replaced + replaced);      // half of a surrogate pair
  CHECK(html("\xEF\xBF\xBF") == replaced + replaced + replaced);      // U+FFFF
  CHECK(html("\xC2\x85") == replaced + replaced);                     // a control character beyond ASCII
  CHECK(html("\xF4\x90\x80\x80").find('\xF4') == std::string::npos);  // beyond U+10FFFF
}

TEST_CASE("html does not let a name change the direction of text") {
  const std::string shown = html("a\xE2\x80\xAEgpj.exe");
  CHECK(shown.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(shown.ends_with("gpj.exe"));
}

TEST_CASE("base64 encodes the vectors of RFC 4648") {
  const auto encode = [](const std::string& text) {
    return base64(std::vector<std::uint8_t>(text.begin(), text.end()));
  };
  CHECK(encode("") == "");
  CHECK(encode("f") == "Zg==");
  CHECK(encode("fo") == "Zm8=");
  CHECK(encode("foo") == "Zm9v");
  CHECK(encode("foob") == "Zm9vYg==");
  CHECK(encode("fooba") == "Zm9vYmE=");
  CHECK(encode("foobar") == "Zm9vYmFy");
  CHECK(encode("\xFB\xFF\xFE") == "+//+");
}

TEST_CASE("Numbers are short enough to read") {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(html_percent(0.98843) == "98.84&nbsp;%");
  CHECK(html_percent(0.995, 1) == "99.5&nbsp;%");
  CHECK(html_percent(std::numeric_limits<double>::quiet_NaN()) == "–");
  CHECK(html_loss(0.25784) == "0.2578");
  CHECK(html_loss(0) == "0.0000");
  CHECK(html_loss(0.00012345) == "1.23e-04");
  CHECK(html_loss(2e7) == "2.00e+07");
  CHECK(html_loss(infinity) == "∞");
  CHECK(html_loss(-infinity) == "−∞");
  CHECK(html_loss(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

TEST_CASE("Durations never round to sixty") {
  CHECK(html_duration(0) == "0.00&nbsp;s");
  CHECK(html_duration(4.136) == "4.14&nbsp;s");
  CHECK(html_duration(9.996) == "10.0&nbsp;s");
  CHECK(html_duration(41.24) == "41.2&nbsp;s");
  CHECK(html_duration(59.96) == "1&nbsp;min&nbsp;00&nbsp;s");
  CHECK(html_duration(185.4) == "3&nbsp;min&nbsp;05&nbsp;s");
  CHECK(html_duration(3599.6) == "1&nbsp;h&nbsp;00&nbsp;min");
  CHECK(html_duration(5190) == "1&nbsp;h&nbsp;27&nbsp;min");
}

}  // namespace report_text_test
