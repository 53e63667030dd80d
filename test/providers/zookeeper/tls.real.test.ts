/** An ensemble that talks TLS to its clients and among its servers, and takes nothing else. */
import { copyFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../../src/value/json.js";
import { connect } from "../../../src/zookeeper/connect.js";
import { freePorts } from "../../harness/ports.js";
import { makeCertificates, type TestCertificates } from "../../harness/zookeeper-certificates.js";
import { create, destroy, differing, ensembleSpec, makeWorld, present, read, succeeded } from "./world.js";

const tls = suite("ensemble over TLS");
const world = makeWorld();
let spec: JsonObject = {};
let certificates: TestCertificates;

const secret = async (name: string): Promise<JsonObject> => ({
  $secret: `file:${name}`,
  fingerprint: world.context.secrets.fingerprint(await readFile(join(world.folder, name))),
});

tls.before(async () => {
  certificates = await makeCertificates(world.folder);
  copyFileSync(certificates.serverKeyStore, join(world.folder, "store.pem"));
  copyFileSync(certificates.trustStore, join(world.folder, "trust.pem"));
  const side = { keyStore: await secret("store.pem"), trustStore: await secret("trust.pem") };
  const base = await ensembleSpec(3, { version: "3.8.4", fourLetterWords: ["srvr", "mntr"] });
  const ports = await freePorts(6);
  const servers = (base["servers"] as readonly JsonObject[]).map((server, at) => ({
    ...server,
    secureClientPort: ports[at * 2] ?? 0,
    adminPort: ports[at * 2 + 1] ?? 0,
  }));
  spec = { ...base, servers, tls: { client: { ...side, clientAuth: "need", only: true }, quorum: side } };
});

tls.after(async () => {
  await destroy(world, spec);
  await world.close();
});

tls("is made, read through the admin servers, and then nothing differs", async () => {
  succeeded(await create(world, spec));
  assert.equal(await differing(world, spec), []);
  const { attributes } = await present(world, spec);
  assert.is(attributes["quorum"], true);
  assert.match(JSON.stringify(attributes["status"]), "admin server");
});

tls("takes a client with a certificate, and no other", async () => {
  const outputs = world.handler("ZooKeeperEnsemble").outputs(spec, world.context.resource);
  const connectString = String(outputs["secureConnectString"]);
  const client = await connect({ connectString, tls: certificates.client });
  await client.create("/over-tls", Buffer.from("yes"));
  assert.is((await client.getData("/over-tls")).data?.toString(), "yes");
  await client.close();
  const { ca } = certificates.client;
  const stranger = connect({
    connectString,
    connectTimeoutMs: 3_000,
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  assert.match(await stranger.then(() => "connected", String), "UNREACHABLE");
});

tls("keeps a declared znode over TLS", async () => {
  const names = { ca: "trust.pem", cert: "client.pem", key: "client.key" };
  const entries = await Promise.all(
    Object.entries(names).map(async ([name, file]) => [name, await secret(file)] as const),
  );
  const node: JsonObject = {
    ensemble: "ZooKeeperEnsemble/zk",
    path: "/declared",
    data: "x",
    tls: Object.fromEntries(entries),
  };
  const handler = world.handler("ZooKeeperEnsemble");
  const outputs = handler.outputs(handler.normalise(spec), world.context.resource);
  world.declare("ZooKeeperEnsemble/zk", { kind: "ZooKeeperEnsemble", spec, outputs });
  succeeded(await create(world, node, "ZNode/n", "ZNode"));
  assert.equal(await differing(world, node, "ZNode/n", "ZNode"), []);
});

tls("is taken away", async () => {
  succeeded(await destroy(world, spec));
  assert.is((await read(world, spec)).status, "absent");
});

tls.run();
