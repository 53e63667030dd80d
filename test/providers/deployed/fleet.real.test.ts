/** Deployed servers of no system in particular, as real processes: found again, compared, driven one by one, put back. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ApplyOptions, applyServers } from "../../../providers/deployed/apply.js";
import { deployedHandler } from "../../../providers/deployed/handler.js";
import type { DeployedKind } from "../../../providers/deployed/kind.js";
import { openRuntime } from "../../../providers/open-runtime.js";
import type { ApplyResult, ProviderContext, ServerOperation } from "../../../providers/provider.js";
import { createSecretResolver } from "../../../src/secrets/resolver.js";
import type { JsonObject } from "../../../src/value/json.js";

/** Says who is ready; ends at once when its line says so: a configuration that does not work. */
const PROGRAM =
  'printf "%s\\n" "$1"; if [ "$1" = broken ]; then exit 1; fi; printf "%s" "$$" >"$2/ready"; exec sleep 1000';

const KIND: DeployedKind = {
  kind: "Sleepers",
  prefix: "sleeper",
  noun: "sleeper",
  list: "servers",
  sections: ["line", "password", "upstream", "restart", "container"],
  fileFields: { password: "password" },
  stopGraceMs: 2_000,
  normalise: (spec) => ({ restart: "no", ...spec }),
  resolve: (_address, spec, resource) => {
    const upstream = resource(String(spec["upstream"]))?.outputs["connectString"];
    return typeof upstream === "string" ? { upstream } : {};
  },
  build: ({ spec, secret, resolved, directories }) => ({
    command: ["sh", "-c", PROGRAM, "sleeper", String(spec["line"]), directories.data],
    environment: { UPSTREAM: resolved["upstream"] ?? "" },
    files: [{ path: "password", content: Buffer.from(secret(spec["password"])), mode: 0o600 }],
    listens: [],
  }),
};

const OPTIONS: Omit<ApplyOptions, "conditions"> = {
  batch: 1,
  startTogether: true,
  until: "it sleeps",
  observe: async () => ({ attributes: {}, diagnostics: [] }),
  report: () => undefined,
};

const handler = deployedHandler(
  {
    deployed: KIND,
    provider: "test",
    validate: () => [],
    outputs: () => ({}),
    attributeNames: [],
    describeSteps: () => [],
    observe: async () => ({ attributes: {}, diagnostics: [] }),
    apply: (fleet, change) =>
      applyServers(fleet, change, {
        ...OPTIONS,
        conditions: {
          mayTakeDown: async () => null,
          notBack: async (ids) => {
            const runtime = await fleet.runtime("Host/h");
            for (const id of ids) {
              const unit = (await fleet.find("Host/h", id))?.unit;
              const ready = await runtime.readFile(fleet.unitName(id), "data", "ready", fleet.signal);
              if (unit?.running !== true || ready?.toString() !== String(unit.pid)) return "it does not run";
            }
            return null;
          },
        },
      }),
  },
  openRuntime,
);

const ADDRESS = "Sleepers/s";
const folder = mkdtempSync(join(tmpdir(), "ferry-fleet-"));
let upstream = "zk:2181";

const context: ProviderContext = {
  projectRoot: folder,
  lineage: "lineage-1",
  secrets: createSecretResolver({ root: folder, env: { WORD: "hush\n" }, salt: "test" }),
  signal: new AbortController().signal,
  now: Date.now,
  resource: (address) =>
    address === "Host/h"
      ? {
          kind: "Host",
          spec: { address: "127.0.0.1", runtime: { process: { workDir: "work" } } },
          outputs: {},
        }
      : address === "Up/u"
        ? { kind: "Up", spec: {}, outputs: { connectString: upstream } }
        : undefined,
};

function spec(more: JsonObject = {}): JsonObject {
  return {
    line: "one",
    password: { $secret: "env:WORD", fingerprint: "f" },
    upstream: "Up/u",
    restart: "no",
    rolling: { waitSeconds: 3 },
    servers: [
      { id: 1, host: "Host/h" },
      { id: 2, host: "Host/h" },
    ],
    ...more,
  };
}

function update(after: JsonObject): Promise<ApplyResult> {
  const change = {
    action: "update",
    address: ADDRESS,
    before: spec(),
    after,
    identity: null,
    fields: [],
  } as const;
  return handler.apply(change, context, () => undefined);
}

async function live(): Promise<JsonObject> {
  const desired = handler.normalise(spec());
  const found = await handler.read({ address: ADDRESS, desired, recorded: desired, identity: null }, context);
  if (found.status !== "present") throw new Error(JSON.stringify(found));
  return found.live;
}

type Action =
  | { readonly action: "start" | "stop" | "status" }
  | { readonly action: "remove"; readonly purgeData: boolean };

function operate(action: Action, server: string, of: JsonObject = spec()) {
  const operation = { ...action, address: ADDRESS, spec: of, server } as ServerOperation;
  if (handler.operate === undefined) throw new Error("no operate");
  return handler.operate(operation, context, () => undefined);
}

const fleet = suite("deployed servers");

fleet.after(async () => {
  for (const server of ["1", "2"]) await operate({ action: "remove", purgeData: true }, server);
  rmSync(folder, { recursive: true, force: true });
});

fleet(
  "creation starts all, secrets are nobody else's to read, and a second look finds them as declared",
  async () => {
    const after = spec();
    const result = await handler.apply(
      { action: "create", address: ADDRESS, after, identity: null },
      context,
      () => undefined,
    );
    assert.is(result.status, "done", JSON.stringify(result));
    const { servers, ...rest } = await live();
    const { servers: _servers, rolling: _rolling, ...declared } = after;
    assert.equal(rest, declared);
    assert.equal(
      servers,
      [1, 2].map((id) => ({ id, host: "Host/h", running: true })),
    );
    const file = join(folder, "work/units/sleeper-s-1/conf/password");
    assert.is(readFileSync(file, "utf8"), "hush");
    assert.is(statSync(file).mode & 0o777, 0o600);
  },
);

fleet(
  "what was edited by hand, and what came from elsewhere and has changed, shows in its field",
  async () => {
    writeFileSync(join(folder, "work/units/sleeper-s-2/conf/password"), "other");
    upstream = "zk:2182";
    const found = await live();
    assert.is(found["password"], null);
    assert.is(found["upstream"], "zk:2181");
    assert.is((await operate({ action: "status" }, "2")).matches, false);
    const before = await operate({ action: "status" }, "1");
    assert.is((await update(spec())).status, "done");
    const after = await operate({ action: "status" }, "1");
    assert.equal([after.running, after.matches], [true, true]);
    assert.not.equal(after.pid, before.pid);
    assert.is((await live())["upstream"], "Up/u");
  },
);

fleet(
  "a server that does not come back is given what it had, and those after it are left alone",
  async () => {
    const second = await operate({ action: "status" }, "2");
    const result = await update(spec({ line: "broken" }));
    assert.is(result.status, "failed");
    const [said] = result.diagnostics;
    assert.is(said?.code, "server-not-back");
    assert.match(
      said?.detail ?? "",
      /sleeper 1 was given its former configuration again, and is back[\s\S]*broken/,
    );
    assert.equal(await operate({ action: "status" }, "2"), second);
    assert.is((await live())["line"], "one");
  },
);

fleet("single servers are driven by themselves, and repeating it changes nothing", async () => {
  const running = await operate({ action: "start" }, "1");
  assert.equal(await operate({ action: "start" }, "1"), running);
  const changed = await operate({ action: "start" }, "1", spec({ line: "two" }));
  assert.equal([changed.running, changed.matches], [true, true]);
  assert.not.equal(changed.pid, running.pid);
  for (const _ of [1, 2]) {
    const stopped = await operate({ action: "stop" }, "1");
    assert.equal([stopped.running, stopped.there, stopped.pid], [false, true, null]);
  }
  for (const _ of [1, 2]) {
    const gone = await operate({ action: "remove", purgeData: false }, "1");
    assert.equal([gone.there, gone.running], [false, false]);
  }
  assert.is((await operate({ action: "status" }, "2")).running, true);
});

fleet("servers that are not to run are only declared, and one that somebody starts shows", async () => {
  const address = "Sleepers/idle";
  const servers = [1, 2].map((id) => ({ id, host: "Host/h", running: false }));
  const after = handler.normalise(spec({ servers }));
  const created = await handler.apply(
    { action: "create", address, after, identity: null },
    context,
    () => undefined,
  );
  assert.is(created.status, "done", JSON.stringify(created));
  const seen = async (recorded: JsonObject | null) => {
    const found = await handler.read({ address, desired: after, recorded, identity: null }, context);
    return found.status === "present" ? found.live["servers"] : found.status;
  };
  assert.equal(await seen(after), servers);
  assert.is(await seen(null), "absent");
  if (handler.operate === undefined) throw new Error("no operate");
  const operation = { address, spec: after, server: "1" } as const;
  await handler.operate({ ...operation, action: "start" }, context, () => undefined);
  assert.equal(await seen(after), [{ id: 1, host: "Host/h", running: true }, servers[1]]);
  await handler.operate({ ...operation, action: "remove", purgeData: true }, context, () => undefined);
});

fleet("servers of another state are left alone", async () => {
  const other = { ...context, lineage: "lineage-2" };
  const desired = handler.normalise(spec());
  const found = await handler.read({ address: ADDRESS, desired, recorded: desired, identity: null }, other);
  assert.is(found.status, "unreadable");
  assert.is(found.diagnostics[0]?.code, "belongs-to-another-state");
});

fleet.run();
