/** The kinds of Marathon in the language: their defaults, and the order that they imply. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { DesiredResource } from "../../src/config/desired.js";
import { loadConfiguration } from "../../src/config/load.js";
import { renderDiagnostics } from "../../src/diagnostics/render.js";

const marathons = suite("kinds of Marathon");

async function load(yaml: string): Promise<{ found: Map<string, DesiredResource>; said: string }> {
  const directory = mkdtempSync(join(tmpdir(), "ferry-marathon-"));
  try {
    writeFileSync(join(directory, "main.yaml"), yaml);
    const request = { directory, paths: [], environment: null, variableFiles: [], variables: [], env: {} };
    const { value, diagnostics } = await loadConfiguration(request);
    const found = new Map((value?.resources ?? []).map((resource) => [resource.address, resource]));
    return { found, said: renderDiagnostics(diagnostics) };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const document = (kind: string, name: string, spec: string): string =>
  `---\napiVersion: ferry/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
const MARATHON = document("Marathon", "m", '{ urls: ["http://m1:8080"] }');
const on = (definition: string): string => `{ marathon: Marathon/m, definition: ${definition} }`;

marathons(
  "what steers ferry has the defaults of the schema, and the definition stays as written",
  async () => {
    const { found, said } = await load(
      MARATHON + document("MarathonApp", "web", on("{ id: /shop/web, cmd: sleep 60 }")),
    );
    assert.is(said, "");
    assert.equal(found.get("Marathon/m")?.spec, {
      urls: ["http://m1:8080"],
      timeouts: { connectSeconds: 5, requestSeconds: 30, leaderSeconds: 20 },
    });
    assert.equal(found.get("MarathonApp/web")?.spec, {
      marathon: "Marathon/m",
      definition: { id: "/shop/web", cmd: "sleep 60" },
      scaling: "declared",
      deployment: { timeoutSeconds: 900, rollback: "never", whenLocked: "fail" },
      release: { strategy: "rolling", holdSeconds: 30, maxTaskFailures: 0, loadBalancer: "none" },
    });
  },
);

marathons("what is in a group waits for it, and an app for those it depends on", async () => {
  const { found, said } = await load(
    [
      MARATHON,
      document("MarathonApp", "web", on("{ id: /shop/web, cmd: a b, dependencies: [/data/db] }")),
      document("MarathonApp", "db", on("{ id: /data/db, cmd: a b }")),
      document("MarathonGroup", "shop", on("{ id: /shop }")),
    ].join(""),
  );
  assert.is(said, "");
  const needs = (address: string): string[] => [...(found.get(address)?.dependsOn ?? [])].sort();
  assert.equal(needs("MarathonApp/web"), ["Marathon/m", "MarathonApp/db", "MarathonGroup/shop"]);
  assert.equal(needs("MarathonGroup/shop"), ["Marathon/m"]);
});

marathons("a definition is checked like everything else", async () => {
  const { said } = await load(
    MARATHON + document("MarathonApp", "web", on("{ id: /Shop, instances: -1, cpu: 1 }")),
  );
  assert.match(said, /id of MarathonApp\/web cannot be "\/Shop"/);
  assert.match(said, /instances/);
  assert.match(said, /did you mean "cpus"/);
});

marathons.run();
