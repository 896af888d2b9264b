#include "transpiler/text.h"

#include <rapidjson/document.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace nubpf {
namespace {

using namespace std::string_literals;

TEST_CASE("valid UTF-8 is told from bytes that are not", "[text]") {
  for (const auto& text :
       {""s, "plain"s, "naïve"s, "日本語"s, "😀"s, "a\0b"s, "eight by"s, "eight byte and ü"s}) {
    CAPTURE(text);
    CHECK(is_utf8(text));
  }
  const std::vector<std::string> wrong = {
      "\xff",              // never a byte of UTF-8
      "\x80",              // no character begins so
      "ab\xc3",            // cut off
      "12345678\xe6\x97",  // cut off behind a whole word
      "\xc0\xaf",          // overlong
      "\xed\xa0\x80",      // a surrogate
      "\xf4\x90\x80\x80",  // above U+10FFFF
      "12345678\xe2(\xa1"
      "90"  // a wrong second byte
  };
  for (const auto& text : wrong) {
    CAPTURE(text);
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("what would act on a terminal is shown as an escape", "[text]") {
  CHECK(visible("plain ~ text\\n") == "plain ~ text\\n");
  CHECK(visible("a\nb\rc\td") == "a\\nb\\rc\\td");
  CHECK(visible("\x1b[31mred") == "\\e[31mred");
  CHECK(visible("\a\0\x7f"s) == "\\x07\\x00\\x7f");
  CHECK(visible("\u009b1m") == "\\u{9b}1m");  // C1 as a character
  CHECK(visible("\x9b"
                "1m") == "\\x9b1m");  // C1 as a byte
  CHECK(visible("\u202eevil\u2066") == "\\u{202e}evil\\u{2066}");
  CHECK(visible("\u2028\u200e\ufeff\u00ad") == "\\u{2028}\\u{200e}\\u{feff}\\u{ad}");
  CHECK(visible("\U000e0041") == "\\u{e0041}");  // a tag character
  CHECK(visible("é日本😀") == "é日本😀");
  CHECK(visible("👩\u200d💻") == "👩\u200d💻");  // the joiner belongs to the picture
  CHECK(visible("\xff\xc3") == "\\xff\\xc3");
  CHECK(visible("\xed\xa0\x80") == "\\xed\\xa0\\x80");
}

TEST_CASE("no byte sequence lets a control character through", "[text]") {
  // Each pair of bytes, alone and before a letter.
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text = {static_cast<char>(first), static_cast<char>(second), 'z'};
      const auto shown = visible(text);
      const bool is_clean =
          is_utf8(shown) &&
          std::none_of(shown.begin(), shown.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }) &&
          shown.find("\xc2\x80") == std::string::npos && shown.find("\xc2\x9b") == std::string::npos;
      if (!is_clean) FAIL("bytes " << first << " " << second);
      std::string json;
      append_json_string(json, text);
      if (!is_utf8(json) || visible(json) != json) FAIL("JSON of bytes " << first << " " << second);
    }
  }
}

TEST_CASE("the width is the one of the shown form", "[text]") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("日本語") == 6);
  CHECK(display_width("é") == 1);
  CHECK(display_width("e\u0301") == 1);  // combining
  CHECK(display_width("😀") == 2);
  CHECK(display_width("a\nb") == 4);
  CHECK(display_width("\xff") == 4);
  CHECK(display_width("\u202e") == 8);
}

TEST_CASE("text is cut to a number of columns, never in the middle of a character or an escape", "[text]") {
  const auto cut = [](std::string_view text, int columns) {
    std::string out = ">";
    const int used = append_cut(out, text, columns, "…");
    CHECK(used <= columns);
    CHECK(used == display_width(out) - 1);
    return out.substr(1);
  };
  CHECK(cut("abcdef", 6) == "abcdef");
  CHECK(cut("abcdef", 5) == "abcd…");
  CHECK(cut("abcdef", 1) == "…");
  CHECK(cut("abcdef", 0).empty());
  CHECK(cut("日本語", 6) == "日本語");
  CHECK(cut("日本語", 5) == "日本…");
  CHECK(cut("日本語", 4) == "日…");
  CHECK(cut("ab\ncd", 4) == "ab…");
  CHECK(cut("ab\ncd", 5) == "ab\\n…");
  CHECK(cut("e\u0301e\u0301e\u0301", 2) == "e\u0301…");

  const auto cut_front = [](std::string_view text, int columns) {
    std::string out;
    const int used = append_cut_front(out, text, columns, "…");
    CHECK(used <= columns);
    CHECK(used == display_width(out));
    return out;
  };
  CHECK(cut_front("abcdef", 6) == "abcdef");
  CHECK(cut_front("abcdef", 4) == "…def");
  CHECK(cut_front("日本語", 4) == "…語");
  CHECK(cut_front("ab\ncd", 4) == "…cd");
  CHECK(cut_front("abc", 0).empty());
}

TEST_CASE("JSON strings read back as they were", "[text]") {
  const std::vector<std::string> texts = {"",
                                          "plain",
                                          "quote \" and \\ backslash",
                                          "a\nb\r\tc",
                                          "\x1b]0;x\a",
                                          "nul \0 byte"s,
                                          "\u009b\x7f",
                                          "\u2028\u2029\u202e",
                                          "日本 😀 \U000e0041"};
  for (const auto& text : texts) {
    std::string json;
    append_json_string(json, text);
    CAPTURE(json);
    rapidjson::Document document;
    document.Parse<rapidjson::kParseValidateEncodingFlag>(json.data(), json.size());
    REQUIRE_FALSE(document.HasParseError());
    CHECK(std::string(document.GetString(), document.GetStringLength()) == text);
    CHECK(visible(json) == json);
  }
}

TEST_CASE("JSON and Nushell strings have these forms", "[text]") {
  const auto json = [](std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
  };
  CHECK(json("a\"b\\c\n\x01\x7f\u009b\u2028") == R"("a\"b\\c\n\u0001\u007f\u009b\u2028")");
  CHECK(json("\U000e0041") == R"("\udb40\udc41")");
  CHECK(json("bad \xff\xc3") == R"("bad \\xff\\xc3")");

  std::string nushell;
  append_nushell_string(nushell, "a\"b\\c\n\t\x1b\u202e $x 日本");
  CHECK(nushell == R"("a\"b\\c\n\t\u{1b}\u{202e} $x 日本")");
}

}  // namespace
}  // namespace nubpf
