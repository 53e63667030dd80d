/** examples/: each is a configuration that loads as it stands, in its usual form. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatYaml } from "../../src/config/format.js";
import { loadConfiguration } from "../../src/config/load.js";
import { renderDiagnostics } from "../../src/diagnostics/render.js";
import { installRoot } from "../../src/install/root.js";

const folder = join(installRoot(), "examples");
const examples = suite("examples");

for (const name of readdirSync(folder).sort()) {
  const directory = join(folder, name);

  examples(`${name} loads without a word`, async () => {
    const given = { paths: [], environment: null, variableFiles: [], variables: [], env: {} };
    const { value, diagnostics } = await loadConfiguration({ ...given, directory });
    assert.is(renderDiagnostics(diagnostics), "");
    assert.ok(value && value.resources.length > 0);
  });

  examples(`${name} is in its usual form`, () => {
    for (const file of readdirSync(directory).filter((one) => one.endsWith(".yaml"))) {
      const text = readFileSync(join(directory, file), "utf8");
      assert.is(formatYaml(text, file).value, text, file);
    }
  });
}

examples.run();
