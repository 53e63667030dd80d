/** The fingerprint of a configuration: what is written decides it, not where and in which order. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type LoadRequest, loadConfiguration } from "../../src/config/load.js";

const fingerprint = suite("fingerprint");

const DOCUMENTS = [
  "apiVersion: ferry/v1\nkind: Host\nmetadata: {name: h1}\nspec:\n  address: 127.0.0.1\n  runtime: {process: {workDir: h1}}\n",
  "apiVersion: ferry/v1\nkind: ZooKeeperEnsemble\nmetadata: {name: zk}\nspec:\n  servers:\n    - {id: 1, host: Host/h1}\n",
  `apiVersion: ferry/v1\nkind: ZNode\nmetadata: {name: a}\nspec:\n  ensemble: ZooKeeperEnsemble/zk\n  path: /a\n  data: \${ZooKeeperEnsemble/zk.connectString}\n`,
  "apiVersion: ferry/v1\nkind: ZNode\nmetadata: {name: b}\nspec:\n  ensemble: ZooKeeperEnsemble/zk\n  path: /a/b\n",
  `apiVersion: ferry/v1\nkind: ZNode\nmetadata: {name: c}\nspec:\n  data: \${ZNode/b.path}\n  path: /c\n  connectString: zk:2181\n`,
];

async function load(files: readonly string[], options: Partial<LoadRequest> = {}) {
  const directory = mkdtempSync(join(tmpdir(), "ferry-fingerprint-"));
  try {
    files.forEach((text, index) => {
      writeFileSync(join(directory, `file${index}.yaml`), text);
    });
    const { value } = await loadConfiguration({
      directory,
      paths: [],
      environment: null,
      variableFiles: [],
      variables: [],
      env: {},
      ...options,
    });
    assert.ok(value);
    return value;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Documents in some order, cut into files at some places, with comments between. */
const arrangement = fc
  .tuple(
    fc.shuffledSubarray(DOCUMENTS, { minLength: DOCUMENTS.length }),
    fc.array(fc.boolean(), { minLength: DOCUMENTS.length, maxLength: DOCUMENTS.length }),
    fc.constantFrom("", "# a comment\n"),
  )
  .map(([documents, cuts, comment]) => {
    const files: string[] = [""];
    documents.forEach((text, index) => {
      const last = files.length - 1;
      if (index > 0 && cuts[index] === true) files.push(comment + text);
      else files[last] = files[last] === "" ? text : `${files[last]}---\n${comment}${text}`;
    });
    return files;
  });

fingerprint("does not depend on the order of files and documents, nor on comments", async () => {
  const expected = await load(DOCUMENTS);
  await fc.assert(
    fc.asyncProperty(arrangement, async (files) => {
      const desired = await load(files);
      assert.is(desired.fingerprint, expected.fingerprint);
      const strip = (resources: typeof desired.resources) => resources.map(({ source: _, ...rest }) => rest);
      assert.equal(strip(desired.resources), strip(expected.resources));
    }),
    { numRuns: 60 },
  );
});

fingerprint("depends on every value, on data files, and on values of variables that are used", async () => {
  const texts = [
    DOCUMENTS[0],
    DOCUMENTS[0]?.replace("127.0.0.1", "127.0.0.2"),
    DOCUMENTS[0]?.replace("{name: h1}", "{name: h1, labels: {a: b}}"),
    DOCUMENTS[0]?.replace("{name: h1}", "{name: h1, lifecycle: {preventDestroy: true}}"),
  ];
  const found = await Promise.all(texts.map(async (text) => (await load([text ?? ""])).fingerprint));
  assert.is(new Set(found).size, texts.length);
  for (const value of found) assert.match(value, /^sha256:[0-9a-f]{64}$/);
});

fingerprint.run();
