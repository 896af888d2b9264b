#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text that came from outside: well-formed or not, harmless or hostile. Nothing here ever fails.
namespace nubpf {

[[nodiscard]] bool is_utf8(std::string_view text);

/// The lines, without their ends; the empty text has none.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// What one character of a text became when it was shown.
struct ShownCharacter {
  std::size_t bytes = 0;  ///< taken from the text
  int columns = 0;        ///< of a terminal
};

/// Appends the first character of `text`, which is not empty, in a form that any terminal takes: a character
/// that controls the terminal, reorders text or has no picture is an escape, `\n`, `\t`, `\e`, `\x07` or
/// `\u{202e}`; a byte that is not UTF-8 is `\xff`. A backslash of the text itself stays a single one: this
/// form is for people.
ShownCharacter append_visible_character(std::string& out, std::string_view text);

/// The same for all of a text; answers its width in columns.
int append_visible(std::string& out, std::string_view text);
[[nodiscard]] std::string visible(std::string_view text);

/// The columns that visible(text) takes on a terminal: East Asian wide characters count 2, combining ones 0.
[[nodiscard]] int display_width(std::string_view text);

/// Appends visible(text), cut to at most `columns` columns: where something is left out, `ellipsis` ends it.
/// Answers the columns used.
int append_cut(std::string& out, std::string_view text, int columns, std::string_view ellipsis);

/// The same, but what is left out is the beginning.
int append_cut_front(std::string& out, std::string_view text, int columns, std::string_view ellipsis);

/// Appends a JSON string with its quotation marks: always valid JSON, and harmless to a terminal. A byte that
/// is not UTF-8 becomes the text `\xff`; all other text reads back as it was.
void append_json_string(std::string& out, std::string_view text);

/// Appends the text of a Nushell double-quoted string with its quotation marks; `text` must be UTF-8.
/// Harmless to a terminal like append_json_string().
void append_nushell_string(std::string& out, std::string_view text);

}  // namespace nubpf
