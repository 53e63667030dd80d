/** Edits of a state: the serial rises by one, nothing else changes than what was asked for, and refusals change nothing. */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { DiagnosticError } from "../../src/diagnostics/diagnostic.js";
import type { Json } from "../../src/value/json.js";
import {
  abandonIntent,
  beginIntent,
  combineEdits,
  emptyState,
  failIntent,
  finishIntent,
  moveResource,
  putResource,
  recordOf,
  refreshResource,
  removeResource,
  type StateEdit,
  stampState,
} from "../../state/edit.js";
import type { Intent, State } from "../../state/model.js";
import { stateProblems } from "../../state/validate.js";
import { anyState, LINEAGE, record } from "./sample.js";

const edit = suite("state edits");
const intent: Intent = { action: "create", startedAt: "2026-01-02T03:04:05.000Z", spec: { path: "/a" } };
const seed = {
  address: "ZNode/a",
  kind: "ZNode",
  provider: "zookeeper",
  dependsOn: [],
  sensitivePaths: [],
  preventDestroy: false,
};
const applied = { ...record("ZNode/a"), appliedAt: "2026-01-02T03:05:00.000Z" };

function start(...addresses: string[]): State {
  return addresses.reduce(
    (state, address) => putResource(state, record(address)),
    emptyState(LINEAGE, "0.1.0"),
  );
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostics[0]?.code ?? "";
    throw error;
  }
  return "accepted";
}

edit("an empty state was never written", () => {
  const state = emptyState(LINEAGE, "0.1.0");
  assert.is(state.serial, 0);
  assert.equal(state.resources, {});
});

edit("a creation is on record before it begins, and whole when it is done", () => {
  const begun = beginIntent(start(), seed, intent);
  assert.equal(recordOf(begun, "ZNode/a")?.intent, intent);
  assert.is(recordOf(begun, "ZNode/a")?.identity, null);
  const done = finishIntent(begun, applied);
  assert.is(recordOf(done, "ZNode/a")?.intent, undefined);
  assert.equal(recordOf(done, "ZNode/a")?.identity, applied.identity);
  assert.is(done.serial, 2);
});

edit("an update keeps what was applied last while it is under way", () => {
  const before = start("ZNode/a");
  const begun = beginIntent(before, { ...seed, provider: "other" }, { ...intent, action: "update" });
  const { intent: _intent, ...rest } = recordOf(begun, "ZNode/a") ?? record("ZNode/none");
  assert.equal(rest, recordOf(before, "ZNode/a"));
});

edit("a failure keeps the intent and what is known of the thing", () => {
  const failed = failIntent(beginIntent(start(), seed, intent), "ZNode/a", { path: "/a" });
  assert.equal(recordOf(failed, "ZNode/a")?.identity, { path: "/a" });
  assert.equal(recordOf(failed, "ZNode/a")?.intent, intent);
  const unknown = failIntent(failed, "ZNode/a", null);
  assert.equal(recordOf(unknown, "ZNode/a")?.identity, { path: "/a" });
});

edit("an intent of which nothing was begun leaves no trace", () => {
  const empty = start();
  assert.equal(abandonIntent(beginIntent(empty, seed, intent), "ZNode/a").resources, empty.resources);
  const known = start("ZNode/a");
  const update = beginIntent(known, seed, { ...intent, action: "update" });
  assert.equal(abandonIntent(update, "ZNode/a").resources, known.resources);
});

edit("a move takes the dependencies of others along", () => {
  const state = putResource(
    start("ZNode/a"),
    record("ZNode/b", { dependsOn: ["ZNode/a", "ZNode/z"], intent: { ...intent, action: "update" } }),
  );
  const moved = moveResource(state, "ZNode/a", 'module.x["k.1/2"].Module/z'.replace("Module", "ZNode"));
  assert.equal(Object.keys(moved.resources).sort(), ["ZNode/b", 'module.x["k.1/2"].ZNode/z']);
  assert.equal(recordOf(moved, "ZNode/b")?.dependsOn, ["ZNode/z", 'module.x["k.1/2"].ZNode/z']);
  assert.is(moved.serial, state.serial + 1);
});

edit("refuses what makes no sense and says so", () => {
  const state = start("ZNode/a", "ZNode/b");
  assert.is(
    codeOf(() => removeResource(state, "ZNode/c")),
    "state-no-such-resource",
  );
  assert.is(
    codeOf(() => moveResource(state, "ZNode/c", "ZNode/d")),
    "state-no-such-resource",
  );
  assert.is(
    codeOf(() => moveResource(state, "ZNode/a", "ZNode/b")),
    "state-address-taken",
  );
  assert.is(
    codeOf(() => moveResource(state, "ZNode/a", "Host/a")),
    "state-move-kind",
  );
  assert.is(
    codeOf(() => failIntent(state, "toString", null)),
    "state-no-such-resource",
  );
});

edit("several edits are one step", () => {
  const state = combineEdits(start("ZNode/a"), [
    (each) => putResource(each, record("ZNode/b")),
    (each) => removeResource(each, "ZNode/a"),
    (each) => stampState(each, "0.2.0", null),
  ]);
  assert.is(state.serial, 2);
  assert.is(state.ferryVersion, "0.2.0");
  assert.equal(Object.keys(state.resources), ["ZNode/b"]);
});

edit(
  "any edit raises the serial by one, keeps the lineage and the other records, and leaves the old state alone",
  () => {
    const choice = fc.constantFrom("put", "remove", "move", "begin", "finish", "fail", "refresh", "abandon");
    fc.assert(
      fc.property(anyState, choice, fc.nat(), (state, kind, pick) => {
        const before = JSON.stringify(state);
        const addresses = Object.keys(state.resources);
        const address = addresses[pick % Math.max(1, addresses.length)] ?? "ZNode/none";
        let next: State;
        try {
          next = editOf(kind, address)(state);
        } catch (error) {
          assert.instance(error, DiagnosticError);
          assert.is(JSON.stringify(state), before);
          return;
        }
        assert.is(JSON.stringify(state), before);
        assert.is(next.serial, state.serial + 1);
        assert.is(next.lineage, state.lineage);
        assert.equal(stateProblems(next as unknown as Json), []);
        for (const other of addresses) {
          if (other === address || kind === "move") continue;
          assert.is(next.resources[other], state.resources[other], "untouched records are shared");
        }
      }),
      { numRuns: 300 },
    );
  },
);

function editOf(kind: string, address: string): StateEdit {
  switch (kind) {
    case "put":
      return (state) => putResource(state, record(address));
    case "remove":
      return (state) => removeResource(state, address);
    case "move":
      return (state) => moveResource(state, address, "ZNode/moved there");
    case "begin":
      return (state) => beginIntent(state, { ...seed, address }, intent);
    case "finish":
      return (state) => finishIntent(state, { ...applied, address });
    case "fail":
      return (state) => failIntent(state, address, null);
    case "refresh":
      return (state) => refreshResource(state, address, null, {});
    default:
      return (state) => abandonIntent(state, address);
  }
}

edit.run();
