"""Draw how the packages import each other: `python .ci/import_graph.py [FOLDER]` prints Markdown.

Counts imports between the rooms (packages and single modules) of the four storeys, lists circles between modules and
between rooms, and every import upwards. Tests and migrations are left out; what only they import says nothing about
the design. `import-linter` holds the rules (pyproject.toml); this shows the picture.
"""

import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

APPS = ("portal", "news", "comments")
# What of portal stands on top of the apps; all else of it is below them. The second line: names of before the rooms.
ROOF = {"accounts", "admin", "admin_site", "apps", "management", "ops", "settings", "urls", "wsgi"}
ROOF |= {"context", "context_processors", "demo", "desk", "forms", "health"}
STOREYS = ("roof", "comments", "news", "cellar")  # from the top; arrows point down

Graph = Mapping[str, set[str]]


def modules_in(root: Path) -> dict[str, Path]:
    """Return {dotted name: file} of every module but tests and migrations."""
    found = {}
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            if not {"tests", "migrations"} & set(parts):
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports_of(path: Path, modules: Mapping[str, Path]) -> Iterator[str]:
    """Yield every module of ours that a file imports, at its top or inside functions; once per imported name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = (f"{node.module}.{alias.name}" for alias in node.names)
            names = list(dict.fromkeys(name if name in modules else node.module for name in inner))
        else:
            continue
        yield from (name for name in names if name in modules)


def room(module: str) -> str:
    """Return the package or single module directly under an app that a module belongs to."""
    return ".".join(module.split(".")[:2])


def storey(module: str) -> str:
    app, _dot, rest = module.partition(".")
    if app != "portal":
        return app
    return "roof" if rest.partition(".")[0] in ROOF else "cellar"


def circles(graph: Graph) -> list[list[str]]:
    """Return the strongly connected components of more than one node (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in sorted(graph.get(node, ())):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            component = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(component) > 1:
                found.append(sorted(component))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return sorted(found)


def without_shortcuts(graph: Graph) -> dict[str, set[str]]:
    """Leave out arrows that other arrows imply. Of a graph with circles everything is returned."""
    if circles(graph):
        return {node: set(targets) for node, targets in graph.items()}

    def reach(node: str) -> set[str]:
        return {node}.union(*(reach(target) for target in graph.get(node, ())))

    return {
        node: {target for target in targets if not any(target in reach(other) for other in targets - {target})}
        for node, targets in graph.items()
    }


def table(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [list(map(str, row)) for row in (heading, *rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def mermaid(graph: Graph, rooms: Iterable[str]) -> str:
    """Draw every storey as a box of its rooms, with the arrows between rooms of one storey."""
    lines = ["```mermaid", "flowchart TD"]
    for name in STOREYS:
        inside = [one for one in sorted(rooms) if storey(one) == name]
        lines.append(f"  subgraph {name}")
        lines += [f"    {one}" for one in inside]
        arrows = without_shortcuts({one: {to for to in graph.get(one, ()) if to in inside} for one in inside})
        lines += [f"    {one} --> {to}" for one in inside for to in sorted(arrows[one])]
        lines.append("  end")
    lines += [f"  {upper} ==> {lower}" for upper, lower in zip(STOREYS, STOREYS[1:], strict=False)]
    return "\n".join([*lines, "```"])


def report(root: Path) -> str:
    modules = modules_in(root)
    pairs = [(module, to) for module, path in modules.items() for to in imports_of(path, modules) if to != module]
    module_graph: dict[str, set[str]] = defaultdict(set)
    room_graph: dict[str, set[str]] = defaultdict(set)
    members: dict[str, list[str]] = defaultdict(list)
    for module in modules:
        if module not in APPS:
            members[room(module)].append(module)
    for module, to in pairs:
        module_graph[module].add(to)
        if room(module) != room(to):
            room_graph[room(module)].add(room(to))
    between_storeys = Counter((storey(module), storey(to)) for module, to in pairs)
    leaving = Counter(room(module) for module, to in pairs if room(module) != room(to))
    arriving = Counter(room(to) for module, to in pairs if room(module) != room(to))
    upwards = sorted((module, to) for module, to in pairs if STOREYS.index(storey(module)) > STOREYS.index(storey(to)))
    lines = {module: len(path.read_text(encoding="utf-8").splitlines()) for module, path in modules.items()}
    room_rows = [
        [storey(one), f"`{one}`", len(members[one]), sum(lines[module] for module in members[one])]
        + [arriving[one], leaving[one]]
        for one in sorted(members, key=lambda one: (STOREYS.index(storey(one)), one))
    ]
    module_circles, room_circles = circles(module_graph), circles(room_graph)
    return "\n\n".join(
        [
            f"{len(modules)} modules in {len(members)} rooms, {len(pairs)} imports between modules; "
            f"circles: {len(module_circles)} between modules, {len(room_circles)} between rooms; "
            f"{len(upwards)} imports upwards.",
            "### Imports between storeys",
            table(
                ["from ↓ to →", *STOREYS],
                [[name, *(between_storeys[name, to] for to in STOREYS)] for name in STOREYS],
            ),
            "### Imports upwards",
            listing(f"`{module}` → `{to}`" for module, to in upwards),
            "### Circles between modules",
            listing(" ↔ ".join(f"`{module}`" for module in circle) for circle in module_circles),
            "### Circles between rooms",
            listing(" ↔ ".join(f"`{one}`" for one in circle) for circle in room_circles),
            "### Rooms",
            table(["storey", "room", "modules", "lines", "imported", "imports"], room_rows),
            mermaid(room_graph, members),
        ]
    )


def listing(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items) or "None."


if __name__ == "__main__":
    print(report(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)))
