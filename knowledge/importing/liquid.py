"""Liquid as Jekyll's pages use it, read as far as a folder of Markdown can answer.

What the site's data would say is not known here: conditions on it are false, loops over it empty, and told. Names that
are none of Liquid's own (`{{ profile.first_name }}` in a text about templates) stay as they were typed (SEC-16).
Nothing is ever called, and nothing but the page's own keys is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from knowledge.importing.report import Sort

# Bounded, so that a thousand tags without an end cost no more than a thousand times that.
TOKEN = re.compile(r"\{%-?(?P<tag>[\s\S]{0,800}?)-?%\}|\{\{-?(?P<out>[^{}\n]{0,300}?)-?\}\}")
NAME = re.compile(r"[\w-]+")
PARAMETER = re.compile(r"([\w-]+)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s,]+)")
ARGUMENT = re.compile(r"\"[^\"]*\"|'[^']*'|[^,\s][^,]*")
KNOWN_ROOTS = {"site", "page", "include", "layout", "forloop", "content", "jekyll"}
BLOCKS = {"if", "unless", "for", "case", "capture", "comment", "raw", "highlight", "codeexample", "codeexampletab",
          "faq", "faqitem", "details", "note", "tabs", "tab", "tablerow"}  # fmt: skip
DEEPEST_INCLUDE = 6
MOST_TOKENS = 20_000
LONGEST_RESULT = 600_000

Say = Callable[[int, Sort, str], None]
# What an {% include %} becomes: its name and parameters, the line's beginning, whether it stands alone, its depth.
Include = Callable[[str, dict[str, Any], bool, "Scope"], str | None]


@dataclass
class Scope:
    """What names mean here: the page's keys, the include's parameters, what was assigned."""

    page: dict[str, Any]
    say: Say
    include: Include
    parameters: dict[str, Any] = field(default_factory=dict)
    assigned: dict[str, Any] = field(default_factory=dict)
    depth: int = 0
    is_of_page: bool = False  # something that differs from page to page was read
    has_unknown: bool = False  # the last value asked for is the site's, which nobody knows here


@dataclass
class _Node:
    """A tag with what it holds (`branches`: condition and content), an output, or a text."""

    kind: str
    text: str
    at: int
    raw: str = ""
    branches: list[tuple[str, list[_Node]]] = field(default_factory=list)


def evaluate(source: str, scope: Scope) -> str:
    """Return the text with its tags carried out. Raises nothing: a tag that has no end stays as it was typed."""
    nodes = _parse(source, scope.say)
    try:
        return _Writer(source, scope).write(nodes)[:LONGEST_RESULT]
    except RecursionError:
        scope.say(0, Sort.DEGRADED, "tags are nested too deep to be carried out; they stay as text")
        return source[:LONGEST_RESULT]


def _parse(source: str, say: Say) -> list[_Node]:
    root: list[_Node] = []
    stack: list[tuple[str, list[_Node], _Node | None]] = [("", root, None)]
    at = 0
    tokens = 0
    position = 0
    while (found := TOKEN.search(source, position)) and tokens < MOST_TOKENS:
        tokens += 1
        here = stack[-1][1]
        position = found.end()
        if found["tag"] is None:
            here += [
                _Node("text", source[at : found.start()], at),
                _Node("out", found["out"].strip(), found.start(), found[0]),
            ]
            at = position
            continue
        words = found["tag"].split(None, 1)
        name, rest = words[0] if words else "", words[1].strip() if len(words) > 1 else ""
        if not (name.isidentifier() and name.islower()):
            continue  # a percent sign in somebody's code
        here.append(_Node("text", source[at : found.start()], at))
        at = position
        if name in {"raw", "comment"}:
            end = re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}").search(source, position)
            inside_end, position = (end.start(), end.end()) if end else (len(source), len(source))
            here.append(_Node(name, source[at:inside_end], found.start()))
            at = position
            continue
        if name in {"else", "elsif", "elseif", "when"} and stack[-1][2] is not None:
            condition = "true" if name == "else" else rest
            branch: list[_Node] = []
            stack[-1][2].branches.append((condition if name != "when" else f"when {rest}", branch))
            stack[-1] = (stack[-1][0], branch, stack[-1][2])
            continue
        if name.startswith("end"):
            if any(name == f"end{open_name}" for open_name, _, _ in stack):
                while stack[-1][0] != name[3:]:
                    stack.pop()
                stack.pop()
            continue
        node = _Node(name, rest, found.start(), found[0])
        here.append(node)
        if name in BLOCKS:
            inside: list[_Node] = []
            node.branches.append((rest, inside))
            stack.append((name, inside, node))
    stack[-1][1].append(_Node("text", source[at:], at))
    for name, _, opened in stack[1:]:
        if opened is not None:
            say(opened.at, Sort.DEGRADED, f"{{% {name} %}} has no end")
    return root


class _Writer:
    def __init__(self, source: str, scope: Scope) -> None:
        self.source, self.scope = source, scope

    def write(self, nodes: list[_Node]) -> str:
        return "".join(self._node(node) for node in nodes)

    def _node(self, node: _Node) -> str:
        scope = self.scope
        match node.kind:
            case "text" | "raw":
                return node.text
            case "comment":
                return ""
            case "out":
                return self._output(node)
            case "assign":
                name, _, value = node.text.partition("=")
                scope.assigned[name.strip()] = self.value(value)
                return ""
            case "capture":
                scope.assigned[node.text.strip()] = self.write(node.branches[0][1]).strip()
                return ""
            case "if" | "unless" | "case":
                return self._choose(node)
            case "for" | "tablerow":
                return self._repeat(node)
            case "include" | "include_relative" | "render":
                return self._include(node)
            case "codeexample" | "faq" | "tabs":
                return "\n" + self.write(node.branches[0][1])
            case "codeexampletab" | "tab":
                return self._moved_in(node, '=== "{}"')
            case "faqitem" | "details":
                return self._moved_in(node, '??? question "{}"')
            case "note":
                return self._moved_in(node, '!!! note "{}"')
            case "highlight":
                language = (node.text.split() or [""])[0]
                return f"```{language}\n{self.write(node.branches[0][1]).strip(chr(10))}\n```"
        scope.say(node.at, Sort.LOST, f"{{% {node.kind} {node.text} %}}".replace("  ", " "))
        return self.write(node.branches[0][1]) if node.branches else ""

    def _moved_in(self, node: _Node, line: str) -> str:
        indent = " " * (node.at - self.source.rfind("\n", 0, node.at) - 1)
        if indent and self.source[node.at - len(indent) : node.at].strip():
            indent = ""
        content = self.write(node.branches[0][1]).strip("\n")
        moved = "\n".join(f"{indent}    {row}" if row.strip() else "" for row in content.split("\n"))
        return line.format(node.text.strip().strip("\"'").replace('"', "”")) + f"\n\n{moved}\n"

    def _output(self, node: _Node) -> str:
        root = NAME.match(node.text)
        known = {**dict.fromkeys(KNOWN_ROOTS), **self.scope.assigned}
        if not (root and root[0] in known) and not node.text.startswith(("'", '"')):
            return node.raw  # a text about templates
        value = self.value(node.text)
        if value is None and self.scope.has_unknown:
            self.scope.say(node.at, Sort.LOST, node.raw)
        return "" if value is None else str(value)

    def _choose(self, node: _Node) -> str:
        subject = self.value(node.text) if node.kind == "case" else None
        for number, (condition, content) in enumerate(node.branches):
            self.scope.has_unknown = False
            if node.kind == "case":
                if number == 0:
                    continue
                wanted = condition.removeprefix("when ")
                holds = condition == "true" or subject in [self.value(each) for each in re.split(r",| or ", wanted)]
            else:
                holds = self.holds(condition) != (node.kind == "unless" and number == 0)
            if holds:
                return self.write(content)
            if self.scope.has_unknown:
                self.scope.say(node.at, Sort.LOST, f"{{% {node.kind} {node.text} %}}: the site's data is not here")
        return ""

    def _repeat(self, node: _Node) -> str:
        found = re.match(r"([\w-]+)\s+in\s+(.+?)(?:\s+(?:limit|offset|reversed).*)?$", node.text)
        self.scope.has_unknown = False
        values = self.value(found[2]) if found else None
        if not isinstance(values, list):
            self.scope.say(node.at, Sort.LOST, f"{{% {node.kind} {node.text} %}}: the site's data is not here")
            return ""
        pieces = []
        for value in values[:200]:
            assert found is not None
            self.scope.assigned[found[1]] = value
            pieces.append(self.write(node.branches[0][1]))
        return "".join(pieces)[:LONGEST_RESULT]

    def _include(self, node: _Node) -> str:
        words = node.text.split(None, 1)
        name = words[0].strip("\"'") if words else ""
        parameters = {key: self.value(value) for key, value in PARAMETER.findall(words[1] if len(words) > 1 else "")}
        begin = self.source.rfind("\n", 0, node.at) + 1
        end = self.source.find("\n", node.at + len(node.raw))
        before = self.source[begin : node.at]
        alone = not before.strip() and not self.source[node.at + len(node.raw) : end if end >= 0 else None].strip()
        text = self.scope.include(name, parameters, alone, self.scope) if self.scope.depth < DEEPEST_INCLUDE else None
        if text is None:
            self.scope.say(node.at, Sort.LOST, f"{node.raw}: there is no such file in _includes")
            # What the page wrote for it, such as the text of a {% capture %}, is the page's own: it stays.
            given = [value for value in parameters.values() if isinstance(value, str) and "\n" in value]
            return "\n\n".join(given)
        prefix = before if not before.strip(" \t>") else ""
        return f"\n{prefix}".join(text.strip("\n").split("\n"))

    # --- Values ---

    def holds(self, condition: str) -> bool:
        """Return whether a condition is true; `and` and `or` from the right on, as Liquid has it."""
        parts = re.split(r"\s+(and|or)\s+", condition.strip())
        result = self._compare(parts[-1])
        for index in range(len(parts) - 2, 0, -2):
            left = self._compare(parts[index - 1])
            result = (left and result) if parts[index] == "and" else (left or result)
        return result

    def _compare(self, text: str) -> bool:
        found = re.match(r"(.+?)\s*(==|!=|<=|>=|<|>|\bcontains\b)\s*(.+)$", text)
        if not found:
            return self.value(text) not in (None, False)
        left, right = self.value(found[1]), self.value(found[3])
        match found[2]:
            case "==":
                return bool(left == right)
            case "!=":
                return bool(left != right)
            case "contains":
                return isinstance(left, str | list) and right is not None and str(right) in left
        try:
            return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[found[2]])
        except TypeError:
            return False

    def value(self, text: str) -> Any:
        """Return what an expression with its filters stands for, None for what is not known."""
        first, *filters = [part.strip() for part in re.split(r"\|(?=(?:[^\"']*[\"'][^\"']*[\"'])*[^\"']*$)", text)]
        value = self._plain(first)
        for each in filters[:20]:
            name, _, rest = each.partition(":")
            arguments = [self._plain(argument.strip()) for argument in ARGUMENT.findall(rest)]
            value = _filtered(name.strip(), value, arguments)
        return value

    def _plain(self, text: str) -> Any:
        if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
            return text[1:-1]
        if text in {"true", "false", "nil", "null", "empty", "blank"}:
            return {"true": True, "false": False}.get(text)
        if re.fullmatch(r"-?\d+(\.\d+)?", text):
            return float(text) if "." in text else int(text)
        parts = re.split(r"[.\[]", text)
        root = parts[0].strip()
        if root in self.scope.assigned:
            value: Any = self.scope.assigned[root]
        elif root == "page":
            value, self.scope.is_of_page = self.scope.page, True
        elif root == "include":
            value, self.scope.is_of_page = self.scope.parameters, True
        elif text == "site.baseurl":
            return ""
        else:
            self.scope.has_unknown = True
            return None
        for part in parts[1:]:
            key = part.strip("]\"' ")
            value = value.get(key) if isinstance(value, dict) else None
        return value


def _filtered(name: str, value: Any, arguments: list[Any]) -> Any:
    text = "" if value is None else str(value)
    words = [str(argument) for argument in arguments if argument is not None]
    match name, words:
        case "default", _:
            return value if value not in (None, "", False) else (arguments[0] if arguments else None)
        case (("split" | "where" | "sort" | "first" | "last" | "map" | "size"), _) if value is None:
            return None
        case "split", [separator]:
            return text.split(separator) if separator else list(text)
        case "first", _:
            return value[0] if isinstance(value, list) and value else None
        case "last", _:
            return value[-1] if isinstance(value, list) and value else None
        case "replace", [old, *new]:
            return text.replace(old, new[0] if new else "") if old else text
        case "remove", [old]:
            return text.replace(old, "") if old else text
        case "append", [tail]:
            return text + tail
        case "prepend", [head]:
            return head + text
        case "downcase", _:
            return text.lower()
        case "upcase", _:
            return text.upper()
        case "capitalize", _:
            return text[:1].upper() + text[1:]
        case (("slugify" | "handleize"), _):
            return re.sub(r"[^\w]+", "-", text.lower()).strip("-")
        case "strip", _:
            return text.strip()
    return value
