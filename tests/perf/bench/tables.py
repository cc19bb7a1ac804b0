"""Numbers and tables as text, for terminals and for Markdown. Standard library only."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

MISSING = "-"


def microseconds(seconds: float) -> str:
    """Three significant digits, or all before the point: "4.31", "43.1", "4,310"."""
    if math.isnan(seconds):
        return MISSING
    value = seconds * 1e6
    digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:,.{digits}f}"


def milliseconds(seconds: float) -> str:
    if math.isnan(seconds):
        return MISSING
    value = seconds * 1e3
    digits = 3 if value < 9.9995 else 1 if value < 999.95 else 0
    return f"{value:,.{digits}f}"


def ratio(value: float) -> str:
    if math.isnan(value):
        return MISSING
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}"


def percent(value: float) -> str:
    """No more digits than are worth something: "0.4%", "58%"."""
    if math.isnan(value):
        return MISSING
    return f"{100 * value:.1f}%" if value < 0.00995 else f"{100 * value:.0f}%"


def scientific(value: float) -> str:
    return MISSING if math.isnan(value) else f"{value:.0e}"


@dataclass
class Table:
    """Columns that hold numbers are right-aligned; the first `left` ones, and those named in
    `texts`, are not."""

    header: list[str]
    left: int = 1
    texts: tuple[str, ...] = ()
    rows: list[list[str]] = field(default_factory=list)

    def _is_text(self, column: int) -> bool:
        return column < self.left or self.header[column] in self.texts

    def to_text(self, indent: str = "") -> str:
        lines = [self.header, *self.rows]
        widths = [max(len(line[k]) for line in lines) for k in range(len(self.header))]

        def text_of(line: list[str]) -> str:
            cells = (cell.ljust(width) if self._is_text(k) else cell.rjust(width)
                     for k, (cell, width) in enumerate(zip(line, widths)))
            return (indent + "  ".join(cells)).rstrip()

        rule = indent + "-" * (sum(widths) + 2 * (len(widths) - 1))
        return "\n".join([text_of(self.header), rule, *map(text_of, self.rows)])

    def to_markdown(self) -> str:
        marks = [":--" if self._is_text(k) else "--:" for k in range(len(self.header))]
        lines = [self.header, marks, *self.rows]
        return "\n".join("| " + " | ".join(_escaped(c) for c in line) + " |" for line in lines)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
