/**
 * A plan right after an apply is empty: what was written and what Marathon answers are equal in their canonical forms, for
 * every example document and for made-up apps against a model of the server.
 */
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { normaliseApp } from "../../src/marathon/normalise/app.js";
import {
  appAsWanted,
  groupAsWanted,
  podAsWanted,
  servicePorts,
} from "../../src/marathon/normalise/assigned.js";
import { normaliseGroup } from "../../src/marathon/normalise/group.js";
import { normalisePod } from "../../src/marathon/normalise/pod.js";
import type { JsonObject } from "../../src/value/json.js";
import { example, objectIn } from "./examples.js";
import { serverView } from "./server-view.js";
import { writtenApp } from "./written-apps.js";

const normal = suite("canonical definitions");

/** The live definition as it is compared with the written one, in the group of that. */
function comparable(live: JsonObject, wanted: JsonObject): JsonObject {
  return appAsWanted(normaliseApp(live), wanted);
}

normal("an app in bridge mode: request, 201 and later GET are equal", () => {
  const wanted = normaliseApp(objectIn(example("01-app-create-request")));
  const created = objectIn(example("02-app-create-response-201"));
  const live = objectIn(example("03-app-get-response"), "app");
  assert.equal(comparable(created, wanted), wanted);
  assert.equal(comparable(live, wanted), wanted);
  assert.equal(servicePorts(normaliseApp(live)), [10004]);
});

normal("an app with the host's network and ports that were given out", () => {
  const pair = example("04-app-host-network-pair");
  const wanted = normaliseApp(objectIn(pair, "request", "body"));
  assert.equal(comparable(objectIn(pair, "laterGet", "body", "app"), wanted), wanted);
  assert.equal(comparable(objectIn(example("12-queue"), "queue", 0, "app"), wanted), wanted);
});

normal("the old notation of networks, ports and uris", () => {
  const pair = example("05-app-legacy-pair");
  const written = objectIn(pair, "request", "body");
  const { container: _old, uris: _uris, ...rest } = written;
  const wanted = normaliseApp(written);
  assert.equal(comparable({ ...rest, ...objectIn(pair, "partsOfLaterGetThatDiffer") }, wanted), wanted);
});

normal("a full replacement says the same as the definition without what it unsets", () => {
  const replaced = objectIn(example("06-app-update-bodies"), "fullReplacementThatUnsetsUser", "body");
  const { user: _user, ...live } = objectIn(example("04-app-host-network-pair"), "laterGet", "body", "app");
  const wanted = normaliseApp(replaced);
  assert.equal(comparable({ ...live, instances: 5 }, wanted), wanted);
});

normal("a group with relative ids, and members in any order", () => {
  const wanted = normaliseGroup(objectIn(example("07-group-put-request")), "/shop");
  const answer = objectIn(example("08-group-get-response"));
  const live = normaliseGroup(answer, "/shop");
  assert.equal(groupAsWanted(live, wanted), wanted);
  const apps = [...(answer["apps"] as JsonObject[]), { id: "/shop/a", cmd: "sleep 1" }];
  assert.equal(
    normaliseGroup({ ...answer, apps }, "/shop"),
    normaliseGroup({ ...answer, apps: [...apps].reverse() }, "/shop"),
  );
});

normal("a group that lists no apps or groups has no business with those that are there", () => {
  const wanted = normaliseGroup({ dependencies: ["db"] }, "/shop");
  const live = normaliseGroup(
    { ...objectIn(example("08-group-get-response")), dependencies: ["/shop/db"] },
    "/shop",
  );
  assert.equal(groupAsWanted(live, wanted), { dependencies: ["/shop/db"] });
});

normal("a pod: request, GET and the spec within its status are equal", () => {
  const pod = example("18-pod-create-get-status");
  const wanted = normalisePod(objectIn(pod, "create", "body"));
  for (const path of [
    ["get", "body"],
    ["status", "body", "spec"],
  ])
    assert.equal(podAsWanted(normalisePod(objectIn(pod, ...path)), wanted), wanted);
});

normal("a pod's volumes, placement and images", () => {
  const written: JsonObject = {
    id: "/shop/db",
    networks: [{ name: "dmz" }],
    volumes: [{ name: "data", persistent: { size: 10 } }],
    scheduling: { placement: { acceptedResourceRoles: ["shop", "*"], constraints: [] } },
    containers: [
      {
        name: "db",
        resources: { cpus: 1, mem: 64 },
        image: { kind: "DOCKER", id: "r.test/db:1" },
        endpoints: [{ name: "sql", containerPort: 5432 }],
        volumeMounts: [{ name: "data", mountPath: "/data" }],
        artifacts: [{ uri: "https://f.test/a.tgz" }],
      },
    ],
  };
  const found = normalisePod(written);
  assert.equal(found["scheduling"], {
    backoff: { backoff: 1, backoffFactor: 1.15, maxLaunchDelay: 300 },
    upgrade: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    killSelection: "YOUNGEST_FIRST",
    unreachableStrategy: "disabled",
    placement: { acceptedResourceRoles: ["*", "shop"] },
  });
  assert.equal(objectIn(found, "containers", 0, "endpoints", 0), {
    name: "sql",
    containerPort: 5432,
    protocol: ["tcp"],
  });
  assert.equal(objectIn(found, "volumes", 0, "persistent"), { size: 10, type: "root" });
  assert.equal(normalisePod(found), found);
});

normal("made-up apps are equal to what the server would answer", () => {
  void fc.assert(
    fc.property(writtenApp, fc.nat(500), (written, seed) => {
      const wanted = normaliseApp(written);
      assert.equal(comparable(serverView(written, seed), wanted), wanted);
    }),
    { numRuns: 3000 },
  );
});

normal("made-up groups are equal to what the server would answer, in whatever order", () => {
  void fc.assert(
    fc.property(fc.array(writtenApp, { maxLength: 3 }), fc.nat(500), (written, seed) => {
      // In a group relative ids are seen from there; the model of the server knows the root only.
      const apps = written.map((app, at) => ({ ...app, dependencies: [], id: `app-${at}` }));
      const wanted = normaliseGroup({ apps, groups: [{ id: "below", apps }] }, "/shop");
      const shown = (group: string): JsonObject[] =>
        apps.map((app) => serverView({ ...app, id: `${group}/${app.id}` }, seed)).reverse();
      const empty = { groups: [], pods: [], dependencies: [], version: "v" };
      const below = { ...empty, id: "/shop/below", apps: shown("/shop/below") };
      const live = { ...empty, id: "/shop", apps: shown("/shop"), groups: [below], enforceRole: false };
      assert.equal(groupAsWanted(normaliseGroup(live, "/shop"), wanted), wanted);
      assert.equal(normaliseGroup(wanted, "/shop"), wanted);
    }),
    { numRuns: 500 },
  );
});

normal("the canonical form of a canonical form is itself, and the server reads it as the same app", () => {
  void fc.assert(
    fc.property(writtenApp, fc.nat(500), (written, seed) => {
      const wanted = normaliseApp(written);
      assert.equal(normaliseApp(wanted), wanted);
      // What is sent is the canonical form.
      assert.equal(comparable(serverView(wanted, seed), wanted), wanted);
    }),
    { numRuns: 1000 },
  );
});

normal("another value of any field is a difference", () => {
  const changes: JsonObject[] = [
    { cmd: "sleep 61" },
    { instances: 77 },
    { labels: { changed: "yes" } },
    { upgradeStrategy: { minimumHealthCapacity: 0.1, maximumOverCapacity: 0.9 } },
    { healthChecks: [{ protocol: "COMMAND", command: { value: "other" } }] },
    { constraints: [["changed", "UNIQUE"]] },
    { user: "changed" },
  ];
  void fc.assert(
    fc.property(writtenApp, fc.constantFrom(...changes), fc.nat(500), (written, change, seed) => {
      const wanted = normaliseApp(written);
      const live = comparable(serverView({ ...written, ...change }, seed), wanted);
      assert.not.equal(live, wanted);
    }),
  );
});

normal("what is known only later and secrets stay as they are", () => {
  const unknown = { $unknown: "ZNode/x.path" };
  const expression = { $expression: [{ address: "Host/h", path: ["address"] }] };
  const app = normaliseApp({
    id: "/a",
    cmd: unknown,
    instances: expression,
    container: unknown,
    env: { A: expression },
    healthChecks: [unknown],
  });
  assert.equal(
    [app["cmd"], app["instances"], app["container"], app["env"], app["healthChecks"]],
    [unknown, expression, unknown, { A: expression }, [unknown]],
  );
});

normal.run();
