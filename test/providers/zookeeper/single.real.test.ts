/** A single stand-alone server with its metrics: small platforms and trials. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/value/json.js";
import { freePorts } from "../../harness/ports.js";
import { waitFor } from "../../harness/wait.js";
import { makeCertificates } from "../../harness/zookeeper-certificates.js";
import {
  create,
  destroy,
  differing,
  ENSEMBLE,
  ensembleSpec,
  makeWorld,
  present,
  read,
  serverSpecs,
  succeeded,
  update,
} from "./world.js";

const single = suite("a single server");
const world = makeWorld({ env: { STORE: "store-word" } });
let spec: JsonObject = {};
let metricsPort = 0;

single.before(async () => {
  const [port = 0, secureClientPort = 0] = await freePorts(2);
  metricsPort = port;
  await makeCertificates(world.folder);
  const files = [
    "-inkey",
    "server.key",
    "-in",
    "server.pem",
    "-out",
    "store.p12",
    "-passout",
    "pass:store-word",
  ];
  execFileSync("openssl", ["pkcs12", "-export", ...files], { cwd: world.folder });
  const secret = (reference: string, content: Buffer): JsonObject => ({
    $secret: reference,
    fingerprint: world.context.secrets.fingerprint(content),
  });
  const keyStore = secret("file:store.p12", readFileSync(join(world.folder, "store.p12")));
  const client = {
    keyStore,
    keyStorePassword: secret("env:STORE", Buffer.from("store-word")),
    clientAuth: "none",
  };
  const base = await ensembleSpec(1, {
    version: "3.9.4",
    metrics: { provider: "prometheus" },
    tls: { client },
  });
  const [server] = base["servers"] as readonly JsonObject[];
  spec = { ...base, servers: [{ ...server, metricsPort, secureClientPort }] };
});

single.after(async () => {
  await destroy(world, spec);
  await world.close();
});

single(
  "a ZooKeeper that lacks what the configuration needs is named before anything is started",
  async () => {
    const result = await create(world, { ...spec, version: "3.8.4" });
    assert.is(result.status, "failed");
    assert.is(result.diagnostics[0]?.code, "zookeeper-without");
    assert.match(result.diagnostics[0]?.summary ?? "", "Prometheus");
    assert.is((await read(world, spec)).status, "absent");
  },
);

single("serves with a PKCS12 store and gives its metrics to Prometheus", async () => {
  succeeded(await create(world, spec));
  assert.equal(await differing(world, spec), []);
  assert.match(JSON.stringify((await present(world, spec)).attributes["status"]), "standalone");
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  assert.match(metrics, "znode_count");
});

single("is restarted for a changed setting", async () => {
  spec = { ...spec, settings: { ...(spec["settings"] as JsonObject), maxClientCnxns: 33 } };
  succeeded(await update(world, spec));
  assert.equal(await differing(world, spec), []);
});

single("is driven by itself: stopped, started again, changed, and nothing twice", async () => {
  const handler = world.handler("ZooKeeperEnsemble");
  const normal = handler.normalise(spec);
  const operate = (action: "start" | "stop" | "status", of = normal) => {
    if (handler.operate === undefined) throw new Error("no operate");
    return handler.operate({ action, address: ENSEMBLE, spec: of, server: "1" }, world.context, () => {});
  };
  const before = await operate("status");
  assert.equal([before.running, before.there, before.matches], [true, true, true]);
  assert.equal(await operate("start"), before);
  const stopped = await operate("stop");
  assert.equal([stopped.running, stopped.there, stopped.pid], [false, true, null]);
  assert.equal(await operate("stop"), stopped);
  const started = await operate("start");
  assert.equal([started.running, started.matches], [true, true]);
  const other = { ...normal, settings: { ...(normal["settings"] as JsonObject), maxClientCnxns: 34 } };
  assert.is((await operate("status", other)).matches, false);
  const changed = await operate("start", other);
  assert.equal([changed.running, changed.matches], [true, true]);
  assert.is.not(changed.pid, started.pid);
  await operate("start");
  const seen = await waitFor("it serves again", 30_000, async () => {
    const { attributes } = await present(world, spec);
    return attributes["quorum"] === true;
  });
  assert.ok(seen);
  assert.equal(await differing(world, spec), []);
});

single("is not given companions while it serves, and says why", async () => {
  const servers = [...(spec["servers"] as readonly JsonObject[]), ...(await serverSpecs(2, 3))];
  const more = servers.map((server, at) =>
    at === 0 ? server : { ...server, metricsPort: metricsPort + at, secureClientPort: 1 },
  );
  const result = await update(world, { ...spec, servers: more });
  assert.is(result.status, "failed");
  assert.is(result.diagnostics[0]?.code, "standalone-membership");
  assert.equal(await differing(world, spec), []);
});

single.run();
