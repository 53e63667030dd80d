/**
 * A whole `apply` of toys in a process of its own: read, plan, execute, and then the same again, which should find nothing
 * to do. It kills itself with SIGKILL at the step whose number it is given, so that a test can crash it everywhere.
 *
 * Arguments: folder, number of the step to die at (0: none), JSON list of [name, spec, dependsOn].
 */
import { join } from "node:path";
import { executePlan } from "../../src/apply/executor.js";
import type { Desired, DesiredResource } from "../../src/config/desired.js";
import { hasErrors } from "../../src/diagnostics/diagnostic.js";
import { readLive } from "../../src/live/read.js";
import { planChanges } from "../../src/plan/planner.js";
import type { JsonObject } from "../../src/value/json.js";
import type { StateBackend } from "../../state/backend.js";
import { emptyState } from "../../state/edit.js";
import { createLocalBackend } from "../../state/local/backend.js";
import { createLockOwner } from "../../state/owner.js";
import { LINEAGE, toy } from "./fixture.js";
import { ToyWorld, toyHandler } from "./toy.js";

const [folder = "", dieAtText = "0", listed = "[]"] = process.argv.slice(2);
const dieAt = Number(dieAtText);
let steps = 0;

function step(): void {
  steps += 1;
  if (steps === dieAt) process.kill(process.pid, "SIGKILL");
}

function dying(backend: StateBackend): StateBackend {
  return {
    ...bound(backend),
    write: async (next, lock) => {
      step();
      await backend.write(next, lock);
      step();
    },
  };
}

function bound(backend: StateBackend): StateBackend {
  return {
    location: backend.location,
    read: () => backend.read(),
    write: (next, lock) => backend.write(next, lock),
    lock: (request) => backend.lock(request),
    lockHolder: () => backend.lockHolder(),
    unlock: (id) => backend.unlock(id),
    history: () => backend.history(),
    readHistory: (serial) => backend.readHistory(serial),
    close: () => backend.close(),
  };
}

function desiredOf(resources: readonly DesiredResource[]): Desired {
  return {
    project: {
      root: folder,
      name: "toys",
      state: { kind: "local", path: "state" },
      providers: {},
      environment: null,
    },
    resources,
    moves: [],
    fingerprint: "sha256:toys",
  };
}

const rows = JSON.parse(listed) as [string, JsonObject, string[]][];
const resources = rows.map(([name, spec, dependsOn]) =>
  toy(name, spec, {
    dependsOn,
    lifecycle: { preventDestroy: false, createBeforeDestroy: spec["beside"] === true, ignoreChanges: [] },
  }),
);
const handler = toyHandler(new ToyWorld(join(folder, "things"), step));
const handlers = new Map([["Toy", handler]]);
const backend = dying(createLocalBackend({ directory: join(folder, "state") }));

/** What is still to do, and what came of doing it. */
async function apply(): Promise<{ pending: number; outcome: string }> {
  const lock = await backend.lock({ owner: createLockOwner("apply"), timeoutMs: 5_000 });
  const state = (await backend.read()) ?? emptyState(LINEAGE, "0.1.0");
  const stop = new AbortController().signal;
  const secrets = { resolve: async () => Buffer.from(""), fingerprint: () => "" };
  const world = { projectRoot: folder, secrets, now: Date.now };
  const live = await readLive({
    desired: resources,
    moves: [],
    state,
    handler: (kind) => handlers.get(kind),
    world: { ...world, lineage: state.lineage },
    parallelism: 2,
    timeoutMs: 5_000,
    signal: stop,
  });
  const plan = planChanges({
    desired: desiredOf(resources),
    recorded: state,
    live,
    handlers,
    mode: "apply",
    selection: { targets: [], excludes: [] },
    git: null,
    stateLocation: backend.location,
    ferryVersion: "0.1.0",
    diagnostics: [],
  });
  if (hasErrors(plan.diagnostics)) throw new Error(plan.diagnostics.map((d) => d.summary).join("; "));
  const execution = await executePlan({
    plan,
    desired: new Map(resources.map((resource) => [resource.address, resource])),
    state,
    live,
    handler: (kind) => handlers.get(kind),
    backend,
    lock,
    world,
    parallelism: 2,
    stop,
    abort: stop,
    abortGraceMs: 100,
    ferryVersion: "0.1.0",
    git: null,
    listener: () => undefined,
  });
  await lock.release();
  return {
    pending: plan.changes.filter((change) => change.action !== "no-op").length,
    outcome: execution.outcome,
  };
}

const { outcome } = await apply();
const needed = steps;
const { pending } = await apply();
process.stdout.write(JSON.stringify({ steps: needed, pending, outcome }));
