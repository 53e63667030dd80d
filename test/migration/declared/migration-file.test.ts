/** The file of `zk-migrate --config`: accepted as it was given out, and every mistake with its place. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FileRequest, readMigrationFile } from "../../../src/migration/declared/migration-file.js";
import { planMigration } from "../../../src/migration/plan/plan.js";
import { schemaFile } from "../../../src/schema/schema-files.js";
import { isObject, type JsonObject } from "../../../src/value/json.js";
import { surveyFor } from "../specs.js";

const file = suite("file of zk-migrate");

const GIVEN = `migration:
  name: "prod-zk-migration-2024"
  source:
    zookeeper: "10.0.1.10:2181,10.0.1.11:2181,10.0.1.12:2181"
    mesos_masters: ["10.0.2.10:5050", "10.0.2.11:5050"]
    mesos_agents: ["10.0.3.10:5051", "10.0.3.11:5051"]
  target:
    zookeeper: "10.1.1.10:2181,10.1.1.11:2181,10.1.1.12:2181"
    mesos_masters: ["10.1.2.10:5050", "10.1.2.11:5050"]
    mesos_agents: ["10.1.3.10:5051", "10.1.3.11:5051"]
  sync:
    lag_threshold_ms: 100
    conflict_resolution: "last-write-wins"
    paths_to_sync: ["/mesos"]
  orchestration:
    require_manual_approval: true
    health_check_interval_sec: 10
    rollback_retention_hours: 72
  alerts:
    slack_webhook: "https://hooks.slack.com/..."
    email: ["ops@example.com"]
`;

function read(yaml: string, more: Partial<FileRequest> = {}) {
  const directory = mkdtempSync(join(tmpdir(), "ferry-file-"));
  try {
    writeFileSync(join(directory, "migration.yaml"), yaml);
    return readMigrationFile({ file: "migration.yaml", directory, ...more });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

file("the format is accepted exactly as it stands", () => {
  const { value, diagnostics } = read(GIVEN);
  assert.equal(
    diagnostics.map(({ severity, code }) => `${severity} ${code}`),
    ["warning plain-webhook"],
  );
  assert.ok(value);
  const { spec } = value;
  assert.is(spec.name, "prod-zk-migration-2024");
  assert.equal(spec.modes, { masters: "replace", agents: "replace" });
  assert.is(spec.source.zookeeper.connectString, "10.0.1.10:2181,10.0.1.11:2181,10.0.1.12:2181");
  assert.equal(
    spec.target.masters.servers.map(({ name }) => name),
    ["b-master 10.1.2.10:5050", "b-master 10.1.2.11:5050"],
  );
  assert.is(spec.target.masters.quorum, 2);
  assert.is(spec.limits.lagMs, 100);
  assert.is(spec.observeEverySeconds, 10);
  assert.is(spec.rollbackRetentionHours, 72);
  assert.equal(spec.approvals, [2, 3, 4, 5, 6]);
  assert.equal([spec.mesosPath, spec.extraPaths], ["/mesos", []]);
  assert.equal(spec.alerts?.email, ["ops@example.com"]);
  assert.equal(planMigration(spec, surveyFor(spec)).diagnostics, []);
});

file("the webhook in the file is kept out of the specification and of messages", () => {
  const { value, diagnostics } = read(
    GIVEN.replace("https://hooks.slack.com/...", "https://hooks.slack.com/T0/B0/topsecret"),
  );
  assert.ok(value);
  assert.not.match(JSON.stringify([value.spec, diagnostics]), /topsecret/);
  assert.is(
    value.secrets.get(value.spec.alerts?.slackWebhook ?? ""),
    "https://hooks.slack.com/T0/B0/topsecret",
  );
  const wrong = read(GIVEN.replace("https://hooks.slack.com/...", "topsecret and more"));
  assert.not.match(JSON.stringify(wrong.diagnostics), /topsecret/);
  const referred = read(GIVEN.replace("https://hooks.slack.com/...", "env:HOOK"));
  assert.equal([referred.diagnostics.length, referred.value?.spec.alerts?.slackWebhook], [0, "env:HOOK"]);
});

file("the command line gives connect strings and the key of the archive", () => {
  const { value } = read(GIVEN, { sourceZk: "s:2181", targetZk: "t:2181", archiveKey: "env:KEY" });
  assert.is(value?.spec.source.zookeeper.connectString, "s:2181");
  assert.is(value?.spec.target.zookeeper.connectString, "t:2181");
  assert.is(value?.spec.archiveKey, "env:KEY");
});

file("without servers of the target, or with the source's, they are repointed", () => {
  const without = GIVEN.replace(/ {4}mesos_masters: \["10.1.*\n {4}mesos_agents: \["10.1.*\n/, "");
  assert.equal(read(without).value?.spec.modes, { masters: "repoint", agents: "repoint" });
  const same = GIVEN.replace(`["10.1.3.10:5051", "10.1.3.11:5051"]`, `["10.0.3.11:5051", "10.0.3.10:5051"]`);
  assert.equal(read(same).value?.spec.modes, { masters: "replace", agents: "repoint" });
});

file("what is left out has defaults, and paths beside Mesos are carried over", () => {
  const short = GIVEN.slice(0, GIVEN.indexOf("  sync:"));
  const { value, diagnostics } = read(`${short}  sync:\n    paths_to_sync: [/config, /mesos]\n`);
  assert.equal(diagnostics, []);
  assert.equal([value?.spec.mesosPath, value?.spec.extraPaths], ["/mesos", ["/config"]]);
  assert.equal([value?.spec.limits.lagMs, value?.spec.observeEverySeconds], [100, 10]);
});

file("frameworks and quorums, which the format does not have, may be added", () => {
  const added = `  frameworks:
    - { name: marathon, kind: marathon, urls: ["http://10.0.4.10:8080"], zookeeper_path: /marathon }
    - { name: spark }
`;
  const { value } = read(GIVEN.replace("  target:\n", "    mesos_quorum: 2\n  target:\n") + added);
  assert.equal(
    value?.spec.frameworks.map(({ kind, zookeeperPath, electionPaths }) => [
      kind,
      zookeeperPath,
      electionPaths,
    ]),
    [
      ["marathon", "/marathon", ["/marathon/leader-curator"]],
      ["other", null, []],
    ],
  );
  assert.is(value?.spec.source.masters.quorum, 2);
});

const WRONG: readonly (readonly [string, string, string, string])[] = [
  ["an unknown key", "    lag_threshold_ms: 100", "    lag_treshold_ms: 100", "unknown-field 12:5"],
  ["an unknown key at the top", "migration:\n", "version: 2\nmigration:\n", "unknown-field 1:1"],
  [
    "a wrong type",
    "require_manual_approval: true",
    "require_manual_approval: yes please",
    "wrong-type 16:30",
  ],
  ["a strategy that is none", `"last-write-wins"`, "newest", "wrong-value 13:26"],
  ["an address without a port", `"10.0.2.10:5050"`, `"10.0.2.10"`, "bad-form 5:21"],
  ["no name", `  name: "prod-zk-migration-2024"\n`, "", "missing-field 1:1"],
  ["no ensemble", `    zookeeper: "10.1.1.10:2181,10.1.1.11:2181,10.1.1.12:2181"\n`, "", "missing-field 8:5"],
  ["one ensemble twice", "10.1.1.10:2181", "10.0.1.10:2181", "migration-same-ensemble 8:16"],
  [
    "some servers of the source",
    `["10.1.2.10:5050", "10.1.2.11:5050"]`,
    `["10.1.2.10:5050", "10.0.2.11:5050"]`,
    "migration-mode 9:39",
  ],
  ["broken YAML", "migration:\n", "migration: {\n", "yaml-syntax"],
];

for (const [what, from, to, expected] of WRONG) {
  file(`refused with its place: ${what}`, () => {
    assert.ok(GIVEN.includes(from));
    const { value, diagnostics } = read(GIVEN.replace(from, to));
    assert.is(value, undefined);
    const [first] = diagnostics;
    const place =
      first?.source === undefined ? "" : ` ${first.source.start.line}:${first.source.start.column}`;
    assert.ok(`${first?.code}${place}`.startsWith(expected), `${first?.code}${place}: ${first?.summary}`);
    assert.ok(first?.remedy !== undefined && first.source?.file === "migration.yaml");
  });
}

file("a file that is not there, empty, or two documents", () => {
  assert.is(read(GIVEN, { file: "other.yaml" }).diagnostics[0]?.code, "unreadable-file");
  assert.is(read("").diagnostics[0]?.code, "not-a-document");
  assert.is(read(`${GIVEN}---\n${GIVEN}`).diagnostics[0]?.code, "not-a-document");
  assert.is(read("- a\n").diagnostics[0]?.code, "not-a-document");
});

function fieldsOf(node: JsonObject): (readonly [string, JsonObject])[] {
  const properties = node["properties"];
  if (!isObject(properties)) return [];
  return Object.entries(properties).flatMap(([name, field]) =>
    isObject(field) ? [[name, field] as const, ...fieldsOf(field)] : [],
  );
}

file("its schema holds for its example, and every field is explained", () => {
  const schema = schemaFile("MigrationFile.schema.json");
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema(schemaFile("common.schema.json"), "common.schema.json");
  const validate = ajv.compile(schema);
  for (const example of Array.isArray(schema["examples"]) ? schema["examples"] : [])
    assert.ok(validate(example), JSON.stringify(validate.errors));
  const lacking = fieldsOf(schema).filter(
    ([, field]) =>
      field["$ref"] === undefined &&
      !["title", "description", "examples"].every((key) => field[key] !== undefined),
  );
  assert.equal(lacking, []);
});

file.run();
