"""What Jekyll (Kramdown), Docusaurus, VuePress and MDX write beyond Markdown, in our own Markdown.

All of it works on text whose code is put aside (`masking`).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from knowledge.importing.report import Sort

# What (the words of the finding are in English as the rest of the line is the file's own text).
Say = Callable[[str, Sort, str], None]

NOTES = {
    "note": "note", "info": "info", "information": "info", "tip": "tip", "hint": "tip", "success": "success",
    "check": "success", "warning": "warning", "warn": "warning", "caution": "warning", "important": "warning",
    "attention": "warning", "danger": "danger", "error": "danger", "critical": "danger", "example": "example",
    "question": "question", "callout": "note", "admonition": "note", "aside": "note", "alert": "warning",
    "new": "info", "highlight": "note", "secondary": "note", "bug": "danger", "seealso": "tip", "abstract": "note",
}  # fmt: skip
QUOTED_NOTE = re.compile(r"^([ \t]*)> ?(\w+) +\"([^\"\n]*)\"[ \t]*$")
COLONS = re.compile(r"^([ \t]*)(:{3,}) ?(\w+)?[ \t]*(?:\[([^\]\n]*)\]|([^\n{]*))?(?:\{[^}\n]*\})?[ \t]*$")
ATTRIBUTES_LINE = re.compile(r"^[ \t]*(?:[*+-] TOC\n[ \t]*)?\{:([^}\n]*)\}[ \t]*$", re.MULTILINE)
ATTRIBUTES = re.compile(r"\{:([^}\n]*)\}")
JSX_LINE = re.compile(r"^(?:import\s+[\w{*][^\n;]*from\s+['\"][^'\"\n]+['\"];?|import\s+['\"][^'\"\n]+['\"];?"
                      r"|export\s+(?:const|default|function|let)\b[^\n]*)$", re.MULTILINE)  # fmt: skip
JSX_COMMENT = re.compile(r"\{/\*[\s\S]{0,2000}?\*/\}")
COMPONENT = re.compile(r"<(/?)([A-Z][\w.]*)((?:\s+[\w-]+(?:=(?:\"[^\"]*\"|'[^']*'|\{[^{}\n]*\}))?)*)\s*(/?)>")
PROPERTY = re.compile(r"([\w-]+)(?:=(?:\"([^\"]*)\"|'([^']*)'|\{[\"'`]?([^{}]*?)[\"'`]?\}))?")
FRAME = re.compile(
    r"<iframe\b[^<>]{0,600}?\bsrc=[\"']([^\"'\s<>]+)[\"'][^<>]{0,600}>(?:[^<]{0,600}</iframe\s*>)?", re.IGNORECASE
)
FRAME_TITLE = re.compile(r"\btitle=[\"']([^\"'\n]+)[\"']", re.IGNORECASE)
DEEPEST = 20
TAB_WORDS = ("label", "title", "value", "name")


def moved_in(head: str, lines: list[str], indent: str) -> list[str]:
    """Return a block of ours: its head, and what it holds moved in by four columns."""
    first = next((number for number, line in enumerate(lines) if line.strip()), len(lines))
    last = next((number for number in range(len(lines), 0, -1) if lines[number - 1].strip()), 0)
    lines = lines[first:last]
    return ["", indent + head, "", *(f"{indent}    {line}" if line.strip() else "" for line in lines), ""]


def quoted_notes(text: str) -> str:
    """Turn `> info "Title"` with the quotation below it into a note, as Segment's and Docker's pages write them."""
    out: list[str] = []
    lines = text.split("\n")
    index = 0
    while index < len(lines):
        found = QUOTED_NOTE.match(lines[index])
        kind = NOTES.get(found[2].lower()) if found else None
        if not found or kind is None:
            out.append(lines[index])
            index += 1
            continue
        index += 1
        inside = []
        while index < len(lines) and lines[index].strip():
            if not lines[index].lstrip().startswith(">") and re.match(
                r"[ \t]*(?:#|```|[-*+] |\d+\. |\|)", lines[index]
            ):
                break
            inside.append(re.sub(r"^[ \t]*> ?", "", lines[index]))
            index += 1
        out += moved_in(f'!!! {kind} "{found[3]}"', inside, found[1])
    return "\n".join(out)


def colon_notes(text: str) -> str:
    """Turn `:::note Title` … `:::` into notes, as Docusaurus and VuePress write them; nested ones, too."""
    if ":::" not in text:
        return text
    out: list[list[str]] = [[]]
    heads: list[tuple[str, str]] = []
    for line in text.split("\n"):
        found = COLONS.match(line)
        name = (found[3] or "").lower() if found else ""
        if found and name and len(heads) < DEEPEST and (name in NOTES or name == "details"):
            title = (found[4] or found[5] or "").strip().replace('"', "”")
            head = (
                f'??? note "{title}"' if name == "details" else f"!!! {NOTES[name]}" + (f' "{title}"' if title else "")
            )
            heads.append((head, found[1]))
            out.append([])
        elif found and not name and heads:
            head, indent = heads.pop()
            inside = out.pop()
            out[-1] += moved_in(head, [row.removeprefix(indent) for row in inside], indent)
        else:
            out[-1].append(line)
    while heads:
        head, indent = heads.pop()
        inside = out.pop()
        out[-1] += moved_in(head, [row.removeprefix(indent) for row in inside], indent)
    return "\n".join(out[0])


def kramdown_attributes(text: str) -> str:
    """Take off Kramdown's attributes but for anchors and sizes; `{: .note}` makes the block beside it a note."""
    lines = ATTRIBUTES_LINE.sub(lambda found: found[0].split("\n")[-1], text).split("\n")
    out: list[str] = []
    index = 0
    while index < len(lines):
        found = ATTRIBUTES_LINE.fullmatch(lines[index])
        if not found:
            out.append(ATTRIBUTES.sub(_kept_attributes, lines[index]) if "{:" in lines[index] else lines[index])
            index += 1
            continue
        index += 1
        kind = next((NOTES[word[1:].lower()] for word in found[1].split() if word[1:].lower() in NOTES), None)
        if kind is None:
            anchor = re.search(r"#([\w-]+)", found[1])
            if anchor and out and re.match(r"#{1,6} ", out[-1]):
                out[-1] += f" {{#{anchor[1]}}}"
            continue
        block: list[str] = []
        if out and out[-1].strip():  # it follows its block
            while out and out[-1].strip():
                block.insert(0, out.pop())
        else:
            while index < len(lines) and lines[index].strip():
                block.append(lines[index])
                index += 1
        out += moved_in(f"!!! {kind}", [re.sub(r"^[ \t]*> ?", "", line) for line in block], "")
    return "\n".join(out)


def _kept_attributes(found: re.Match[str]) -> str:
    kept = re.findall(r"(?:^|\s)(#[\w-]+)|\b((?:width|height)=[\"']?\d+)", found[1])
    words = [anchor or size.replace('"', "").replace("'", "") for anchor, size in kept]
    return f"{{{' '.join(words)}}}" if words else ""


def frames(text: str, say: Say) -> str:
    """Turn what other sites would show inside of the page into a link to them."""

    def link(found: re.Match[str]) -> str:
        title = FRAME_TITLE.search(found[0])
        say(found[0][:60], Sort.DEGRADED, f"<iframe> became a link to {found[1]}")
        address = re.sub(r"^//", "https://", found[1])
        return f"[{title[1] if title else address}]({address})"

    return FRAME.sub(link, text)


def components(text: str, say: Say) -> str:
    """Turn MDX into Markdown: imports go, notes and tabs become ours, of other components stays what they hold."""

    def dropped(found: re.Match[str]) -> str:
        if found[0].startswith("export"):
            say(found[0], Sort.LOST, found[0][:100])
        return ""

    text = JSX_COMMENT.sub("", JSX_LINE.sub(dropped, text))
    text = text.replace(" className=", " class=")
    out: list[list[str]] = [[]]
    open_ones: list[tuple[str, str, str]] = []  # name, head, indentation
    for line in text.split("\n"):
        position = 0
        for found in COMPONENT.finditer(line):
            before = line[position : found.start()]
            if before.strip():
                out[-1].append(before)
            position = found.end()
            name, given = found[2], _properties(found[3])
            if found[1]:
                if open_ones and any(each[0] == name for each in open_ones):
                    while True:
                        closed, head, indent = open_ones.pop()
                        inside = out.pop()
                        out[-1] += moved_in(head, _dedented(inside), indent) if head else _dedented(inside)
                        if closed == name:
                            break
                continue
            head = _head(name, given)
            if found[4]:
                out[-1].append(_alone(name, given, found[0], say))
                continue
            if len(open_ones) >= DEEPEST:
                continue
            if not head and name not in {"Tabs", "CodeGroup", "Steps", "AccordionGroup", "CardGroup", "Cards"}:
                say(found[0], Sort.DEGRADED, f"<{name}>: only what it holds was kept")
            if name in {"Card", "Step", "LinkCard"} and given.get("title"):
                out[-1].append(_alone(name, given, found[0], say))
                head = ""
            open_ones.append((name, head, re.match(r"[ \t]*", line)[0] if not before.strip() else ""))  # type: ignore[index]
            out.append([])
        rest = line[position:]
        if rest.strip() or not position:
            out[-1].append(rest)
    while open_ones:
        _name, head, indent = open_ones.pop()
        inside = out.pop()
        out[-1] += moved_in(head, _dedented(inside), indent) if head else inside
    return "\n".join(out[0])


def _properties(text: str) -> dict[str, str]:
    return {name: one or two or three or "" for name, one, two, three in PROPERTY.findall(text)}


def _head(name: str, given: dict[str, str]) -> str:
    title = given.get("title", "").replace('"', "”")
    if name in {"Tab", "TabItem"}:
        label = next((given[word] for word in TAB_WORDS if given.get(word)), "Tab")
        return f'=== "{label}"'
    if name in {"Accordion", "Details", "Expandable", "Collapse", "FAQ"}:
        return f'??? note "{title or given.get("summary", name)}"'
    kind = NOTES.get((given.get("type") or given.get("variant") or name).lower()) or NOTES.get(name.lower())
    if kind is None:
        return ""
    return f"!!! {kind}" + (f' "{title}"' if title else "")


def _alone(name: str, given: dict[str, str], raw: str, say: Say) -> str:
    """Return what stands for a component that holds nothing: a picture, a link, or its title."""
    title, address = given.get("title") or given.get("alt") or "", given.get("href") or given.get("to") or ""
    if given.get("src"):
        return f"![{title}]({given['src']})"
    if address:
        return f"- [{title or address}]({address})"
    if title:
        return f"**{title}**\n"
    say(raw, Sort.LOST, raw[:100])
    return ""


def _dedented(lines: list[str]) -> list[str]:
    widths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    return [line[min(widths) :] if line.strip() else "" for line in lines] if widths else lines
