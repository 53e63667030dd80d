/** Which subtrees a migration keeps in step. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { syncedPaths } from "../../../src/migration/coordination/sync-spec.js";
import { specOf } from "../platform.js";

const paths = suite("paths of the migration's synchronisation");
const BASE = specOf({ a: "a:2181", b: "b:2181" }, { mode: "replace", marathon: true });

paths("Mesos and the state of frameworks, without their elections", () => {
  assert.equal(syncedPaths({ ...BASE, extraPaths: ["/config"] }), [
    { a: "/mesos", b: "/mesos", exclude: [] },
    { a: "/marathon", b: "/marathon", exclude: ["/marathon/leader-curator"] },
    { a: "/config", b: "/config", exclude: [] },
  ]);
});

paths("what lies in another one is not copied twice, and elections stay out of a wider one", () => {
  assert.equal(syncedPaths({ ...BASE, extraPaths: ["/", "/mesos"] }), [
    { a: "/", b: "/", exclude: ["/marathon/leader-curator"] },
  ]);
});

paths.run();
