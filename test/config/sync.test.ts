/** The kind Sync in the language: what its defaults are, what may stand in it, what two of them may do together. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { loadConfiguration } from "../../src/config/load.js";
import { renderDiagnostics } from "../../src/diagnostics/render.js";
import type { JsonObject } from "../../src/value/json.js";

const syncs = suite("kind Sync");

async function load(yaml: string): Promise<{ specs: readonly JsonObject[]; said: string }> {
  const directory = mkdtempSync(join(tmpdir(), "ferry-sync-"));
  try {
    writeFileSync(join(directory, "main.yaml"), yaml);
    const request = {
      directory,
      paths: [],
      environment: null,
      variableFiles: [],
      variables: [],
      env: {},
    };
    const { value, diagnostics } = await loadConfiguration(request);
    return {
      specs: value?.resources.filter(({ kind }) => kind === "Sync").map(({ spec }) => spec) ?? [],
      said: renderDiagnostics(diagnostics),
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const sync = (name: string, source: string, target: string, rest: string): string => `apiVersion: ferry/v1
kind: Sync
metadata: { name: ${name} }
spec:
  source: { connectString: "${source}" }
  target: { connectString: "${target}" }
${rest}`;

syncs("what is not written has the defaults of the schema", async () => {
  const { specs, said } = await load(sync("shop", "a:2181", "b:2181", "  paths: [/shop]\n"));
  assert.is(said, "");
  const side = (connectString: string): JsonObject => ({
    connectString,
    auth: [],
    sessionTimeoutMs: 6_000,
    quorum: { servers: [], observerId: 0x40000001 },
  });
  assert.equal(specs, [
    {
      source: side("a:2181"),
      target: side("b:2181"),
      paths: ["/shop"],
      direction: "a-to-b",
      feed: "auto",
      watchTarget: true,
      conflicts: { strategy: "source-wins", alertPerMinute: 10 },
      ephemerals: "shadow",
      containers: "keep",
      unknownAcl: "stop",
      limits: {
        batchOperations: 100,
        batchBytes: 800_000,
        inFlight: 4,
        spoolMemoryMb: 256,
        spoolDiskMb: 4096,
        levelVersions: 100_000,
      },
      alerts: { lagMs: 500 },
    },
  ]);
});

syncs("the unknownAcl of a Sync takes the entries of a ZNode, passwords by reference", async () => {
  const entry = "{ scheme: digest, user: app, password: env:APP, permissions: [read] }";
  const { specs, said } = await load(
    sync("shop", "a:2181", "b:2181", `  paths: [/shop]\n  unknownAcl: { replace: [${entry}] }\n`),
  );
  assert.is(said, "");
  assert.equal(specs[0]?.["unknownAcl"], {
    replace: [
      {
        scheme: "digest",
        user: "app",
        password: { $secret: "env:APP", fingerprint: null },
        permissions: ["read"],
      },
    ],
  });
});

const FINE: readonly (readonly [string, string, string])[] = [
  [
    "one source, two targets",
    sync("one", "a:2181", "b:2181", "  paths: [/shop]\n"),
    sync("two", "a:2181", "c:2181", "  paths: [/shop]\n"),
  ],
  [
    "one target, separate paths",
    sync("one", "a:2181", "b:2181", "  paths: [{ source: /, exclude: [/shop] }]\n"),
    sync("two", "c:2181", "b:2181", "  paths: [/shop]\n"),
  ],
  [
    "a chain",
    sync("one", "a:2181", "b:2181", "  paths: [/shop]\n"),
    sync("two", "b:2181", "c:2181", "  paths: [/shop]\n"),
  ],
  [
    "there and back with other paths",
    sync("one", "a:2181", "b:2181", "  paths: [/shop]\n"),
    sync("two", "b:2181", "a:2181", "  paths: [/orders]\n"),
  ],
];
for (const [what, one, two] of FINE) {
  syncs(`two Syncs may be: ${what}`, async () => {
    const { said } = await load(`${one}---\n${two}`);
    assert.is(said, "");
  });
}

syncs("a path that is known only later says nothing now", async () => {
  const { said } = await load(
    `${sync("one", "a:2181", "b:2181", "  paths: [/shop]\n")}---\n${sync(
      "two",
      "c:2181",
      "b:2181",
      `  paths: ["\${ZNode/n.path}"]\n`,
    )}---\napiVersion: ferry/v1\nkind: ZNode\nmetadata: { name: n }\nspec: { connectString: "c:2181", path: /shop }\n`,
  );
  assert.is(said, "");
});

syncs.run();
