/** Diagnostics as text and JSON, and what was probably meant by a mistyped word. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { errorDiagnostic, warningDiagnostic } from "../../src/diagnostics/diagnostic.js";
import {
  diagnosticsJson,
  excerpt,
  orderDiagnostics,
  type Palette,
  renderDiagnostics,
} from "../../src/diagnostics/render.js";
import { didYouMean, editDistance, nearest } from "../../src/diagnostics/suggestion.js";
import { expectGolden } from "../harness/golden.js";

const render = suite("diagnostics");

function range(line: number, column: number, length: number, file = "zk.yaml") {
  return { file, start: { line, column }, end: { line, column: column + length } };
}

const SAMPLE = [
  errorDiagnostic("unknown-field", "there is no heep", {
    source: range(9, 8, 4),
    sourceText: "  jvm: {heep: 1g}",
    detail: "first line\nsecond line",
    remedy: "write heap\nor nothing",
  }),
  warningDiagnostic("even-ensemble", "four servers", { source: range(100, 3, 7) }),
  errorDiagnostic("unknown-variable", "no such variable"),
];

render("text, with and without colours", () => {
  expectGolden("test/diagnostics/golden/plain.txt", renderDiagnostics(SAMPLE));
  const tag = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
  const palette: Palette = {
    error: tag("e"),
    warning: tag("w"),
    strong: tag("b"),
    dim: tag("d"),
    remedy: tag("r"),
  };
  expectGolden("test/diagnostics/golden/coloured.txt", renderDiagnostics(SAMPLE, palette));
  assert.is(renderDiagnostics([]), "");
});

render("JSON for programs", () => {
  const parsed = JSON.parse(diagnosticsJson(SAMPLE));
  assert.is(parsed.formatVersion, 1);
  assert.is(parsed.errors, 2);
  assert.is(parsed.warnings, 1);
  assert.equal(parsed.diagnostics[0].source, range(9, 8, 4));
});

render("the marker stands below what it marks: tabs, long lines, ranges over lines", () => {
  assert.equal(excerpt(range(1, 3, 2), "\t\tab"), { line: "\t\tab", marker: "\t\t^^" });
  const long = excerpt(range(1, 301, 5), `${"x".repeat(300)}wrong${"y".repeat(300)}`);
  assert.is(long.line.slice(long.marker.indexOf("^"), long.marker.lastIndexOf("^") + 1), "wrong");
  assert.ok(long.line.length < 120);
  const over = { file: "a", start: { line: 1, column: 3 }, end: { line: 4, column: 1 } };
  assert.is(excerpt(over, "a: {b: c").marker, "  ^^^^^^".slice(0, 8));
  assert.is(excerpt(range(1, 1, 0), "").marker, "^");
});

render("in the order of places, each once", () => {
  const [first, , third] = SAMPLE;
  const later = errorDiagnostic("a", "x", { source: range(10, 1, 1) });
  const other = errorDiagnostic("a", "x", { source: range(1, 1, 1, "a.yaml") });
  assert.ok(first && third);
  assert.equal(orderDiagnostics([third, later, first, later, other]), [other, first, later, third]);
});

render("what was meant", () => {
  assert.is(editDistance("ab", "ba", 5), 1);
  assert.is(editDistance("kitten", "sitting", 5), 3);
  assert.ok(editDistance("short", "a very long word", 3) > 3);
  assert.is(nearest("tickTme", ["tickTime", "syncLimit"]), "tickTime");
  assert.is(nearest("ZNODE", ["ZNode"]), "ZNode");
  assert.is(nearest("xyz", ["tickTime"]), undefined);
  assert.is(didYouMean("heep", ["heap"], "field"), 'did you mean "heap"?');
  assert.is(didYouMean("xyz", ["b", "a"], "field"), "use one of the fields there are: a, b");
  assert.is(didYouMean("xyz", [], "field"), "there is no field here");
});

render.run();
