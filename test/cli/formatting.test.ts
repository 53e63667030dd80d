/** The usual form of a file: what it changes, and what it must leave. */
import * as fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseAllDocuments, stringify } from "yaml";
import { formatYaml } from "../../src/cli/formatting.js";
import { startingProject } from "../../src/cli/starting-project.js";

function formatted(text: string): string {
  const result = formatYaml(text, "a.yaml");
  if (result.kind === "invalid") throw new Error(result.diagnostics.map((d) => d.summary).join());
  return result.text;
}

const fmt = suite("formatting");

fmt("orders the outer keys and keeps comments, blank lines and quotes", () => {
  const text = `# the ensemble
spec:
      servers:   # three of them
       - {id: 1,   host: Host/a}

       - id: 2
         host: "Host/b"
      options: [ a,b ]
metadata: {labels: {x: "1"}, name: zk}
kind: ZooKeeperEnsemble
apiVersion: ferry/v1
`;
  assert.is(
    formatted(text),
    `apiVersion: ferry/v1
kind: ZooKeeperEnsemble
metadata: { name: zk, labels: { x: "1" } }
# the ensemble
spec:
  servers:
    # three of them
    - { id: 1, host: Host/a }

    - id: 2
      host: "Host/b"
  options: [a, b]
`,
  );
});

fmt("keeps several documents and block texts", () => {
  const text = "kind: A\nspec:\n  data: |\n    one\n     two\n---\nkind: B\n";
  assert.is(formatted(text), text);
});

fmt("an empty file stays empty", () => {
  assert.is(formatted(""), "");
});

fmt("what init writes is in the usual form", () => {
  for (const file of startingProject("shop")) {
    if (file.path.endsWith(".yaml")) assert.is(formatted(file.content), file.content, file.path);
  }
});

fmt("refuses what is no YAML, with the place", () => {
  const result = formatYaml("a: [1, 2\nb: }\n", "bad.yaml");
  assert.is(result.kind, "invalid");
  if (result.kind === "invalid") assert.is(result.diagnostics[0]?.source?.file, "bad.yaml");
});

fmt("twice is once, and the meaning stays", () => {
  const value = fc
    .jsonValue({ maxDepth: 4 })
    .filter((json) => typeof json === "object" && json !== null && !Array.isArray(json));
  void fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 3 }), fc.boolean(), (values, flow) => {
      const text = values
        .map((json) => stringify(json, { collectionStyle: flow ? "flow" : "any", indent: 4 }))
        .join("---\n");
      const once = formatted(text);
      assert.is(formatted(once), once);
      const documents = parseAllDocuments(once);
      assert.equal(
        Array.isArray(documents) ? documents.map((document) => document.toJS()) : [],
        parseAllDocuments(text).map((document) => document.toJS()),
      );
    }),
    { numRuns: 200 },
  );
});

fmt.run();
