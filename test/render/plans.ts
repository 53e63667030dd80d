/** Plans as they look in practice, made by the planner from small platforms. Input of the golden files. */
import type { FieldRules, KindHandler, ReadResult } from "../../providers/provider.js";
import type { DesiredResource } from "../../src/config/desired.js";
import type { Plan } from "../../src/plan/plan.js";
import { planChanges } from "../../src/plan/planner.js";
import type { JsonObject } from "../../src/value/json.js";
import type { RecordedResource } from "../../state/model.js";
import { desiredOf, inputOf, PLAIN_RULES, recordedToy, stateOf, toy, toyHandler } from "../plan/toy.js";

function handler(
  kind: string,
  provider: string,
  rules: Partial<FieldRules>,
  steps: KindHandler["describeSteps"],
): KindHandler {
  return {
    ...toyHandler,
    kind,
    provider,
    rules: { ...PLAIN_RULES, ...rules },
    normalise: (spec) => spec,
    outputs: (spec) =>
      kind === "ZooKeeperEnsemble" ? { connectString: `10.0.0.1:${String(spec["port"])}` } : {},
    attributeNames: ["leader"],
    describeSteps: steps,
  };
}

const HANDLERS = new Map(
  [
    handler("Host", "hosts", { forcesReplacement: ["address"] }, () => []),
    handler("ZooKeeperEnsemble", "zookeeper", { keyedLists: { servers: "id" } }, (change) =>
      change.action === "update"
        ? [
            "restart server 2 (follower), wait until it serves",
            "restart server 3 (leader), wait until it serves",
          ]
        : change.action === "create"
          ? ["start server 1", "start server 2", "start server 3, wait for a quorum"]
          : ["stop all servers", "remove their data"],
    ),
    handler(
      "ZNode",
      "zookeeper",
      {
        forcesReplacement: ["path"],
        sensitive: ["data.password"],
        textFields: ["data"],
        completeObjects: ["children"],
        livesIn: ["ensemble"],
      },
      () => [],
    ),
  ].map((one) => [one.kind, one] as const),
);

function of(
  kind: string,
  name: string,
  spec: JsonObject,
  more: Partial<DesiredResource> = {},
): DesiredResource {
  return { ...toy(name, spec, more), address: `${kind}/${name}`, kind };
}

function recorded(resource: DesiredResource, more: Partial<RecordedResource> = {}): RecordedResource {
  const { address, kind, name, spec, dependsOn } = resource;
  const provider = HANDLERS.get(kind)?.provider ?? "";
  return { ...recordedToy(name, spec, { dependsOn }), address, kind, provider, spec, live: spec, ...more };
}

function live(spec: JsonObject): ReadResult {
  return { status: "present", live: spec, attributes: {}, identity: null, diagnostics: [] };
}

const absent: ReadResult = { status: "absent", diagnostics: [] };

const HOST = of("Host", "h1", {
  address: "10.0.0.1",
  runtime: { process: { java: "java", workDir: ".ferry/hosts/h1" } },
});
const servers = (running: boolean, host = "Host/h1"): JsonObject[] =>
  [1, 2, 3].map((id) => ({ id, host, clientPort: 2180 + id, running: id === 3 ? running : true }));
const ensemble = (tick: number, more: JsonObject = {}): DesiredResource =>
  of(
    "ZooKeeperEnsemble",
    "zk-a",
    {
      port: 2181,
      servers: servers(true),
      settings: { tickTime: tick, initLimit: 10, "jute.maxbuffer": 1_048_575 },
      jvm: { heap: "256m", options: ["-XX:+UseG1GC"] },
      superuser: { password: { $secret: "env:ZK_SUPER", fingerprint: "1f" } },
      ...more,
    },
    { dependsOn: ["Host/h1"] },
  );
const CONFIG = "db.host = db-1\ndb.port = 5432\npool = 10\ntimeout = 30s\nretries = 3\n";
const znode = (name: string, path: string, data: string, more: JsonObject = {}): DesiredResource =>
  of(
    "ZNode",
    name,
    { ensemble: "ZooKeeperEnsemble/zk-a", path, data, ...more },
    { dependsOn: ["ZooKeeperEnsemble/zk-a"] },
  );

interface Parts {
  readonly resources: readonly DesiredResource[];
  readonly records?: readonly RecordedResource[];
  readonly live: Readonly<Record<string, ReadResult>>;
  readonly more?: Partial<ReturnType<typeof inputOf>>;
}

function plan(parts: Parts): Plan {
  const records = parts.records ?? [];
  return planChanges({
    ...inputOf({ resources: parts.resources, live: parts.live }),
    desired: desiredOf(parts.resources),
    recorded: records.length === 0 ? null : stateOf(records, 12),
    handlers: HANDLERS,
    git: { commit: "4f2c1d9e8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e", branch: "main", dirty: false },
    ...parts.more,
  });
}

function first(): Plan {
  const hint = { $expression: ["leader is ", { address: "ZooKeeperEnsemble/zk-a", path: ["leader"] }] };
  const resources = [
    HOST,
    ensemble(2000),
    znode("config", "/config", CONFIG),
    znode("hint", "/hint", "", { note: hint }),
  ];
  return plan({ resources, live: Object.fromEntries(resources.map((one) => [one.address, absent])) });
}

function changes(): Plan {
  const old = [
    HOST,
    ensemble(2000),
    znode("config", "/config", CONFIG),
    znode("moved", "/old", "x"),
    znode("gone", "/gone", "x"),
    znode("calm", "/calm", "x"),
  ];
  const now = [
    HOST,
    ensemble(3000, {
      jvm: {
        heap: "512m",
        options: ["-XX:+UseG1GC", "-XX:MaxGCPauseMillis=50", "-Djute.maxbuffer=4194304", "-Xlog:gc"],
      },
      superuser: { password: { $secret: "env:ZK_SUPER", fingerprint: "2e" } },
      metrics: { provider: "prometheus" },
    }),
    znode(
      "config",
      "/config",
      CONFIG.replace("pool = 10", "pool = 20").replace("retries = 3\n", "retries = 5\nnew = `yes`\n"),
    ),
    znode("moved", "/new", "x"),
    znode("calm", "/calm", "x"),
  ];
  const readings = Object.fromEntries(old.map((one) => [one.address, live(one.spec)]));
  return plan({
    resources: now,
    records: old.map((one) => recorded(one)),
    live: {
      ...readings,
      "ZooKeeperEnsemble/zk-a": live({ ...ensemble(2000).spec, servers: servers(false) }),
    },
    more: { git: { commit: "4f2c1d9e8b7a6f5e4d3c2b1a0f9e8d7c6b5a4f3e", branch: null, dirty: true } },
  });
}

function nothing(): Plan {
  const resources = [HOST, ensemble(2000)];
  return plan({
    resources,
    records: resources.map((one) => recorded(one)),
    live: Object.fromEntries(resources.map((one) => [one.address, live(one.spec)])),
  });
}

function problems(): Plan {
  const resources = [
    HOST,
    ensemble(2000),
    znode("config", "/config", CONFIG),
    of("ZNode", "free", { path: "/x|y", data: "<b>" }),
  ];
  const unreadable: ReadResult = {
    status: "unreadable",
    diagnostics: [
      { severity: "error", code: "read-failed", summary: "no answer from 10.0.0.1:2181 within 10 s" },
    ],
  };
  return plan({
    resources,
    records: resources.slice(0, 3).map((one) => recorded(one)),
    live: {
      "Host/h1": live(HOST.spec),
      "ZooKeeperEnsemble/zk-a": unreadable,
      "ZNode/config": unreadable,
      "ZNode/free": live({ path: "/x|y" }),
    },
  });
}

function hostile(): Plan {
  const data =
    "```\n</details><script>alert(1)</script>\n````diff\n@everyone #1 [x](http://x)\n\u001b[31mred\u001b[0m\n\u202egnirts\n";
  return plan({
    resources: [of("ZNode", "hostile", { path: "/a`b|<img src=x>\n### title", data, "k`e\ny": "![x](y)" })],
    live: { "ZNode/hostile": absent },
  });
}

function destroy(): Plan {
  const resources = [HOST, ensemble(2000), znode("config", "/config", "x")];
  return plan({
    resources,
    records: resources.map((one) => recorded(one)),
    live: Object.fromEntries(resources.map((one) => [one.address, live(one.spec)])),
    more: { mode: "destroy" },
  });
}

/** By the name of their golden files. */
export const PLANS: Readonly<Record<string, () => Plan>> = {
  first,
  changes,
  nothing,
  problems,
  hostile,
  destroy,
};

/** A plan with very much in it. */
export function largePlan(resources: number): Plan {
  const many = Array.from({ length: resources }, (_, at) =>
    of("ZNode", `n${String(at).padStart(6, "0")}`, {
      path: `/n/${at}`,
      data: `line ${at}\nline two\n`,
      note: "x".repeat(at % 50),
    }),
  );
  return plan({ resources: many, live: Object.fromEntries(many.map((one) => [one.address, absent])) });
}
