/** What the planner decides, case by case. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  ABSENT,
  acting,
  changeOf,
  planOf,
  present,
  recordedToy,
  type Situation,
  toy,
  UNREADABLE,
} from "./toy.js";

const decisions = suite("decisions");
const KEEP = { preventDestroy: true, createBeforeDestroy: false, ignoreChanges: [] };

function only(situation: Situation): { action: string; code: string } {
  const change = changeOf(planOf(situation), "Toy/a");
  return { action: change.action, code: change.reason.code };
}

function codes(situation: Situation): string[] {
  return planOf(situation).diagnostics.map((diagnostic) => diagnostic.code);
}

decisions("create what is declared and nowhere else", () => {
  const found = only({ resources: [toy("a", {})], live: { "Toy/a": ABSENT } });
  assert.equal(found, { action: "create", code: "not-in-state" });
});

decisions("create again what is gone", () => {
  const found = only({
    resources: [toy("a", {})],
    records: [recordedToy("a", {})],
    live: { "Toy/a": ABSENT },
  });
  assert.equal(found, { action: "create", code: "gone" });
});

decisions("refuse what exists and is not recorded", () => {
  const situation = { resources: [toy("a", {})], live: { "Toy/a": present({}) } };
  assert.equal(only(situation), { action: "no-op", code: "blocked" });
  assert.equal(codes(situation), ["exists-unmanaged"]);
});

decisions("leave alone what is as declared", () => {
  const spec = { place: "shelf", tags: ["x", "y"] };
  const found = only({
    resources: [toy("a", spec)],
    records: [recordedToy("a", spec)],
    live: { "Toy/a": present({ tags: ["y", "x"], place: "shelf" }) },
  });
  assert.equal(found, { action: "no-op", code: "in-step" });
});

decisions("update what differs, and say whose doing it was", () => {
  const records = [recordedToy("a", { colour: "red" })];
  const drifted = planOf({
    resources: [toy("a", { colour: "red" })],
    records,
    live: { "Toy/a": present({ colour: "blue" }) },
  });
  assert.is(changeOf(drifted, "Toy/a").reason.text, "changed outside ferry");
  assert.equal(
    drifted.drift.map((entry) => entry.fields.map((field) => [field.path, field.before, field.after])),
    [[["colour", "red", "blue"]]],
  );
  const edited = planOf({
    resources: [toy("a", { colour: "blue" })],
    records,
    live: { "Toy/a": present({ colour: "red" }) },
  });
  assert.is(changeOf(edited, "Toy/a").reason.text, "the configuration has changed");
  assert.equal(edited.drift, []);
});

decisions("drift that is declared by now needs no change", () => {
  const plan = planOf({
    resources: [toy("a", { colour: "blue" })],
    records: [recordedToy("a", { colour: "red" })],
    live: { "Toy/a": present({ colour: "blue" }) },
  });
  assert.is(changeOf(plan, "Toy/a").action, "no-op");
  assert.is(plan.drift.length, 1);
});

decisions("believe the record where live says nothing", () => {
  const records = [recordedToy("a", { colour: "red", tune: "do" })];
  const live = { "Toy/a": present({ colour: "red" }) };
  assert.is(only({ resources: [toy("a", { colour: "red", tune: "do" })], records, live }).action, "no-op");
  assert.is(only({ resources: [toy("a", { colour: "red", tune: "re" })], records, live }).action, "update");
  assert.is(only({ resources: [toy("a", { colour: "red" })], records, live }).action, "update");
});

decisions("mind what only live has where it is complete or a list, nowhere else", () => {
  const spec = { children: { x: 1 }, items: [{ id: 1 }], map: { x: 1 } };
  const records = [recordedToy("a", spec)];
  const paths = (live: object): string[] =>
    changeOf(
      planOf({ resources: [toy("a", spec)], records, live: { "Toy/a": present({ ...spec, ...live }) } }),
      "Toy/a",
    ).fields.map((field) => `${field.kind} ${field.path}`);
  assert.equal(paths({ children: { x: 1, y: 2 } }), ["removed children.y"]);
  assert.equal(paths({ children: {} }), ["added children.x"]);
  assert.equal(paths({ items: [{ id: 1 }, { id: 2 }] }), ["removed items[id=2]"]);
  assert.equal(paths({ map: { x: 1, y: 2 } }), []);
  assert.equal(paths({ map: {} }), []);
  assert.equal(paths({ map: { x: null } }), ["added map.x"]);
});

decisions("replace when a field forces it, in the order that is asked for", () => {
  const situation = (createBeforeDestroy: boolean): Situation => ({
    resources: [
      toy(
        "a",
        { place: "box" },
        { lifecycle: { preventDestroy: false, createBeforeDestroy, ignoreChanges: [] } },
      ),
    ],
    records: [recordedToy("a", { place: "shelf" })],
    live: { "Toy/a": present({ place: "shelf" }) },
  });
  const change = changeOf(planOf(situation(false)), "Toy/a");
  assert.equal(
    [change.action, change.replaceOrder, change.forcedBy],
    ["replace", "destroy-first", ["place"]],
  );
  assert.equal(change.steps, ["delete Toy/a", "create Toy/a"]);
  assert.is(changeOf(planOf(situation(true)), "Toy/a").replaceOrder, "create-first");
});

decisions("items of lists may come and go without a replacement", () => {
  const at = (items: object[]): Situation => ({
    resources: [toy("a", { items: [{ id: 1, shape: "o" }] })],
    records: [recordedToy("a", { items: [{ id: 1, shape: "o" }] })],
    live: { "Toy/a": present({ items: items as never }) },
  });
  assert.is(only(at([])).action, "update");
  assert.is(only(at([{ id: 1, shape: "x" }])).action, "replace");
});

decisions("delete what is no longer declared, forget what is gone besides", () => {
  const records = [recordedToy("a", {})];
  assert.equal(only({ records, live: { "Toy/a": present({}) } }), { action: "delete", code: "not-declared" });
  assert.equal(only({ records, live: { "Toy/a": ABSENT } }), { action: "forget", code: "already-gone" });
});

decisions("preventDestroy refuses deletion and replacement", () => {
  const live = { "Toy/a": present({ place: "shelf" }) };
  const guarded = recordedToy("a", { place: "shelf" }, { preventDestroy: true });
  for (const situation of [
    { records: [guarded], live },
    { records: [guarded], live, resources: [toy("a", { place: "box" }, { lifecycle: KEEP })] },
    {
      records: [guarded],
      live,
      resources: [toy("a", { place: "shelf" }, { lifecycle: KEEP })],
      mode: "destroy" as const,
    },
  ]) {
    assert.equal(codes(situation), ["prevent-destroy"]);
    assert.equal(acting(planOf(situation)), []);
  }
});

decisions("what a guarded resource needs is kept too", () => {
  const plan = planOf({
    records: [recordedToy("a", {}, { preventDestroy: true, dependsOn: ["Toy/b"] }), recordedToy("b", {})],
    live: { "Toy/a": present({}), "Toy/b": present({}) },
  });
  assert.equal(acting(plan), []);
});

decisions("ignoreChanges leaves fields as they are", () => {
  const resource = (ignoreChanges: string[]): Situation => ({
    resources: [
      toy(
        "a",
        { colour: "red", items: [{ id: 1, x: 1 }] },
        { lifecycle: { preventDestroy: false, createBeforeDestroy: false, ignoreChanges } },
      ),
    ],
    records: [recordedToy("a", { colour: "red", items: [{ id: 1, x: 1 }] })],
    live: { "Toy/a": present({ colour: "blue", items: [{ id: 1, x: 2 }] }) },
  });
  assert.is(only(resource(["colour", "items[*].x"])).action, "no-op");
  const half = changeOf(planOf(resource(["items[id=1].x"])), "Toy/a");
  assert.equal(
    half.fields.map((field) => field.path),
    ["colour"],
  );
  assert.equal(half.after?.["items"], [{ id: 1, x: 2 }]);
  assert.is(only(resource(["items[0]"])).action, "update");
});

decisions("an interrupted creation is gone on with", () => {
  const intent = {
    action: "create",
    startedAt: "2026-01-01T00:00:00Z",
    spec: { size: 1, tune: "do" },
  } as const;
  const record = recordedToy("a", {}, { spec: {}, live: null, identity: null, intent });
  const resources = [toy("a", { tune: "do" })];
  assert.equal(only({ resources, records: [record], live: { "Toy/a": ABSENT } }), {
    action: "create",
    code: "interrupted",
  });
  assert.equal(only({ resources, records: [record], live: { "Toy/a": present({}) } }), {
    action: "update",
    code: "interrupted",
  });
  assert.equal(only({ resources, records: [record], live: { "Toy/a": present({ tune: "do" }) } }), {
    action: "no-op",
    code: "interrupted",
  });
});

decisions("after an interrupted update neither spec is believed where live says nothing", () => {
  const intent = {
    action: "update",
    startedAt: "2026-01-01T00:00:00Z",
    spec: { size: 1, tune: "re" },
  } as const;
  const records = [recordedToy("a", { tune: "do" }, { intent })];
  for (const tune of ["do", "re"]) {
    const found = only({ resources: [toy("a", { tune })], records, live: { "Toy/a": present({}) } });
    assert.equal(found, { action: "update", code: "interrupted" });
  }
});

decisions("--no-refresh believes the state", () => {
  assert.is(only({ resources: [toy("a", { x: 1 })], records: [recordedToy("a", { x: 1 })] }).action, "no-op");
  assert.is(
    only({ resources: [toy("a", { x: 2 })], records: [recordedToy("a", { x: 1 })] }).action,
    "update",
  );
  assert.is(only({ resources: [toy("a", {})] }).action, "create");
});

decisions("an unknown kind is an error and nothing else", () => {
  const strange = toy("a", {}, { kind: "Alien" });
  const plan = planOf({ resources: [strange, toy("b", {})] });
  assert.equal(
    plan.diagnostics.map((one) => one.code),
    ["unknown-kind"],
  );
  assert.equal(acting(plan), ["Toy/b"]);
});

decisions("a circle is an error, the rest is planned", () => {
  const plan = planOf({
    resources: [toy("a", {}, { dependsOn: ["Toy/b"] }), toy("b", {}, { dependsOn: ["Toy/a"] }), toy("c", {})],
  });
  assert.equal(
    plan.diagnostics.map((one) => one.code),
    ["dependency-cycle"],
  );
  assert.equal(acting(plan), ["Toy/c"]);
});

decisions("refresh-only shows drift and does nothing", () => {
  const plan = planOf({
    resources: [toy("a", { x: 9 })],
    records: [recordedToy("a", { x: 1 }), recordedToy("b", {})],
    live: { "Toy/a": present({ x: 2 }), "Toy/b": ABSENT },
    mode: "refresh-only",
  });
  assert.equal(plan.changes, []);
  assert.equal(
    plan.drift.map((entry) => [entry.address, entry.status]),
    [
      ["Toy/a", "changed"],
      ["Toy/b", "gone"],
    ],
  );
});

decisions.run();

const unread = suite("what cannot be read");

unread("holds up itself and what needs it, nothing else", () => {
  const plan = planOf({
    resources: [toy("a", {}), toy("b", {}, { dependsOn: ["Toy/a"] }), toy("c", {})],
    records: [recordedToy("a", {})],
    live: { "Toy/a": UNREADABLE },
  });
  assert.equal(acting(plan), ["Toy/c"]);
  assert.equal(
    plan.diagnostics.map((one) => one.code),
    ["read-failed", "live-unreadable"],
  );
  assert.is(changeOf(plan, "Toy/b").reason.code, "blocked");
});

unread("counts as not there when what it depends on is only being made", () => {
  const plan = planOf({
    resources: [toy("a", {}), toy("b", {}, { dependsOn: ["Toy/a"] })],
    live: { "Toy/a": ABSENT, "Toy/b": UNREADABLE },
  });
  assert.equal(acting(plan), ["Toy/a", "Toy/b"]);
  assert.equal(plan.diagnostics, []);
});

unread("waits for the next plan when what it depends on is repaired", () => {
  const plan = planOf({
    resources: [toy("a", { x: 1 }), toy("b", {}, { dependsOn: ["Toy/a"] })],
    records: [recordedToy("a", { x: 1 }), recordedToy("b", {}, { dependsOn: ["Toy/a"] })],
    live: { "Toy/a": present({ x: 2 }), "Toy/b": UNREADABLE },
  });
  assert.equal(acting(plan), ["Toy/a"]);
  assert.equal(
    plan.diagnostics.map((one) => [one.severity, one.code]),
    [["warning", "plan-deferred"]],
  );
});

unread("is made anew with what it lives in", () => {
  const plan = planOf({
    resources: [toy("a", { place: "box" }), toy("b", { home: "Toy/a" }, { dependsOn: ["Toy/a"] })],
    records: [
      recordedToy("a", { place: "shelf" }),
      recordedToy("b", { home: "Toy/a" }, { dependsOn: ["Toy/a"] }),
    ],
    live: { "Toy/a": present({ place: "shelf" }), "Toy/b": present({ home: "Toy/a" }) },
  });
  assert.equal([changeOf(plan, "Toy/a").action, changeOf(plan, "Toy/b").action], ["replace", "create"]);
});

unread("holds up the deletion of what it needs", () => {
  const plan = planOf({
    records: [recordedToy("a", {}, { dependsOn: ["Toy/b"] }), recordedToy("b", {})],
    live: { "Toy/a": UNREADABLE, "Toy/b": present({}) },
  });
  assert.equal(acting(plan), []);
});

unread.run();

const references = suite("references");

const label = (name: string, field: string): { $expression: { address: string; path: string[] }[] } => ({
  $expression: [{ address: `Toy/${name}`, path: [field] }],
});

references("to outputs are known before anything is applied, attributes are not", () => {
  const plan = planOf({
    resources: [
      toy("a", { place: "box" }),
      toy("b", { hint: label("a", "label"), mood: label("a", "mood") }, { dependsOn: ["Toy/a"] }),
    ],
  });
  const change = changeOf(plan, "Toy/b");
  assert.equal(change.after, { size: 1, hint: "toy at box", mood: { $unknown: "Toy/a.mood" } });
  assert.equal(change.unknownPaths, ["mood"]);
  assert.equal(change.waitsFor, ["Toy/a"]);
});

references("to attributes of what stays are known", () => {
  const plan = planOf({
    resources: [toy("a", {}), toy("b", { mood: label("a", "mood") }, { dependsOn: ["Toy/a"] })],
    records: [recordedToy("a", {})],
    live: { "Toy/a": present({}, { mood: "glad" }) },
  });
  assert.is(changeOf(plan, "Toy/b").after?.["mood"], "glad");
});

references("to a field that is not there are an error", () => {
  const plan = planOf({
    resources: [toy("a", {}), toy("b", { x: label("a", "nothing") }, { dependsOn: ["Toy/a"] })],
    records: [recordedToy("a", {})],
    live: { "Toy/a": present({}) },
  });
  assert.equal(
    plan.diagnostics.map((one) => one.code),
    ["reference-without-value"],
  );
  assert.match(plan.diagnostics[0]?.summary ?? "", "Toy/a.nothing");
});

references.run();

const moves = suite("moves");

moves("keep what has a new address, over chains", () => {
  const plan = planOf({
    resources: [toy("c", {})],
    records: [recordedToy("a", {})],
    live: { "Toy/c": present({}) },
    moves: [
      { from: "Toy/a", to: "Toy/b" },
      { from: "Toy/b", to: "Toy/c" },
    ],
  });
  const change = changeOf(plan, "Toy/c");
  assert.equal([change.action, change.reason.code, change.movedFrom], ["no-op", "moved", "Toy/a"]);
  assert.is(plan.changes.length, 1);
});

moves("are refused when they would lose a record", () => {
  const refused = (resources: string[], records: string[]): string[] =>
    planOf({
      resources: resources.map((name) => toy(name, {})),
      records: records.map((name) => recordedToy(name, {})),
      moves: [{ from: "Toy/a", to: "Toy/b" }],
    }).diagnostics.map((one) => one.code);
  assert.equal(refused(["b"], ["a", "b"]), ["move-refused"]);
  assert.equal(refused(["a", "b"], ["a"]), ["move-refused"]);
  assert.equal(refused(["b"], ["a"]), []);
  assert.equal(refused(["b"], ["b"]), []);
});

moves("may follow each other, and are no problem afterwards", () => {
  const following = [
    { from: "Toy/a", to: "Toy/b" },
    { from: "Toy/b", to: "Toy/c" },
  ];
  const resources = [toy("b", {}), toy("c", {})];
  const plan = planOf({ resources, records: [recordedToy("a", {}), recordedToy("b", {})], moves: following });
  assert.equal(plan.diagnostics, []);
  assert.equal(
    plan.changes.map((change) => [change.address, change.movedFrom]),
    [
      ["Toy/b", "Toy/a"],
      ["Toy/c", "Toy/b"],
    ],
  );
  const after = planOf({
    resources,
    records: [recordedToy("b", {}), recordedToy("c", {})],
    moves: following,
  });
  assert.equal(after.diagnostics, []);
  assert.equal(
    after.changes.map((change) => change.movedFrom),
    [undefined, undefined],
  );
});

moves.run();
