/** Plans around a Migration: its stages are shown, what it decides about is left alone, and it goes only when nothing is under way. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { MigrationProgress } from "../../../providers/migration/progress.js";
import { createMigrationProvider } from "../../../providers/migration/provider.js";
import type { ProviderContext, ReadResult } from "../../../providers/provider.js";
import { openRegistry } from "../../../providers/registry.js";
import type { Desired } from "../../../src/config/desired.js";
import { DiagnosticError, errorDiagnostic } from "../../../src/diagnostics/diagnostic.js";
import { aftermathOf, recordStage } from "../../../src/migration/recorded/state-edits.js";
import type { Plan, PlanMode } from "../../../src/plan/plan.js";
import { planChanges } from "../../../src/plan/planner.js";
import { renderText } from "../../../src/render/text.js";
import { emptyState, putResource } from "../../../state/edit.js";
import type { State } from "../../../state/model.js";
import { load, migration, PLATFORM, resolved, viewsOf } from "../../migration/declared/loading.js";

const holds = suite("plans around a Migration");
const A_SIDE = ["ZooKeeperEnsemble/zk-a", "MesosMasters/a", "MesosAgents/a", "MarathonInstance/main"];
const B_SIDE = ["ZooKeeperEnsemble/zk-b", "MesosMasters/b", "MesosAgents/b"];
const MOVE = migration("move", { rest: "  frameworks: [MarathonInstance/main]\n" });
const NODE = `---
apiVersion: ferry/v1
kind: ZNode
metadata: { name: config }
spec: { ensemble: ZooKeeperEnsemble/zk-b, path: /config, data: x }
`;

async function loaded(yaml: string): Promise<Desired> {
  const { desired, diagnostics } = await load(PLATFORM + yaml);
  assert.ok(desired, JSON.stringify(diagnostics));
  return desired;
}

/** A state that knows these resources as they are declared. */
async function stateOf(desired: Desired, addresses: readonly string[]): Promise<State> {
  const registry = await openRegistry({});
  const views = viewsOf(desired, registry);
  let state = emptyState("lineage", "1.0.0");
  for (const resource of desired.resources.filter(({ address }) => addresses.includes(address))) {
    const { address, kind, dependsOn } = resource;
    const spec = views.spec(address) ?? {};
    state = putResource(state, {
      address,
      kind,
      provider: registry.handler(kind)?.provider ?? "",
      dependsOn,
      sensitivePaths: [],
      preventDestroy: false,
      identity: null,
      spec,
      live: spec,
      attributes: {},
      appliedAt: "2026-01-01T00:00:00Z",
    });
  }
  await registry.close();
  return state;
}

async function plan(
  desired: Desired,
  state: State,
  progress: MigrationProgress | "unreadable" | null,
  mode: PlanMode = "apply",
): Promise<Plan> {
  const registry = await openRegistry({});
  const live = new Map<string, ReadResult>();
  const recorded = state.resources["Migration/move"]?.spec ?? null;
  const read = createMigrationProvider(() =>
    progress === "unreadable"
      ? Promise.reject(new DiagnosticError([errorDiagnostic("disk", "the record cannot be read")]))
      : Promise.resolve(progress),
  ).kinds[0]?.read;
  const context = { signal: new AbortController().signal } as ProviderContext;
  const declared = desired.resources.find(({ kind }) => kind === "Migration")?.spec ?? null;
  const request = { address: "Migration/move", desired: declared, recorded, identity: null };
  const reading = await read?.(request, context);
  if (reading !== undefined) live.set("Migration/move", reading);
  const made = planChanges({
    desired,
    recorded: state,
    live,
    handlers: registry.handlers,
    mode,
    selection: { targets: [], excludes: [] },
    git: null,
    stateLocation: "here",
    ferryVersion: "1.0.0",
    diagnostics: [],
  });
  await registry.close();
  return made;
}

function actionsOf({ changes }: Plan): Record<string, string> {
  return Object.fromEntries(
    changes.map(({ address, action, reason }) => [address, `${action} ${reason.code}`]),
  );
}

const RUNNING: MigrationProgress = {
  id: "move-1",
  status: "running",
  stage: 3,
  active: true,
  between: ["ZooKeeperEnsemble/zk-a", "ZooKeeperEnsemble/zk-b"],
};

holds("before it is started, only the target waits, with what needs it", async () => {
  const desired = await loaded(MOVE + NODE);
  const made = await plan(desired, await stateOf(desired, ["Host/local", ...A_SIDE]), null);
  const actions = actionsOf(made);
  for (const address of B_SIDE) assert.is(actions[address], "no-op held");
  assert.is(actions["ZNode/config"], "no-op held");
  for (const address of A_SIDE) assert.is(actions[address], "no-op in-step");
  assert.is(actions["Migration/move"], "create not-in-state");
  assert.equal(made.diagnostics, []);
  const text = renderText(made, { colour: false, width: 120 });
  assert.match(
    text,
    /! MesosMasters\/b {2}not planned: held by Migration\/move, which deploys it in stages 2 and 3/,
  );
  assert.match(
    text,
    /! ZNode\/config {2}not planned: needs ZooKeeperEnsemble\/zk-b, held by Migration\/move, which deploys it in stage 1/,
  );
});

holds("the plan shows six stages with actions and gates, and that nothing begins by itself", async () => {
  const desired = await loaded(MOVE);
  const made = await plan(desired, await stateOf(desired, ["Host/local", ...A_SIDE]), null);
  const steps = made.changes.find(({ address }) => address === "Migration/move")?.steps ?? [];
  assert.match(steps[0] ?? "", /nothing begins before somebody says so: ferry migrate start move/);
  for (const stage of [1, 2, 3, 4, 5, 6])
    assert.ok(steps.some((step) => step.startsWith(`Stage ${stage} of 6: `)));
  assert.ok(
    steps.some((step) => /^2\.\d\d Start MesosMasters\/b#1 with an empty log and quorum 2/.test(step)),
  );
  assert.ok(
    steps.some((step) =>
      /^1: proved by: .*Changes arrive soon enough \(at most 100 ms, for 30 s\)/.test(step),
    ),
  );
});

holds("a target that was applied before is an ordinary resource until it is started", async () => {
  const desired = await loaded(MOVE);
  const state = await stateOf(desired, ["Host/local", ...A_SIDE, "ZooKeeperEnsemble/zk-b", "Migration/move"]);
  assert.is(actionsOf(await plan(desired, state, null))["ZooKeeperEnsemble/zk-b"], "no-op in-step");
  assert.is(actionsOf(await plan(desired, state, RUNNING))["ZooKeeperEnsemble/zk-b"], "no-op held");
});

holds("while it is under way, whatever it names is left alone, changed or gone", async () => {
  const desired = await loaded(MOVE);
  const before = await stateOf(desired, ["Host/local", ...A_SIDE, "Migration/move"]);
  const masters = before.resources["MesosMasters/a"];
  assert.ok(masters);
  const state = putResource(before, { ...masters, live: null });
  const made = await plan(desired, state, RUNNING);
  const actions = actionsOf(made);
  for (const address of [...A_SIDE, ...B_SIDE]) assert.is(actions[address], "no-op held", address);
  assert.equal(made.drift, []);
  assert.is(actionsOf(await plan(desired, state, null))["MesosMasters/a"], "create gone");
});

holds("when nobody can say where it stands, everything is held and nothing can be applied", async () => {
  const desired = await loaded(MOVE);
  const made = await plan(
    desired,
    await stateOf(desired, ["Host/local", ...A_SIDE, "Migration/move"]),
    "unreadable",
  );
  for (const address of A_SIDE) assert.is(actionsOf(made)[address], "no-op held");
  assert.ok(made.diagnostics.some(({ code }) => code === "live-unreadable"));
});

holds("it cannot be taken out while it is under way, and then nothing else is touched either", async () => {
  const desired = await loaded(MOVE);
  const without = await loaded("");
  const state = await stateOf(desired, ["Host/local", ...A_SIDE, "Migration/move"]);
  const made = await plan(without, state, RUNNING);
  assert.equal(
    made.diagnostics.map(({ code }) => code),
    ["holder-busy"],
  );
  for (const address of [...A_SIDE, ...B_SIDE]) assert.is(actionsOf(made)[address], "no-op held", address);
  const destroying = await plan(desired, state, RUNNING, "destroy");
  assert.ok(destroying.diagnostics.some(({ code }) => code === "holder-busy"));
  assert.not.ok(
    destroying.changes.some(({ address, action }) => A_SIDE.includes(address) && action === "delete"),
  );
});

holds("when it has ended, what it tore down is not made again, until it is taken out", async () => {
  const desired = await loaded(MOVE);
  const state = await stateOf(desired, ["Host/local", ...B_SIDE, "MarathonInstance/main", "Migration/move"]);
  const ended = { ...RUNNING, status: "done", stage: 6 };
  assert.is(actionsOf(await plan(desired, state, ended))["MesosMasters/a"], "no-op held");
  const without = await loaded("");
  const made = await plan(without, state, ended);
  assert.is(actionsOf(made)["Migration/move"], "delete not-declared");
  assert.is(actionsOf(made)["MesosMasters/a"], "create not-in-state");
});

holds(
  "one that is under way and that the state does not know is taken over first, and holds all the same",
  async () => {
    const desired = await loaded(MOVE);
    const made = await plan(desired, await stateOf(desired, ["Host/local", ...A_SIDE]), RUNNING);
    assert.equal(
      made.diagnostics.map(({ code, address }) => `${code} ${address}`),
      ["exists-unmanaged Migration/move"],
    );
    for (const address of A_SIDE) assert.is(actionsOf(made)[address], "no-op held");
  },
);

holds("one that ended between other ensembles holds nothing for a new one of its name", async () => {
  const desired = await loaded(MOVE);
  const state = await stateOf(desired, ["Host/local", ...A_SIDE, "Migration/move"]);
  const earlier = { ...RUNNING, status: "done", stage: 6, between: ["old:2181", "ZooKeeperEnsemble/zk-a"] };
  assert.is(actionsOf(await plan(desired, state, earlier))["MesosMasters/a"], "no-op in-step");
});

holds("apply records the declaration, refuses to forget one under way, and starts nothing", async () => {
  const [handler] = createMigrationProvider(() => Promise.resolve(RUNNING)).kinds;
  assert.ok(handler);
  const context = { signal: new AbortController().signal } as ProviderContext;
  const messages: string[] = [];
  const report = ({ message }: { message: string }): void => void messages.push(message);
  const change = { address: "Migration/move", identity: null };
  const made = await handler.apply({ ...change, action: "create", after: { x: 1 } }, context, report);
  assert.equal([made.status, messages], ["done", ["record the declaration"]]);
  const refused = await handler.apply({ ...change, action: "delete", before: {} }, context, report);
  assert.is(refused.status, "failed");
  assert.is(refused.diagnostics[0]?.code, "migration-under-way");
});

holds("after each stage the state knows what was deployed, moved and torn down", async () => {
  const desired = await loaded(MOVE);
  const spec = await resolved(desired, "move");
  assert.equal(aftermathOf(spec, 1).deployed, ["ZooKeeperEnsemble/zk-b"]);
  assert.equal(aftermathOf(spec, 3), {
    deployed: ["MesosMasters/b"],
    moved: [],
    removed: ["MesosMasters/a"],
  });
  assert.equal(aftermathOf(spec, 4).deployed, ["MesosAgents/b"]);
  assert.equal(aftermathOf(spec, 5), {
    deployed: [],
    moved: ["MarathonInstance/main"],
    removed: ["MesosAgents/a"],
  });
  assert.equal(aftermathOf(spec, 6).removed, ["ZooKeeperEnsemble/zk-a"]);
  const state = await stateOf(desired, ["Host/local", ...A_SIDE, "Migration/move"]);
  const resource = desired.resources.find(({ address }) => address === "MesosMasters/b");
  assert.ok(resource);
  const reading = {
    status: "present",
    live: { quorum: 2 },
    attributes: { leader: 1 },
    identity: { name: "b" },
    diagnostics: [],
  } as const;
  const seen = [{ resource, provider: "mesos", spec: { quorum: 2 }, reading }];
  const after = recordStage(seen, ["MesosMasters/a", "MesosMasters/a"], "2026-01-02T00:00:00Z")(state);
  assert.is(after.serial, state.serial + 1);
  assert.is(after.resources["MesosMasters/a"], undefined);
  assert.equal(after.resources["MesosMasters/b"]?.attributes, { leader: 1 });
  assert.is(after.resources["MesosMasters/b"]?.appliedAt, "2026-01-02T00:00:00Z");
});

holds.run();
