/** Whatever is in the files, loading ends with diagnostics that have places, never with an exception. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadConfiguration } from "../../src/config/load.js";
import { renderDiagnostics } from "../../src/diagnostics/render.js";
import { installRoot } from "../../src/install/root.js";

const robustness = suite("robustness");
const folder = mkdtempSync(join(tmpdir(), "ferry-robust-"));
robustness.after(() => rmSync(folder, { recursive: true, force: true }));

const examples = ["ferry.yaml", "host.yaml", "zk-a.yaml", "znodes.yaml"].map((name) =>
  readFileSync(join(installRoot(), "examples/quickstart", name), "utf8"),
);

async function load(files: Readonly<Record<string, string>>): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { value, diagnostics } = await loadConfiguration({
    directory: folder,
    paths: [],
    environment: null,
    variableFiles: [],
    variables: [],
    env: {},
  });
  assert.is(
    value === undefined,
    diagnostics.some((d) => d.severity === "error"),
  );
  for (const { source } of diagnostics) {
    if (source === undefined) continue;
    const lines = (files[source.file] ?? "").split("\n");
    assert.ok(source.start.line >= 1 && source.start.line <= lines.length, `line ${source.start.line}`);
    assert.ok(source.start.column >= 1, `column ${source.start.column}`);
  }
  return renderDiagnostics(diagnostics);
}

/** A text with some characters taken out and some put in. */
function damaged(text: string) {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ":",
    "- ",
    "\t",
    "\n",
    "${",
    "$",
    "&a ",
    "*a",
    "!x ",
    "#",
    '"',
    "'",
    "|",
    "null",
    "-1",
    "? ",
    "---\n",
    "%",
    "\u0000",
    "é",
  );
  const edit = fc.tuple(fc.nat(text.length), fc.nat(6), piece);
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    let result = text;
    for (const [at, length, inserted] of edits)
      result = result.slice(0, at) + inserted + result.slice(at + length);
    return result;
  });
}

robustness("damaged files", async () => {
  const files = fc.tuple(...examples.map((text) => fc.oneof(fc.constant(text), damaged(text))));
  await fc.assert(
    fc.asyncProperty(files, async ([project, host, ensemble, znodes]) => {
      await load({
        "ferry.yaml": project ?? "",
        "host.yaml": host ?? "",
        "zk-a.yaml": ensemble ?? "",
        "znodes.yaml": znodes ?? "",
      });
    }),
    { numRuns: 300 },
  );
});

robustness("values of any shape in the place of any field", async () => {
  const spot = fc.constantFrom(
    "address: 127.0.0.1",
    "process:",
    "name: local",
    "workDir: .ferry/hosts/local",
    "kind: Host",
    "runtime:",
    "spec:",
  );
  const odd = fc.constantFrom(
    "null",
    "[]",
    "{}",
    "[1, {a: b}]",
    "{a: [null]}",
    "1.5",
    "true",
    `"\${var.x}"`,
    `"\${Host/local}"`,
    `"\${Host/local.address}"`,
    '""',
    "-0",
    "1e400",
  );
  await fc.assert(
    fc.asyncProperty(spot, odd, async (where, value) => {
      const [, host = ""] = examples;
      const key = where.split(":")[0] ?? "";
      const text = host.replace(new RegExp(`${key}:.*`), `${key}: ${value}`);
      await load({ "host.yaml": text });
    }),
    { numRuns: 150 },
  );
});

robustness("the folder of wrong configurations is met by no exception under every environment", async () => {
  const wrong = join(installRoot(), "test/config/fixtures/wrong");
  for (const name of readdirSync(wrong)) {
    const directory = join(wrong, name);
    await loadConfiguration({
      directory,
      paths: ["."],
      environment: "staging",
      variableFiles: ["main.yaml"],
      variables: ["=", "a", "heap=${"],
      env: { FERRY_VAR_: "x" },
    });
  }
});

robustness(
  "strange folders: a file that is a folder, a link in a circle, text that is not UTF-8",
  async () => {
    await load({});
    mkdirSync(join(folder, "folder.yaml"));
    writeFileSync(join(folder, "bytes.yaml"), Buffer.from([0xff, 0xfe, 0x41, 0x00]));
    const { diagnostics } = await loadConfiguration({
      directory: folder,
      paths: [],
      environment: null,
      variableFiles: [folder],
      variables: [],
      env: {},
    });
    assert.ok(diagnostics.some((d) => d.severity === "error"));
  },
);

robustness.run();
