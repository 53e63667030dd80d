/** docs/configuration.md: every example in it is what it says, a configuration that loads, in its usual form. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatYaml } from "../../src/config/format.js";
import { loadConfiguration } from "../../src/config/load.js";
import { renderDiagnostics } from "../../src/diagnostics/render.js";
import { installRoot } from "../../src/install/root.js";

const documentation = suite("docs/configuration.md");
const text = readFileSync(join(installRoot(), "docs/configuration.md"), "utf8");
const blocks = [...text.matchAll(/^```yaml file=(\S+)\n([\s\S]*?)^```$/gm)].map(
  ([, file = "", content = ""]) => ({ file, content }),
);
const projects = [...new Set(blocks.map(({ file }) => file.split("/")[0] ?? ""))];

documentation("has examples, all of them with a file name", () => {
  assert.is(text.match(/^```yaml/gm)?.length, blocks.length);
  assert.ok(projects.length >= 8);
});

for (const project of projects) {
  documentation(`the example ${project} loads without a word`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "ferry-docs-"));
    try {
      for (const { file, content } of blocks.filter((block) => block.file.startsWith(`${project}/`))) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        writeFileSync(join(folder, file), content);
        assert.is(formatYaml(content, file).value, content, `${file} is not in its usual form`);
      }
      for (const environment of project === "overlays" ? [null, "staging"] : [null]) {
        const directory = join(folder, project);
        const { value, diagnostics } = await loadConfiguration({
          directory,
          paths: [],
          environment,
          variableFiles: [],
          variables: [],
          env: {},
        });
        assert.is(renderDiagnostics(diagnostics), "");
        assert.ok(value && value.resources.length > 0);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

documentation.run();
