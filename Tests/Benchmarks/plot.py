# SPDX-License-Identifier: Apache-2.0
"""Draws what was measured, as SVG."""
from html import escape

from results import percentile
from table import TITLES, number
from workloads.latency import OPERATIONS

WIDTH, COLUMNS, GAP = 1080, 2, 30
LABEL, VALUE = 120, 70
BAR, HEADLINE = 18, 34
COLOURS = {"syncbox": "#1a7f5a", "syncbox-relaxed": "#5fbf9a"}
PEER, FLOOR = "#8a94a6", "#d3d8e0"
FLOORS = ("cp", "tar", "inotify")


def draw(results):
    """One panel for each workload: a bar for the median time of each tool, a line from the least to the most."""
    panels = [(TITLES[row] + " (s)", _bars(results, row)) for row in TITLES if row not in ("rest", "latency")]
    panels += [(f"Latency: {kind} until visible, p50 (ms)", _latency_bars(results, kind)) for kind in OPERATIONS]
    panels = [(title, bars) for title, bars in panels if bars]
    columns = [[] for _ in range(COLUMNS)]
    heights = [GAP] * COLUMNS
    width = (WIDTH - GAP * (COLUMNS + 1)) / COLUMNS
    for title, bars in panels:
        column = heights.index(min(heights))
        left = GAP + column * (width + GAP)
        columns[column].append(_panel(title, bars, left, heights[column], width))
        heights[column] += HEADLINE + BAR * len(bars) + GAP // 2
    height = max(heights)
    body = "\n".join(panel for column in columns for panel in column)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
            f'font-family="sans-serif" font-size="11">\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n')


def _bars(results, row):
    """(tool, median, least, most) of the tools whose trees became equal."""
    bars = []
    for tool in results.tools(row):
        values = list(results.values(row, tool, "time").values())
        if values:
            bars.append((tool, results.median(row, tool, "time"), min(values), max(values)))
    return bars


def _latency_bars(results, kind):
    bars = []
    for tool in results.tools("latency"):
        samples = results.latencies(tool, "visible", kind)
        ranks = [percentile(samples, percent) for percent in (50, 5, 95)]
        if samples and None not in ranks:
            bars.append((tool, *ranks))
    return bars


def _panel(title, bars, left, top, width):
    """The scale is linear from zero to the largest median; a line that is longer ends at the edge."""
    longest = max(median for _, median, _, _ in bars) or 1
    scale = (width - LABEL - VALUE) / longest
    parts = [f'<text x="{left:.1f}" y="{top + 14:.1f}" font-weight="bold" font-size="12">{escape(title)}</text>']
    for line, (tool, median, least, most) in enumerate(bars):
        y = top + HEADLINE - 8 + line * BAR
        x = left + LABEL
        colour = COLOURS.get(tool, FLOOR if tool in FLOORS else PEER)
        end = min(most * scale, width - LABEL - VALUE)
        parts += [
            f'<text x="{x - 6:.1f}" y="{y + 10:.1f}" text-anchor="end">{escape(tool)}</text>',
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(1, median * scale):.1f}" height="{BAR - 5}" fill="{colour}"/>',
            f'<line x1="{x + least * scale:.1f}" x2="{x + end:.1f}" y1="{y + 6.5:.1f}" y2="{y + 6.5:.1f}" stroke="#222"/>',
            f'<text x="{x + max(median * scale, end) + 5:.1f}" y="{y + 10:.1f}">{number(median)}</text>',
        ]
    return "\n".join(parts)
