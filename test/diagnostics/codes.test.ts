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

codes.run();
