"""What is wrong with a text of YAML, in our words: line, column, and what stands there."""

from __future__ import annotations

import re

import yaml

#: What the parser finds, and what is to be said of it, ``{}`` being what it names.
_SAID = (
    (r"mapping values are not allowed here", "a ':' stands where none can be; put a text that has one into quotes"),
    (r"sequence entries are not allowed here", "a '-' begins a list in the middle of a line; put it on a line below"),
    (r"found character '\\t' that", "a tab stands where only spaces indent"),
    (r"found character (.+) that cannot start any token", "no text begins with {} unless it stands in quotes"),
    (r"expected ',' or '(.)', but got '<stream end>'", "a '{}' is missing at the end"),
    (r"expected ',' or '(.)', but got", "a ',' or a '{}' is missing"),
    (r"expected <block end>, but found", "this line is not indented like those that it stands with"),
    (r"could not find expected ':'", "a ':' is missing behind a name"),
    (r"found unexpected end of stream", "a quotation mark is missing at the end"),
    (r"found undefined alias (.+)", "*{} names a part that is not there; put a text that begins with * into quotes"),
    (r"found unknown escape character (.+)", "\\ before {} means nothing; put the text into single quotes"),
    (r"could not determine a constructor for the tag", "a text begins with '!'; put it into quotes"),
    (r"found unhashable key", "a list or a mapping stands where a name is needed"),
    (r"but found another document", "a second document begins; one is read"),
    (r"expected '<document start>', but found (.+)", "{} stands behind the end"),
    (r"(.+ is there twice)", "{}"),
)


def mistake(error: yaml.YAMLError) -> tuple[int, int, str]:
    """Return line and column, from 1, and what is wrong there; line and column are 0 where nobody knows."""
    if isinstance(error, yaml.reader.ReaderError):
        return 0, 0, f"it has a character that no text of YAML can have (place {error.position + 1})"
    if not isinstance(error, yaml.MarkedYAMLError):
        return 0, 0, "it cannot be read"
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    for pattern, said in _SAID:
        found = re.search(pattern, error.problem or "")
        if found is not None:
            named = found[1] if found.groups() else ""
            return line, column, said.format(named.strip("'") if said.startswith("*") else named)
    return line, column, "it is not written as YAML is"
