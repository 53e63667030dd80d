/**
 * The shape of the code: imports point one way, providers are reached only through their interface, the planner and
 * the renderings touch no file and no network, and files stay small.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installRoot } from "../src/install/root.js";

const root = installRoot();
const COMMON = ["src/value", "src/diagnostics", "src/install"];

/** Folder → the folders it may import from, besides itself and COMMON. A folder that is not listed fails the test. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/value": [],
  "src/diagnostics": [],
  "src/install": [],
  "src/schema": [],
  "src/zookeeper": [],
  "src/http": [],
  "src/marathon": ["src/http"],
  "src/mesos": ["src/http", "src/zookeeper"],
  "src/config": ["src/schema", "src/sync", "src/sync/paths", "src/marathon", "src/mesos"],
  "src/secrets": ["src/config", "providers"],
  "src/git": ["state"],
  "src/schedule": [],
  state: ["state/local", "state/upgrade", "state/zookeeper", "src/config", "src/zookeeper", "providers"],
  "state/local": ["state"],
  "state/upgrade": ["state"],
  "state/zookeeper": ["state", "src/zookeeper", "src/config", "providers"],
  "src/plan": ["src/config", "state", "providers"],
  "src/render": [
    "src/plan",
    "state",
    "src/config",
    "src/sync",
    "src/migration/model",
    "src/migration/plan",
    "src/migration/quorum",
    "src/migration/gates",
    "src/migration/engine",
    "src/migration/report",
  ],
  "src/render/migration": [
    "src/render",
    "src/migration/model",
    "src/migration/plan",
    "src/migration/quorum",
    "src/migration/engine",
    "src/migration/gates",
    "src/migration/report",
  ],
  "src/live": ["src/config", "src/plan", "src/schedule", "state", "providers"],
  "src/apply": ["src/config", "src/plan", "src/live", "src/schedule", "state", "providers"],
  providers: [
    "providers/process",
    "providers/docker",
    "providers/deployed",
    "providers/frameworks",
    "providers/host",
    "providers/zookeeper",
    "providers/marathon",
    "providers/mesos",
    "providers/migration",
    "src/zookeeper",
  ],
  "providers/host": ["providers"],
  "providers/process": ["providers"],
  "providers/docker": ["providers"],
  "providers/migration": ["providers", "src/migration/declared", "src/migration/plan"],
  "providers/deployed": ["providers"],
  "providers/frameworks": ["providers", "providers/deployed", "src/zookeeper"],
  "providers/zookeeper": ["providers", "providers/deployed", "src/zookeeper", "src/sync"],
  "providers/marathon": [
    "providers",
    "providers/deployed",
    "providers/frameworks",
    "src/marathon",
    "src/schema",
    "src/zookeeper",
  ],
  "providers/mesos": [
    "providers",
    "providers/deployed",
    "providers/frameworks",
    "src/mesos",
    "src/http",
    "src/zookeeper",
  ],
  "src/sync": ["src/sync/paths", "src/zookeeper"],
  "src/sync/paths": ["src/sync", "src/zookeeper"],
  "src/sandbox/mesos/coordination": ["src/zookeeper"],
  "src/sandbox/framework": ["src/zookeeper", "src/sandbox/mesos/coordination"],
  "src/sandbox/batch": [
    "src/zookeeper",
    "src/sandbox/framework",
    "src/sandbox/mesos/coordination",
    "src/sandbox/mesos/model",
  ],
  "src/sandbox/fleet": [
    "src/sandbox/framework",
    "src/sandbox/mesos/agent",
    "src/sandbox/mesos/link",
    "src/sandbox/mesos/model",
  ],
  "src/sandbox/marathon": ["src/zookeeper", "src/sandbox/framework", "src/sandbox/mesos/coordination"],
  "src/sandbox/mesos/model": [],
  "src/sandbox/mesos/http": ["src/sandbox/mesos/model"],
  "src/sandbox/mesos/link": [
    "src/sandbox/mesos/model",
    "src/sandbox/mesos/http",
    "src/sandbox/mesos/coordination",
  ],
  "src/sandbox/mesos/master": [
    "src/sandbox/mesos/model",
    "src/sandbox/mesos/http",
    "src/sandbox/mesos/link",
    "src/sandbox/mesos/coordination",
  ],
  "src/sandbox/mesos/agent": [
    "src/sandbox/mesos/model",
    "src/sandbox/mesos/http",
    "src/sandbox/mesos/link",
    "src/sandbox/mesos/coordination",
  ],
  "src/migration": [],
  "src/migration/archive": ["state"],
  "src/migration/world": [
    "src/migration/model",
    "src/migration/actions",
    "src/migration/coordination",
    "src/migration/engine",
    "src/migration/observe",
    "src/migration/plan",
    "src/migration/survey",
    "src/http",
    "src/marathon",
    "src/mesos",
    "src/sync",
    "src/zookeeper",
  ],
  "src/migration/survey": [
    "src/migration/model",
    "src/migration/actions",
    "src/migration/drain",
    "src/migration/observe",
    "src/migration/plan",
    "src/http",
    "src/marathon",
    "src/mesos",
    "src/sync",
    "src/zookeeper",
  ],
  "src/migration/observe": ["src/migration/model", "src/migration/drain", "src/mesos", "src/zookeeper"],
  "src/migration/drain": ["src/migration/model", "src/http", "src/marathon", "src/mesos"],
  "src/migration/model": [],
  "src/migration/declared": ["src/migration/model", "src/config", "src/schema"],
  "src/migration/recorded": ["src/migration/model", "src/config", "state", "providers"],
  "src/migration/plan": ["src/migration/model", "src/migration/quorum", "src/migration/gates"],
  "src/migration/gates": ["src/migration/model"],
  "src/migration/quorum": ["src/migration/model"],
  "src/migration/coordination": ["src/migration/model", "src/mesos", "src/sync", "src/zookeeper"],
  "src/migration/actions": [
    "state",
    "src/migration/archive",
    "src/migration/model",
    "src/migration/coordination",
    "src/migration/drain",
    "src/http",
    "src/mesos",
    "src/marathon",
    "src/sync",
    "src/zookeeper",
    "providers",
  ],
  "src/migration/audit": ["src/migration/model", "state", "state/local"],
  "src/migration/expiry": [
    "src/migration/model",
    "src/migration/archive",
    "src/migration/audit",
    "src/migration/engine",
  ],
  "src/migration/engine": ["src/migration/model", "src/migration/audit", "src/migration/gates"],
  "src/migration/store": [
    "src/migration/model",
    "src/zookeeper",
    "src/config",
    "state",
    "state/local",
    "state/zookeeper",
    "providers",
  ],
  "src/migration/report": ["src/migration/model"],
  "src/sandbox/platform": ["src/zookeeper"],
  "src/quickstart": ["src/zookeeper", "providers/zookeeper"],
  "src/cli": [
    "src/http",
    "providers",
    "src/apply",
    "src/config",
    "src/git",
    "src/live",
    "src/migration/audit",
    "src/migration/declared",
    "src/migration/engine",
    "src/migration/expiry",
    "src/migration/gates",
    "src/migration/model",
    "src/migration/plan",
    "src/migration/report",
    "src/migration/store",
    "src/plan",
    "src/render",
    "src/sandbox/platform",
    "src/schema",
    "src/secrets",
    "src/sync",
    "src/sync/paths",
    "src/zookeeper",
    "state",
    "src/render/migration",
    "src/migration/actions",
    "src/migration/recorded",
    "src/migration/world",
    "src/migration/alerts",
  ],
  "src/migration/alerts": ["src/migration/model"],
};

/** Folders that compute only: no file, no network, no clock of their own. */
const PURE = [
  "src/migration/gates",
  "src/migration/quorum",
  "src/plan",
  "src/render",
  "src/value",
  "src/migration/plan",
  "src/migration/quorum",
  "src/migration/gates",
  "src/migration/recorded",
  "src/migration/report",
];
const FORBIDDEN_IN_PURE =
  /from "(node:(fs|net|http|https|tls|child_process|dgram|dns|os)[^"]*|undici|dockerode|isomorphic-git)"|Date\.now\(|Math\.random\(/;

function sources(): string[] {
  return ["src", "providers", "state"].flatMap((folder) =>
    readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
}

/** The listed folder a file belongs to: the longest one that is a prefix of its path. */
function folderOf(file: string): string {
  const folder = dirname(file);
  const known = Object.keys(MAY_IMPORT).filter((name) => folder === name || folder.startsWith(`${name}/`));
  return known.sort((a, b) => b.length - a.length)[0] ?? `unlisted ${folder}`;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = [...text.matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g)];
  return found.map((match) => normalize(join(dirname(file), match[1] ?? "")));
}

const shape = suite("architecture");

shape("imports point one way", () => {
  const wrong: string[] = [];
  for (const file of sources()) {
    const from = folderOf(file);
    const allowed = new Set([from, ...COMMON, ...(MAY_IMPORT[from] ?? [])]);
    for (const target of importsOf(file)) {
      const to = folderOf(target);
      if (!allowed.has(to)) wrong.push(`${file} imports ${target} (${from} may not reach ${to})`);
    }
  }
  assert.equal(wrong, []);
});

shape("only the registry and the runtimes' opener know providers by name", () => {
  const wrong = sources()
    .filter((file) => file.startsWith("src/") && !file.startsWith("src/quickstart/"))
    .flatMap((file) =>
      importsOf(file)
        .filter((target) => /^providers\/\w+\//.test(target))
        .map((target) => `${file} → ${target}`),
    );
  assert.equal(wrong, []);
});

shape("planner and renderings are pure", () => {
  const wrong = sources()
    .filter((file) => PURE.includes(folderOf(file)))
    .filter((file) => FORBIDDEN_IN_PURE.test(readFileSync(join(root, file), "utf8")));
  assert.equal(wrong, []);
});

shape("files have one reason to exist: none over 400 lines", () => {
  const long = sources()
    .filter((file) => !file.includes("/generated/"))
    .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length }))
    .filter(({ lines }) => lines > 401);
  assert.equal(long, []);
});

shape.run();
