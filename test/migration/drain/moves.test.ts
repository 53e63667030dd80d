/** How apps get off the agents that are emptied: nothing ends before its replacement is healthy, but where somebody accepted it. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type MovableApp, type Move, movesOf } from "../../../src/migration/drain/moves.js";
import type { DrainOptions } from "../../../src/migration/model/spec.js";

const moves = suite("moves of a Marathon's apps");
const OPTIONS: DrainOptions = {
  concurrency: 2,
  overCapacity: 0.25,
  pauseAfterFailures: 3,
  maxGraceSeconds: 60,
  runsEndSeconds: 60,
  acceptDowntimeOf: ["/accepted"],
};
const OLD = new Set(["a1", "a2"]);

function app(id: string, change: Partial<MovableApp> = {}, on: readonly string[] = ["a1", "a2"]): MovableApp {
  return {
    id,
    pod: false,
    instances: on.length,
    minimumHealthCapacity: 1,
    maximumOverCapacity: 1,
    singleInstance: false,
    resident: false,
    dependencies: [],
    tasks: on.map((agentId, at) => ({ id: `${id}.${at}`, agentId })),
    ...change,
  };
}

function only(one: MovableApp): Move | undefined {
  return movesOf([one], OLD, OPTIONS)[0]?.[0];
}

moves("an app that keeps its capacity and is all on old agents is restarted", () => {
  assert.is(only(app("/web"))?.kind, "restart");
});

moves("an app with tasks elsewhere loses only those on old agents", () => {
  const move = only(app("/web", {}, ["a1", "b1", "b2", "b3"]));
  assert.equal(move, { kind: "grow", app: "/web", tasks: ["/web.0"], extra: 1 });
});

moves("an app whose strategy would end tasks first grows before", () => {
  for (const strategy of [
    { minimumHealthCapacity: 0.5 },
    { maximumOverCapacity: 0 },
    { maximumOverCapacity: 0.2 },
  ]) {
    assert.equal(only(app("/web", strategy))?.kind, "grow", JSON.stringify(strategy));
  }
});

moves(
  "what cannot move without downtime is refused, or replaced where that is accepted; volumes are wiped only then",
  () => {
    for (const change of [{ resident: true }, { singleInstance: true }]) {
      const refused = only(app("/db", change));
      assert.is(refused?.kind, "refused");
      assert.ok(refused?.kind === "refused" && refused.cost.length > 20);
      const accepted = only(app("/accepted", change));
      assert.ok(accepted?.kind === "replace");
      assert.is(accepted?.kind === "replace" && accepted.wipe, change.resident === true);
    }
  },
);

moves("what others need moves before them, groups too; who needs nobody moves together", () => {
  const apps = [
    app("/shop/web", { dependencies: ["/shop/db"] }),
    app("/shop/db/main"),
    app("/shop/db/copy"),
    app("/front", { dependencies: ["/shop"] }),
  ];
  const layers = movesOf(apps, OLD, OPTIONS).map((layer) => layer.map((move) => move.app));
  assert.equal(layers, [["/shop/db/copy", "/shop/db/main"], ["/shop/web"], ["/front"]]);
});

moves("each app with a task on an old agent moves once, with exactly those tasks; no other does", () => {
  const any = fc.array(
    fc.record({
      instances: fc.integer({ min: 1, max: 6 }),
      minimumHealthCapacity: fc.constantFrom(0, 0.5, 1),
      maximumOverCapacity: fc.constantFrom(0, 0.1, 0.5, 1),
      singleInstance: fc.boolean(),
      resident: fc.boolean(),
      on: fc.array(fc.constantFrom("a1", "a2", "b1"), { maxLength: 6 }),
      needs: fc.array(fc.nat(5), { maxLength: 3 }),
    }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(any, (given) => {
      const apps = given.map(({ on, needs, ...rest }, at) =>
        app(`/app-${at}`, { ...rest, dependencies: needs.map((need) => `/app-${need}`) }, on),
      );
      const found = movesOf(apps, OLD, OPTIONS).flat();
      const wanted = apps
        .map(({ id, tasks }) => ({
          id,
          tasks: tasks.filter((task) => OLD.has(task.agentId)).map((task) => task.id),
        }))
        .filter(({ tasks }) => tasks.length > 0);
      const byId = (list: readonly { readonly id: string; readonly tasks: readonly string[] }[]) =>
        list.map(({ id, tasks }) => `${id}: ${[...tasks].sort().join(" ")}`).sort();
      assert.equal(byId(found.map(({ app: id, tasks }) => ({ id, tasks }))), byId(wanted));
      for (const move of found)
        if (move.kind === "grow") assert.ok(move.extra >= 1 && move.extra <= move.tasks.length);
    }),
  );
});

moves.run();
