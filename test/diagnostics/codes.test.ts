/** docs/diagnostics.md lists every code that loading a configuration can give, and no other in that section. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installRoot } from "../../src/install/root.js";

const codes = suite("codes of diagnostics");

function codesInSources(): Set<string> {
  const folder = join(installRoot(), "src/config");
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) =>
    entry.name.endsWith(".ts"),
  );
  const text = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")).join("\n");
  const calls = [...text.matchAll(/(?:\.error|\.warning|refuse|problem)\(\s*(?:reading,\s*)?"([a-z-]+)"/g)];
  const fields = [...text.matchAll(/code: (?:[^,\n]*\? )?"([a-z-]+)"(?: : "([a-z-]+)")?/g)];
  return new Set(
    [...calls, ...fields]
      .flatMap(([, first, second]) => [first, second])
      .filter((code) => code !== undefined),
  );
}

codes("are all in the document", () => {
  const document = readFileSync(join(installRoot(), "docs/diagnostics.md"), "utf8");
  const section = /^## Configuration$([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(document)?.[1] ?? "";
  const rows = [...section.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([a-z-]+)`/g)].map(([, code = ""]) => code),
  );
  assert.equal([...rows].sort(), [...codesInSources()].sort());
});

/** Codes given anywhere but in src/config, as far as they stand in the text. */
function otherCodes(): string[] {
  const files = ["src", "state", "providers"].flatMap((folder) =>
    readdirSync(join(installRoot(), folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.name.endsWith(".ts") && !entry.parentPath.includes("src/config"))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")),
  );
  const call =
    /\b(?:errorDiagnostic|warningDiagnostic|mistake|refusal)\(\s*(?:\w+ \? "([a-z0-9-]+)" : )?"([a-z0-9-]+)",/g;
  const found = files.flatMap((text) =>
    [...text.matchAll(call)].flatMap(([, first, second]) => [first, second]),
  );
  return [...new Set(found.filter((code) => code !== undefined))].sort();
}

codes("of planning, applying, state and servers are all in the document", () => {
  const document = readFileSync(join(installRoot(), "docs/diagnostics.md"), "utf8");
  const found = otherCodes();
  assert.ok(found.length > 80, "the sources are searched");
  assert.equal(
    found.filter((code) => !document.includes(`\`${code}\``)),
    [],
  );
});

codes.run();
