/** The graph of resources for Graphviz and for people. Knows names and edges only. */
import { byName, type Dependencies, waves } from "../plan/graph.js";
import { safeText } from "./values.js";

/** DOT (graphviz.org/doc/info/lang.html): an arrow leads from a resource to what it depends on. Sorted, ends with a line end. */
export function renderDot(dependencies: Dependencies): string {
  const lines = ["digraph ferry {", "  rankdir = RL;", "  node [shape = box, fontname = monospace];"];
  const names = [...dependencies.keys()].sort(byName);
  for (const name of names) lines.push(`  ${dotId(name)};`);
  for (const name of names) {
    for (const other of edgesOf(name, dependencies)) lines.push(`  ${dotId(name)} -> ${dotId(other)};`);
  }
  return `${[...lines, "}"].join("\n")}\n`;
}

function dotId(name: string): string {
  return `"${safeText(name).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** What can be done at the same time, step by step, each with what it waits for. */
export function renderGraphText(dependencies: Dependencies): string {
  const lines: string[] = [];
  waves(dependencies).forEach((wave, at) => {
    lines.push(`${at + 1}. ${at === 0 ? "at once" : "then"}`);
    for (const name of wave) {
      const others = edgesOf(name, dependencies);
      lines.push(`   ${safeText(name)}${others.length === 0 ? "" : ` ← ${others.map(safeText).join(", ")}`}`);
    }
  });
  return lines.length === 0 ? "No resources.\n" : `${lines.join("\n")}\n`;
}

function edgesOf(name: string, dependencies: Dependencies): string[] {
  const others = (dependencies.get(name) ?? []).filter((other) => dependencies.has(other) && other !== name);
  return [...new Set(others)].sort(byName);
}
