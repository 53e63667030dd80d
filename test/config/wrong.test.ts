/**
 * Wrong configurations, one folder each: what ferry says about them is compared word for word with expected.txt. A
 * folder's request.json gives options of the command line.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type LoadRequest, loadConfiguration } from "../../src/config/load.js";
import { renderDiagnostics } from "../../src/diagnostics/render.js";
import { installRoot } from "../../src/install/root.js";
import { expectGolden } from "../harness/golden.js";

const FOLDER = "test/config/fixtures/wrong";

function requestFor(directory: string): LoadRequest {
  const file = join(directory, "request.json");
  const options = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<LoadRequest>) : {};
  return { directory, paths: [], environment: null, variableFiles: [], variables: [], env: {}, ...options };
}

const wrong = suite("wrong configurations");
const names = readdirSync(join(installRoot(), FOLDER)).sort();

wrong("there are at least 60, no two of which are answered alike", () => {
  assert.ok(names.length >= 60, `${names.length}`);
  const answers = names.map((name) =>
    readFileSync(join(installRoot(), FOLDER, name, "expected.txt"), "utf8"),
  );
  assert.is(new Set(answers).size, names.length);
});

for (const name of names) {
  wrong(name, async () => {
    const directory = join(installRoot(), FOLDER, name);
    const { value, diagnostics } = await loadConfiguration(requestFor(directory));
    const text = renderDiagnostics(diagnostics).replaceAll(installRoot(), "INSTALLATION");
    assert.ok(diagnostics.length > 0, "nothing was found wrong");
    assert.is(
      value === undefined,
      diagnostics.some((d) => d.severity === "error"),
    );
    for (const diagnostic of diagnostics) {
      assert.ok(diagnostic.remedy, `no remedy: ${diagnostic.summary}`);
      assert.is(
        diagnostic.source === undefined,
        diagnostic.sourceText === undefined,
        "a place comes with its line",
      );
    }
    assert.not.match(text, /is-not-shown/);
    expectGolden(`${FOLDER}/${name}/expected.txt`, text);
  });
}

wrong.run();
