/** The usual form of configuration files: comments stay, meaning stays, twice is once. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Document } from "yaml";
import { formatYaml } from "../../src/config/format.js";
import { parseYaml } from "../../src/config/yaml/parse.js";
import { canonicalJson } from "../../src/value/json.js";
import { expectGolden } from "../harness/golden.js";

const format = suite("format");

const UNTIDY = `# About the file.

kind:   ZooKeeperEnsemble # the kind
# about the version
apiVersion: ferry/v1
spec: # behind a key
    # the servers
    servers: # behind another
    - {id: 1,host: Host/h1}   # first
    -   id: 2
        host:   'Host/h2'

    jvm:
        options: [-Xa,   -Xb]
    text: |
      kept
        as it is
    long: "a text that is very long and goes on and on and on and on and on and on and on and on and on and on"
metadata: {labels: {team: shop},   name: zk-a}
# at the end
---
# second document
metadata:
  name: n
kind: ZNode
apiVersion: ferry/v1
`;

function formatted(text: string): string {
  const { value, diagnostics } = formatYaml(text, "x.yaml");
  assert.ok(value !== undefined, diagnostics[0]?.summary);
  return value;
}

function meaning(text: string): string {
  const { documents, problems } = parseYaml(text);
  assert.equal(problems, []);
  return documents.map((document) => canonicalJson(document.value)).join("\n");
}

format("an untidy file", () => {
  const tidy = formatted(UNTIDY);
  expectGolden("test/config/golden/formatted.yaml", tidy);
  assert.is(formatted(tidy), tidy);
  assert.is(meaning(tidy), meaning(UNTIDY));
});

format("line ends of other systems and byte order marks go", () => {
  assert.is(formatted("\uFEFFkind: Host\r\napiVersion: ferry/v1\r\n"), "apiVersion: ferry/v1\nkind: Host\n");
});

format("what cannot be rewritten safely stays as it is", () => {
  for (const text of ["%YAML 1.2\n---\na:   1\n", "", "# only a comment\n", "b: &x 1\nkind: *x\n"]) {
    assert.is(meaning(formatted(text)), meaning(text));
  }
  assert.is(formatted("%YAML 1.2\n---\na:   1\n"), "%YAML 1.2\n---\na:   1\n");
  assert.is(formatted(""), "");
});

format("text that is no YAML gives places and no text", () => {
  const { value, diagnostics } = formatYaml("a: [1\nb: 2\n", "x.yaml");
  assert.is(value, undefined);
  assert.is(diagnostics[0]?.source?.file, "x.yaml");
  assert.is(diagnostics[0]?.source?.start.line, 2);
});

const word = fc.oneof(
  fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9 .:_/#-]{0,12}$/),
  fc.constantFrom("apiVersion", "kind", "metadata", "spec", "name", "labels", "lifecycle"),
);
const leaf = fc.oneof(
  word,
  fc.string({ maxLength: 20 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant("a\nb\n"),
);
const { value: tree } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(word, tie("value"), { maxKeys: 5 }),
  ),
}));
const map = fc.dictionary(word, tree, { maxKeys: 6 });
const indent = fc.integer({ min: 1, max: 6 });
const comment = fc.constantFrom("", "# a comment\n", "\n\n", "# one\n# two\n\n");

/** A file with some documents, each in its own style. */
const file = fc
  .array(fc.tuple(map, indent, comment, fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((documents) =>
    documents
      .map(([value, spaces, before, flow]) => {
        const document = new Document(value);
        if (flow && document.contents !== null) Object.assign(document.contents, { flow: true });
        return `${before}${document.toString({ indent: spaces, lineWidth: 0 })}`;
      })
      .join("---\n"),
  )
  // Only what ferry reads at all: keys like $x are refused before anything else.
  .filter((text) => parseYaml(text).problems.length === 0);

format("twice is once, and the meaning stays, whatever the file", () => {
  fc.assert(
    fc.property(file, (text) => {
      const once = formatted(text);
      assert.is(meaning(once), meaning(text));
      assert.is(formatted(once), once);
    }),
    { numRuns: 120 },
  );
});

format.run();
