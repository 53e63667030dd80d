/** From a declaration to what engines take and to what others may see: nothing lost, no secret shown. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../../src/diagnostics/diagnostic.js";
import {
  normaliseDeclaration,
  publicDeclaration,
  withAccessOf,
} from "../../../src/sync/declared/declaration.js";
import { type Resolving, resolveSync } from "../../../src/sync/declared/resolve-spec.js";
import { unknownValue } from "../../../src/value/expression.js";
import type { JsonObject } from "../../../src/value/json.js";
import { digestId } from "../../../src/zookeeper/digest.js";

const declared = suite("declared synchronisations");

const secret = (reference: string): JsonObject => ({ $secret: reference, fingerprint: "0f" });
const SPEC: JsonObject = {
  source: {
    ensemble: "ZooKeeperEnsemble/a",
    auth: [{ scheme: "digest", credential: secret("env:AUTH") }],
    tls: { ca: secret("file:ca.pem") },
    sessionTimeoutMs: 6_000,
    quorum: {
      servers: ["a1:2888"],
      sasl: { username: "ferry", password: secret("env:QUORUM") },
      observerId: 0x40000001,
    },
  },
  target: {
    connectString: "b1:2181",
    auth: [],
    sasl: { username: "ferry", password: secret("env:SASL") },
    sessionTimeoutMs: 9_000,
    quorum: { servers: [], observerId: 300 },
  },
  paths: ["/shop", { source: "/orders", exclude: ["/orders/x"] }, { source: "/a", target: "/b" }],
  direction: "bidirectional",
  feed: "auto",
  watchTarget: true,
  conflicts: { strategy: "last-write-wins", alertPerMinute: 10 },
  ephemerals: "shadow",
  containers: "keep",
  unknownAcl: {
    replace: [
      { scheme: "digest", user: "app", password: secret("env:APP"), permissions: ["read", "admin"] },
      { scheme: "ip", id: "10.0.0.0/8", permissions: ["read"] },
    ],
  },
  limits: {
    batchOperations: 100,
    batchBytes: 800_000,
    inFlight: 4,
    spoolMemoryMb: 2,
    spoolDiskMb: 3,
    levelVersions: 10,
  },
  alerts: { lagMs: 500 },
};

const resolving: Resolving = {
  address: "Sync/shop",
  outputs: (address) =>
    address === "ZooKeeperEnsemble/a"
      ? { connectString: "a1:2181", secureConnectString: "a1:2281" }
      : undefined,
  secret: async (reference) => Buffer.from(`content of ${reference}\n`),
};

async function refusal(spec: JsonObject): Promise<string> {
  try {
    await resolveSync("shop", spec, resolving);
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics.map(({ code }) => code).join();
    throw error;
  }
  return "none";
}

declared("everything an engine needs, with secrets read and ensembles looked up", async () => {
  const spec = await resolveSync("shop", SPEC, resolving);
  assert.equal(spec, {
    name: "shop",
    a: {
      name: "ZooKeeperEnsemble/a",
      connectString: "a1:2281",
      auth: [{ scheme: "digest", credential: Buffer.from("content of env:AUTH") }],
      sasl: null,
      tls: { ca: Buffer.from("content of file:ca.pem") },
      sessionTimeoutMs: 6_000,
      quorum: {
        servers: ["a1:2888"],
        tls: null,
        sasl: { mechanism: "DIGEST-MD5", username: "ferry", password: "content of env:QUORUM" },
        observerId: 0x40000001n,
      },
    },
    b: {
      name: "b1:2181",
      connectString: "b1:2181",
      auth: [],
      sasl: { mechanism: "DIGEST-MD5", username: "ferry", password: "content of env:SASL" },
      tls: null,
      sessionTimeoutMs: 9_000,
      quorum: { servers: [], tls: null, sasl: null, observerId: 300n },
    },
    paths: [
      { a: "/shop", b: "/shop", exclude: [] },
      { a: "/orders", b: "/orders", exclude: ["/orders/x"] },
      { a: "/a", b: "/b", exclude: [] },
    ],
    bidirectional: true,
    feed: "auto",
    watchTarget: true,
    conflicts: { strategy: "last-write-wins", alertPerMinute: 10 },
    ephemerals: "shadow",
    containers: "keep",
    unknownAcl: {
      action: "replace",
      acl: [
        { scheme: "digest", id: digestId("app", "content of env:APP"), perms: 17 },
        { scheme: "ip", id: "10.0.0.0/8", perms: 1 },
      ],
    },
    limits: {
      batchOperations: 100,
      batchBytes: 800_000,
      inFlight: 4,
      levelVersions: 10,
      spoolMemoryBytes: 2 * 1024 * 1024,
      spoolDiskBytes: 3 * 1024 * 1024,
    },
    alertLagMs: 500,
  });
});

declared("what cannot be resolved is refused in words", async () => {
  const target = { ...(SPEC["target"] as JsonObject), connectString: unknownValue("ZNode/n.path") };
  assert.is(await refusal({ ...SPEC, target }), "unknown-value");
  const source = { ...(SPEC["source"] as JsonObject), ensemble: "ZooKeeperEnsemble/gone" };
  assert.is(await refusal({ ...SPEC, source }), "unknown-ensemble");
  assert.is(await refusal({ ...SPEC, paths: ["/a", "/a/b"] }), "sync-paths");
});

declared("what others may see holds no secret, no reference to one and no way in", () => {
  const text = JSON.stringify(publicDeclaration(normaliseDeclaration(SPEC)));
  assert.not.match(text, /secret|env:|file:|auth|sasl|"tls"|password/);
  for (const kept of ["a1:2888", "b1:2181", "/orders/x", "last-write-wins", '"user":"app"'])
    assert.match(text, kept);
});

declared("seen together with the declaration it is the same again, and a difference is one", () => {
  const normal = normaliseDeclaration(SPEC);
  const stored = JSON.parse(JSON.stringify(publicDeclaration(normal))) as JsonObject;
  assert.equal(withAccessOf(stored, normal), normal);
  const changed = withAccessOf({ ...stored, ephemerals: "skip", unknownAcl: "stop" }, normal);
  assert.equal(changed, { ...normal, ephemerals: "skip", unknownAcl: "stop" });
});

const path = fc.constantFrom("/a", "/b", "/c/d");
const written = fc.oneof(
  path,
  fc.record(
    { source: path, target: path, exclude: fc.array(path) },
    { requiredKeys: ["source"], noNullPrototype: true },
  ),
  fc.constant(unknownValue("ZNode/n.path")),
);

declared("the normal form is normal", () => {
  const idempotent = fc.property(fc.array(written), (paths) => {
    const once = normaliseDeclaration({ ...SPEC, paths });
    assert.equal(normaliseDeclaration(once), once);
  });
  void fc.assert(idempotent);
});

declared.run();
