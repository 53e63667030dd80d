/** What a container has to do with networks: its image from a private registry, its ports on a bridge. */
import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { packTar } from "../../../providers/docker/tar.js";
import type { HostRuntime } from "../../../providers/runtime.js";
import { type TestEngine, whyNoEngine } from "../../harness/docker.js";
import { freePorts } from "../../harness/ports.js";
import { startRegistry, type TestRegistry } from "../../harness/registry.js";
import { open, rejection, shellImage, signal, startShellEngine, unit } from "./engine.js";

const obstacle = whyNoEngine();
if (obstacle !== null) console.log(`skipped: ${obstacle}`);

const registries = suite<{ engine: TestEngine; registry: TestRegistry }>("docker images of a registry");
const pulling = obstacle === null ? registries : registries.skip;

registries.before(async (world) => {
  if (obstacle !== null) return;
  world.engine = await startShellEngine();
  const credentials = { username: "ferry", password: "correct horse" };
  world.registry = await startRegistry("team/shell", packTar(shellImage()), credentials);
});
registries.after(async ({ engine, registry }) => {
  await registry?.close();
  await engine?.close();
});

pulling("are pulled with the host's credentials, once", async ({ engine, registry }) => {
  const image = `${registry.server}/team/shell:1`;
  const login = (password: string): Promise<HostRuntime> => {
    const contents: Record<string, string> = { "env:U": "ferry", "env:P": `${password}\n` };
    const secrets = {
      resolve: async (reference: string) => Buffer.from(contents[reference] ?? ""),
      fingerprint: () => "",
    };
    const [username, secret] = ["env:U", "env:P"].map(($secret) => ({ $secret, fingerprint: null }));
    const settings = { username: username ?? null, password: secret ?? null, server: registry.server };
    return open(engine.endpoint, { docker: { registry: settings }, secrets });
  };
  const anonymous = await rejection((await open(engine.endpoint)).ensure(unit({ image }), signal));
  assert.is(anonymous.code, "docker-refused");
  assert.match(anonymous.text, "spec.runtime.docker.registry");
  const wrong = await rejection((await login("wrong horse")).ensure(unit({ image }), signal));
  assert.is(wrong.code, "docker-refused");
  assert.not.match(wrong.text, "horse");
  const runtime = await login("correct horse");
  const unknown = await rejection(runtime.ensure(unit({ image: `${registry.server}/team/shell:2` }), signal));
  assert.is(unknown.code, "docker-refused");
  assert.match(unknown.text, /manifest unknown|not found/);
  assert.is((await runtime.ensure(unit({ image }), signal)).image, image);
  assert.is((await runtime.start("a-1", signal)).running, true);
  const asked = registry.refused();
  await (await open(engine.endpoint)).ensure(unit({ image, environment: { COLOUR: "red" } }), signal);
  assert.is(registry.refused(), asked, "an image that is there is not asked for");
  await runtime.remove("a-1", { purgeData: true }, signal);
});

registries.run();

const bridges = suite<{ engine: TestEngine; runtime: HostRuntime }>("docker units on a bridge");
const bridged = obstacle === null ? bridges : bridges.skip;

bridges.before(async (world) => {
  if (obstacle !== null) return;
  world.engine = await startShellEngine({ bridge: true });
  world.runtime = await open(world.engine.endpoint);
});
bridges.after(async ({ engine }) => {
  await engine?.close();
});

/** Ports listened on where the engine is. */
function listening(engine: TestEngine): string {
  return execFileSync("nsenter", [`--net=/proc/${engine.pid}/ns/net`, "cat", "/proc/net/tcp"], {
    encoding: "utf8",
  });
}

function hexPort(port: number): string {
  return `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
}

bridged("publish their ports, and name one that is taken", async ({ engine, runtime }) => {
  const [port = 0] = await freePorts(1);
  const settings = { docker: { network: "bridge" }, ports: [{ port, purpose: "client" }] };
  await runtime.ensure(unit(settings), signal);
  await runtime.start("a-1", signal);
  assert.match(listening(engine), hexPort(port));
  const { NetworkSettings } = await engine.docker.getContainer("ferry-a-1").inspect();
  assert.ok(NetworkSettings.Networks["bridge"]?.IPAddress);
  await runtime.ensure(unit({ name: "a-2", ...settings }), signal);
  const taken = await rejection(runtime.start("a-2", signal));
  assert.is(taken.code, "docker-refused");
  assert.match(taken.text, String(port));
  assert.match(taken.text, "give the server another port");
  const left = await runtime.inspect("a-2", signal);
  assert.is(left?.running, false);
  await runtime.remove("a-1", { purgeData: true }, signal);
  assert.not.match(listening(engine), hexPort(port));
  assert.is((await runtime.start("a-2", signal)).running, true);
  await runtime.remove("a-2", { purgeData: true }, signal);
});

bridges.run();
