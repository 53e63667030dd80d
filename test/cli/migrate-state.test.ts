/** The state follows a migration: after a stage, and after a way back, it knows what is there. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ReadResult } from "../../providers/provider.js";
import { openRegistry, type Registry } from "../../providers/registry.js";
import type { Declared } from "../../src/cli/migrate-declared.js";
import { recordPlatform } from "../../src/cli/migrate-state.js";
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import { newRecord, pendingStage } from "../../src/migration/model/new-record.js";
import type { MigrationRecord } from "../../src/migration/model/record.js";
import type { StageNumber } from "../../src/migration/model/spec.js";
import { createSecretResolver } from "../../src/secrets/resolver.js";
import { isObject } from "../../src/value/json.js";
import { emptyState } from "../../state/edit.js";
import { createLocalBackend } from "../../state/local/backend.js";
import type { State } from "../../state/model.js";
import { createLockOwner } from "../../state/owner.js";
import { load, migration, PLATFORM, resolved, viewsOf } from "../migration/declared/loading.js";
import { samplePlan } from "../migration/engine/sample-plan.js";

const following = suite("state after the stages of a migration");
const root = mkdtempSync(join(tmpdir(), "ferry-follow-"));
following.after(() => rmSync(root, { recursive: true, force: true }));

/** What stands on the platform; everything else is gone, or does not answer. */
const there = new Set<string>();
const silent = new Set<string>();

function reading(registry: Registry): Registry {
  const handler: Registry["handler"] = (kind) => {
    const real = registry.handler(kind);
    if (real === undefined) return undefined;
    const read = async ({ address, desired }: { address: string; desired: unknown }): Promise<ReadResult> => {
      if (silent.has(address)) return { status: "unreadable", diagnostics: [] };
      if (!there.has(address)) return { status: "absent", diagnostics: [] };
      const live = isObject(desired) ? desired : {};
      return { status: "present", live, attributes: {}, identity: { of: address }, diagnostics: [] };
    };
    return Object.assign(Object.create(real), { read }) as typeof real;
  };
  return { ...registry, handler };
}

async function world(): Promise<{
  readonly declared: Declared;
  readonly at: (stage: 0 | StageNumber, past?: readonly StageNumber[]) => MigrationRecord;
  readonly state: () => Promise<State | null>;
}> {
  const yaml = migration("move", { rest: "  frameworks: [MarathonInstance/main]\n" });
  const { desired } = await load(PLATFORM + yaml);
  if (desired === undefined) throw new Error("the platform can be loaded");
  const registry = reading(await openRegistry({}));
  const spec = await resolved(desired, "move");
  const record = newRecord("move-1", spec, samplePlan(spec), 1);
  const settings = { ...desired.project, root, state: { kind: "local", path: "state" } as const };
  const declared: Declared = {
    settings,
    registry,
    resources: desired.resources,
    views: viewsOf(desired, registry),
    lineage: "lineage",
    diagnostics: [],
    spec: () => spec,
    ownSecrets: new Map(),
  };
  const backend = createLocalBackend({ directory: join(root, "state") });
  const lock = await backend.lock({ owner: createLockOwner("test"), timeoutMs: 0 });
  await backend.write({ ...emptyState("lineage", "1.0.0"), serial: 1 }, lock);
  await lock.release();
  return {
    declared,
    at: (stage, past = []) => ({ ...record, stage, past: past.map(pendingStage) }),
    state: () => backend.read(),
  };
}

following(
  "knows what was deployed, moved and torn down, and after a way back what is there again",
  async () => {
    const { declared, at, state } = await world();
    const secrets = createSecretResolver({ root, env: {}, salt: "" });
    const follow = (record: MigrationRecord) => recordPlatform({ record, declared, secrets });
    const known = async () => Object.keys((await state())?.resources ?? {}).sort();

    for (const address of ["ZooKeeperEnsemble/zk-b", "MesosMasters/b"]) there.add(address);
    await follow(at(3));
    assert.equal(await known(), ["MesosMasters/b", "ZooKeeperEnsemble/zk-b"]);

    for (const address of ["MesosAgents/b", "MarathonInstance/main"]) there.add(address);
    await follow(at(5));
    const moved = (await state())?.resources["MarathonInstance/main"];
    assert.match(JSON.stringify(moved?.spec), /zk-b/, "it is on B's ZooKeeper, as it was started");

    there.delete("MesosMasters/b");
    there.delete("MesosAgents/b");
    there.add("MesosMasters/a");
    silent.add("MarathonInstance/main");
    const error = await follow(at(2, [3, 4, 5])).then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof DiagnosticError);
    assert.is(error.diagnostics[0]?.code, "migration-not-recorded");
    assert.match(error.diagnostics[0]?.detail ?? "", /MarathonInstance\/main/);
    assert.equal(await known(), ["MarathonInstance/main", "MesosMasters/a", "ZooKeeperEnsemble/zk-b"]);
    silent.clear();
    await follow(at(2, [3, 4, 5]));
    const back = (await state())?.resources["MarathonInstance/main"];
    assert.not.match(JSON.stringify(back?.spec), /zk-b/, "it is where it was");
  },
);

following.run();
