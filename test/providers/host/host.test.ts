/** Hosts: made, read, changed and removed, with the servers on them left alone. Process hosts only make directories. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { createHostProvider } from "../../../providers/host/provider.js";
import { openRuntime } from "../../../providers/open-runtime.js";
import type { ChangeRequest, KindHandler, ProviderContext } from "../../../providers/provider.js";
import type { HostRuntime, UnitSpec } from "../../../providers/runtime.js";
import { DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { diffValues } from "../../../src/plan/diff.js";
import { compileRules } from "../../../src/plan/rules.js";
import type { JsonObject } from "../../../src/value/json.js";

interface World {
  root: string;
  handler: KindHandler;
}

const signal = new AbortController().signal;
const secrets = { resolve: () => Promise.reject(new Error("not needed")), fingerprint: () => "" };
const host = suite<World>("hosts");

host.before.each((world) => {
  world.root = mkdtempSync(join(tmpdir(), "ferry-host-"));
  world.handler = handlerOf(openRuntime);
});
host.after.each(({ root }) => {
  rmSync(root, { recursive: true, force: true });
});

function handlerOf(open: typeof openRuntime): KindHandler {
  const handler = createHostProvider({}, { openRuntime: open }).kinds[0];
  if (handler === undefined) throw new Error("the provider serves no kind");
  return handler;
}

function context(root: string, lineage = "lineage-1"): ProviderContext {
  return { projectRoot: root, lineage, secrets, signal, now: () => 0, resource: () => undefined };
}

function processSpec(workDir = "hosts/h1", address = "127.0.0.1", java = "java"): JsonObject {
  return { address, runtime: { process: { workDir, java } } };
}

const dockerSpec = (endpoint: string): JsonObject => ({
  address: "10.0.0.1",
  runtime: { docker: { endpoint } },
});
const nobody = { identity: null, desired: null, recorded: null };
const ignore = () => undefined;
const creation = (after: JsonObject, address = "Host/h1"): ChangeRequest => ({
  action: "create",
  address,
  after,
  identity: null,
});
const deletion = (before: JsonObject): ChangeRequest => ({
  action: "delete",
  address: "Host/h1",
  before,
  identity: null,
});

const unit: UnitSpec = {
  name: "zookeeper-a-1",
  labels: { "ferry.address": "ZooKeeperEnsemble/a", "ferry.lineage": "lineage-1" },
  files: [],
  command: ["sleep", "1"],
  environment: {},
  ports: [],
  limits: {},
  restart: "no",
  stopGraceMs: 1000,
};

function forced(handler: KindHandler, before: JsonObject, after: JsonObject): string[] {
  return diffValues(handler.normalise(before), handler.normalise(after), compileRules(handler.rules))
    .filter((difference) => difference.forcesReplacement)
    .map((difference) => difference.path.join("."));
}

host("normalising fills in defaults, gives paths one form and is idempotent", ({ handler }) => {
  const once = handler.normalise({ address: "h", runtime: { process: { workDir: "./hosts//h1/" } } });
  assert.equal(once, processSpec("hosts/h1", "h"));
  assert.equal(handler.normalise(once), once);
  const engine = handler.normalise({ address: "h", runtime: { docker: {} } });
  assert.equal(engine, { address: "h", runtime: { docker: { endpoint: "unix:///var/run/docker.sock" } } });
  const unknown = { address: "h", runtime: { process: { workDir: { $unknown: "x" }, java: "java" } } };
  assert.equal(handler.normalise(unknown), unknown);
  assert.equal(
    handler.outputs(once, () => undefined),
    { address: "h" },
  );
});

host("a work directory is not the project itself", ({ handler }) => {
  for (const workDir of [".", "./", "..", "../..", "/", "a/.."]) {
    assert.is(handler.validate(processSpec(workDir))[0]?.path, "runtime.process.workDir", workDir);
  }
  assert.equal(handler.validate(processSpec("../servers/h1")), []);
});

host(
  "another directory or kind of runtime is another host; address, java and endpoint are not",
  ({ handler }) => {
    const engine = dockerSpec("tcp://10.0.0.1:2376");
    assert.equal(forced(handler, processSpec("a"), processSpec("b")), ["runtime.process.workDir"]);
    assert.equal(forced(handler, processSpec("a"), engine), ["runtime.process"]);
    assert.equal(forced(handler, engine, processSpec("a")), ["runtime.process"]);
    assert.equal(forced(handler, engine, dockerSpec("ssh://a@10.0.0.1")), []);
    assert.equal(forced(handler, processSpec(), processSpec("hosts/h1", "other", "/usr/bin/java")), []);
  },
);

host("is absent, then made with a private directory, then read as it was made", async ({ root, handler }) => {
  const spec = processSpec();
  const before = await handler.read({ ...nobody, address: "Host/h1", desired: spec }, context(root));
  assert.is(before.status, "absent");
  const made = await handler.apply(creation(spec), context(root), ignore);
  assert.is(made.status, "done");
  assert.is(statSync(join(root, "hosts/h1")).mode & 0o777, 0o700);
  const mark = JSON.parse(readFileSync(join(root, "hosts/h1/ferry-host.json"), "utf8")) as JsonObject;
  assert.is(mark["lineage"], "lineage-1");
  assert.is((await handler.apply(creation(spec), context(root), ignore)).status, "done", "safe to repeat");
  const read = await handler.read({ ...nobody, address: "Host/h1", recorded: spec }, context(root));
  if (read.status !== "present") throw new Error(read.status);
  assert.equal(read.live, spec);
  assert.equal(read.diagnostics, []);
  assert.match((read.attributes["java"] as { version: string }).version, /^\d/);
});

host("an update is seen in live; a java that is missing is a warning", async ({ root, handler }) => {
  await handler.apply(creation(processSpec()), context(root), ignore);
  const after = processSpec("hosts/h1", "10.1.1.1", "no-such-java");
  const change = {
    action: "update",
    address: "Host/h1",
    before: processSpec(),
    after,
    identity: null,
    fields: [],
  } as const;
  const updated = await handler.apply(change, context(root), ignore);
  if (updated.status !== "done") throw new Error(JSON.stringify(updated));
  assert.equal(updated.live, after);
  assert.equal(
    updated.diagnostics.map((found) => [found.severity, found.code]),
    [["warning", "java-not-found"]],
  );
});

host("one directory is one host's, of one state", async ({ root, handler }) => {
  await handler.apply(creation(processSpec()), context(root), ignore);
  const second = await handler.apply(creation(processSpec(), "Host/h2"), context(root), ignore);
  assert.is(second.status, "failed");
  const other = await handler.apply(creation(processSpec()), context(root, "lineage-2"), ignore);
  assert.equal(other.status === "failed" && other.diagnostics.map((found) => found.code), [
    "host-owned-by-other",
  ]);
  const foreign = await handler.apply(deletion(processSpec()), context(root, "lineage-2"), ignore);
  assert.is(foreign.status, "failed");
  assert.ok(existsSync(join(root, "hosts/h1/ferry-host.json")));
});

host("is not removed while a server is left, and then without a trace", async ({ root, handler }) => {
  await handler.apply(creation(processSpec()), context(root), ignore);
  const runtime = await openRuntime("Host/h1", processSpec(), { projectRoot: root, secrets, signal });
  await runtime.ensure(unit, signal);
  const refused = await handler.apply(deletion(processSpec()), context(root), ignore);
  if (refused.status !== "failed") throw new Error(refused.status);
  assert.is(refused.diagnostics[0]?.code, "host-has-units");
  assert.match(refused.diagnostics[0]?.detail ?? "", "zookeeper-a-1 of ZooKeeperEnsemble/a");
  await runtime.remove(unit.name, { purgeData: true }, signal);
  assert.equal(await handler.apply(deletion(processSpec()), context(root), ignore), {
    status: "deleted",
    diagnostics: [],
  });
  assert.is(existsSync(join(root, "hosts/h1")), false);
  assert.is(
    (await handler.apply(deletion(processSpec()), context(root), ignore)).status,
    "deleted",
    "safe to repeat",
  );
});

host("removing leaves kept data and foreign files, and says so", async ({ root, handler }) => {
  await handler.apply(creation(processSpec()), context(root), ignore);
  mkdirSync(join(root, "hosts/h1/units/zookeeper-a-1/data"), { recursive: true });
  const gone = await handler.apply(deletion(processSpec()), context(root), ignore);
  assert.is(gone.status, "deleted");
  assert.match(gone.diagnostics[0]?.summary ?? "", "kept data of zookeeper-a-1");
  assert.ok(existsSync(join(root, "hosts/h1/units/zookeeper-a-1/data")));
  const read = await handler.read({ ...nobody, address: "Host/h1", recorded: processSpec() }, context(root));
  assert.is(read.status, "absent");
});

host(
  "is imported by its directory, and can then be removed by the state that adopted it",
  async ({ root, handler }) => {
    await handler.apply(creation(processSpec()), context(root, "lost"), ignore);
    const request = { ...nobody, address: "Host/h1", desired: processSpec() };
    assert.is((await handler.import("hosts/other", request, context(root))).status, "unreadable");
    const found = await handler.import("./hosts/h1/", request, context(root));
    if (found.status !== "present") throw new Error(JSON.stringify(found));
    const removal = { ...deletion(processSpec()), identity: found.identity };
    assert.is((await handler.apply(removal, context(root), ignore)).status, "deleted");
  },
);

host("a damaged mark makes it unreadable, never absent", async ({ root, handler }) => {
  await handler.apply(creation(processSpec()), context(root), ignore);
  writeFileSync(join(root, "hosts/h1/ferry-host.json"), '{"version": 1, "lin');
  const read = await handler.read({ ...nobody, address: "Host/h1", recorded: processSpec() }, context(root));
  assert.is(read.status, "unreadable");
  assert.equal(
    read.diagnostics.map((found) => found.code),
    ["host-mark-damaged"],
  );
});

/** An engine of which only the asked questions matter; `units` by endpoint, an endpoint without any does not answer. */
function engines(
  units: Readonly<Record<string, readonly string[]>>,
  labels = unit.labels,
): typeof openRuntime {
  return async (address, spec) => {
    const endpoint = ((spec["runtime"] as JsonObject)["docker"] as JsonObject)["endpoint"] as string;
    const names = units[endpoint];
    const dead = () =>
      Promise.reject(new DiagnosticError([errorDiagnostic("docker-unreachable", `${address}: no answer`)]));
    const list = names?.map((name) => ({ name, labels, running: true })) ?? [];
    return {
      kind: "docker",
      probe: names === undefined ? dead : async () => ({ version: "28.0" }),
      list: names === undefined ? dead : async () => list,
      close: async () => undefined,
    } as unknown as HostRuntime;
  };
}

host("an engine that answers is a host once applied; one that does not is unreadable", async ({ root }) => {
  const handler = handlerOf(engines({ "tcp://a:1": [] }));
  const spec = dockerSpec("tcp://a:1");
  const request = { ...nobody, address: "Host/h1", desired: spec };
  assert.is((await handler.read(request, context(root))).status, "absent");
  const made = await handler.apply(creation(spec), context(root), ignore);
  assert.equal(made.status === "done" && made.attributes, { version: "28.0" });
  assert.is((await handler.read({ ...request, recorded: spec }, context(root))).status, "present");
  const dead = await handler.read({ ...request, recorded: dockerSpec("tcp://b:1") }, context(root));
  assert.equal([dead.status, dead.diagnostics[0]?.code], ["unreadable", "docker-unreachable"]);
});

host("another endpoint must lead to the same servers", async ({ root }) => {
  const handler = handlerOf(engines({ "tcp://a:1": ["z-1"], "tcp://same:1": ["z-1"], "tcp://empty:1": [] }));
  const update = (after: string, before = "tcp://a:1"): ChangeRequest => ({
    action: "update",
    address: "Host/h1",
    before: dockerSpec(before),
    after: dockerSpec(after),
    identity: null,
    fields: ["runtime.docker.endpoint"],
  });
  assert.is((await handler.apply(update("tcp://same:1"), context(root), ignore)).status, "done");
  const lost = await handler.apply(update("tcp://empty:1"), context(root), ignore);
  assert.equal([lost.status, lost.diagnostics[0]?.code], ["failed", "host-has-units"]);
  assert.is(
    (await handler.apply(update("tcp://empty:1", "tcp://gone:1"), context(root), ignore)).status,
    "done",
  );
  const removal = await handler.apply(deletion(dockerSpec("tcp://a:1")), context(root), ignore);
  assert.is(removal.status, "failed");
  const other = await handler.apply(deletion(dockerSpec("tcp://a:1")), context(root, "lineage-2"), ignore);
  assert.is(other.status, "deleted", "another project's servers on the engine are not this host's");
});

host("a server on an engine that tells no state counts as this host's", async ({ root }) => {
  const open = engines(
    { "tcp://a:1": ["z-1"], "tcp://empty:1": [] },
    { "ferry.address": "ZooKeeperEnsemble/a" },
  );
  const removal = await handlerOf(open).apply(deletion(dockerSpec("tcp://a:1")), context(root), ignore);
  if (removal.status !== "failed") throw new Error(removal.status);
  assert.is(removal.diagnostics[0]?.code, "host-has-units");
});

host.run();
