/** What a server of a deployed resource is started with when it moves to the other ZooKeeper. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { startedWith } from "../../../src/migration/actions/changed-spec.js";
import type { ServerChange } from "../../../src/migration/actions/server-control.js";
import type { Role } from "../../../src/migration/actions/servers.js";
import type { MigrationSpec } from "../../../src/migration/model/spec.js";
import type { JsonObject } from "../../../src/value/json.js";
import { specOf } from "../platform.js";

const changed = suite("specs of servers that move");
const AUTH = { $secret: "env:ZK" };

function migration(target: string | null): MigrationSpec {
  const base = specOf({ a: "a:2181", b: "b1:2181,b2:2181" }, { mode: "replace" });
  const masters = {
    ...base.source.masters,
    resource: "MesosMasters/a",
    spec: { zookeeper: { ensemble: "ZooKeeperEnsemble/a", path: "/mesos", auth: AUTH } },
  };
  const zookeeper = { ...base.source.zookeeper, resource: "ZooKeeperEnsemble/a" };
  return {
    ...base,
    source: { ...base.source, zookeeper, masters },
    target: { ...base.target, masters: { ...base.target.masters, resource: target } },
  };
}

/** Of a server that is declared on A. */
function changedSpec(
  of: MigrationSpec,
  role: Role,
  spec: JsonObject,
  change: ServerChange,
): JsonObject | null {
  return startedWith(of, { role, spec, home: "a" }, change);
}

changed("a master gets the quorum and the place, and keeps its credentials", () => {
  const spec = { zookeeper: { ensemble: "ZooKeeperEnsemble/a", path: "/mesos", auth: AUTH }, quorum: 2 };
  assert.equal(changedSpec(migration(null), "master", spec, { quorum: 3, zookeeper: "b" }), {
    zookeeper: { connectString: "b1:2181,b2:2181", path: "/mesos", auth: AUTH },
    quorum: 3,
  });
  assert.equal(changedSpec(migration(null), "master", spec, { quorum: 2, zookeeper: "a" }), spec);
});

changed("agents follow the declared masters of the other side", () => {
  const spec = { masters: "MesosMasters/a", agents: [] };
  const moved = { masters: "MesosMasters/b", agents: [] };
  assert.equal(changedSpec(migration("MesosMasters/b"), "agent", spec, { zookeeper: "b" }), moved);
  assert.equal(changedSpec(migration("MesosMasters/b"), "agent", spec, { zookeeper: "a" }), spec);
});

changed(
  "agents of masters that are repointed themselves get the place, with the masters' credentials",
  () => {
    const spec = { masters: "MesosMasters/a", agents: [] };
    for (const target of [null, "MesosMasters/a"]) {
      assert.equal(changedSpec(migration(target), "agent", spec, { zookeeper: "b" }), {
        zookeeper: { connectString: "b1:2181,b2:2181", path: "/mesos", auth: AUTH },
        agents: [],
      });
      assert.equal(changedSpec(migration(target), "agent", spec, { zookeeper: "a" }), spec);
    }
  },
);

changed("a framework gets both: where its masters are, and where its state is", () => {
  const spec = {
    zookeeper: { ensemble: "ZooKeeperEnsemble/a", path: "/marathon", auth: AUTH },
    masters: "MesosMasters/a",
  };
  assert.equal(changedSpec(migration(null), "framework", spec, { zookeeper: "b" }), {
    zookeeper: { connectString: "b1:2181,b2:2181", path: "/marathon", auth: AUTH },
    master: "zk://b1:2181,b2:2181/mesos",
    masterAuth: AUTH,
  });
});

changed.run();
