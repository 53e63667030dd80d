/** An engine reached over TCP with TLS, both sides with certificates. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type TestEngine, whyNoEngine } from "../../harness/docker.js";
import { freePorts } from "../../harness/ports.js";
import { makeCertificates } from "../../harness/zookeeper-certificates.js";
import { open, rejection, signal, startShellEngine, unit } from "./engine.js";

interface World {
  folder: string;
  port: number;
  engine: TestEngine;
}

const encrypted = suite<World>("docker over TLS");
const obstacle = whyNoEngine();
const test = obstacle === null ? encrypted : encrypted.skip;
if (obstacle !== null) console.log(`skipped: ${obstacle}`);

encrypted.before(async (world) => {
  if (obstacle !== null) return;
  world.folder = mkdtempSync(join(tmpdir(), "ferry-tls-"));
  await makeCertificates(world.folder);
  mkdirSync(join(world.folder, "other"));
  await makeCertificates(join(world.folder, "other"));
  const [port = 0] = await freePorts(1);
  world.port = port;
  const pem = (name: string) => join(world.folder, name);
  const certificates = ["--tlscacert", pem("ca.pem"), "--tlscert", pem("server.pem")];
  const listen = ["-H", `tcp://127.0.0.1:${port}`, "--tlsverify", ...certificates];
  world.engine = await startShellEngine({ listen: [...listen, "--tlskey", pem("server.key")] });
});
encrypted.after(async ({ engine, folder }) => {
  await engine?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const secret = (path: string) => ({ $secret: `file:${path}`, fingerprint: null });

/** `ca` and `client` are folders below the world's in which the certificates lie. */
function connect({ folder, port }: World, host: string, ca = ".", client = ".") {
  const tls = {
    ca: secret(join(ca, "ca.pem")),
    cert: secret(join(client, "client.pem")),
    key: secret(join(client, "client.key")),
  };
  const secrets = {
    resolve: async (reference: string) => readFileSync(join(folder, reference.slice("file:".length))),
    fingerprint: () => "",
  };
  return open(`tcp://${host}:${port}`, { docker: { tls }, secrets });
}

test("runs a unit through it", async (world) => {
  const runtime = await connect(world, "127.0.0.1");
  assert.match(((await runtime.probe(signal)) as { engine: { version: string } }).engine.version, /^\d+\./);
  await runtime.ensure(unit(), signal);
  assert.is((await runtime.start("a-1", signal)).running, true);
  assert.is(String(await runtime.readFile("a-1", "config", "zoo.cfg", signal)), "x=1\n");
  await runtime.remove("a-1", { purgeData: true }, signal);
});

test("says which side is not believed, and what to do", async (world) => {
  const untrusted = await rejection((await connect(world, "127.0.0.1", "other")).probe(signal));
  assert.is(untrusted.code, "docker-unreachable");
  assert.match(untrusted.text, "spec.runtime.docker.tls.ca");
  const stranger = await rejection((await connect(world, "127.0.0.1", ".", "other")).probe(signal));
  assert.is(stranger.code, "docker-unreachable");
  assert.match(stranger.text, "takes the certificate in spec.runtime.docker.tls");
  const renamed = await rejection((await connect(world, "127.0.0.2")).probe(signal));
  assert.is(renamed.code, "docker-unreachable");
});

test("without TLS it is told that the engine wants it", async ({ port }) => {
  const { code, text } = await rejection((await open(`tcp://127.0.0.1:${port}`)).probe(signal));
  assert.is(code, "docker-refused");
  assert.match(text, "its engine speaks TLS");
});

encrypted.run();
