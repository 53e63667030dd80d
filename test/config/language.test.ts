/**
 * The configuration language where it is right: variables and their precedence, overlays, modules, references, secrets,
 * files. Configurations are written into a temporary folder by each test.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Desired, DesiredResource } from "../../src/config/desired.js";
import { type LoadRequest, loadConfiguration, loadProject } from "../../src/config/load.js";
import { renderDiagnostics } from "../../src/diagnostics/render.js";
import type { JsonObject } from "../../src/value/json.js";

const language = suite("configuration language");
const folders: string[] = [];
language.after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

type Files = Readonly<Record<string, string | Buffer>>;

function write(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "ferry-config-"));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

function request(directory: string, options: Partial<LoadRequest> = {}): LoadRequest {
  return { directory, paths: [], environment: null, variableFiles: [], variables: [], env: {}, ...options };
}

async function load(files: Files, options: Partial<LoadRequest> = {}): Promise<Desired> {
  const { value, diagnostics } = await loadConfiguration(request(write(files), options));
  assert.ok(value, renderDiagnostics(diagnostics));
  return value;
}

function get(desired: Desired, address: string): DesiredResource {
  const found = desired.resources.find((resource) => resource.address === address);
  assert.ok(found, `${address} is not among ${desired.resources.map((r) => r.address).join(", ")}`);
  return found;
}

function project(spec: string): string {
  return `apiVersion: ferry/v1\nkind: Project\nmetadata: {name: shop}\nspec:\n${spec}`;
}

function document(kind: string, name: string, spec: string, metadata = ""): string {
  return `apiVersion: ferry/v1\nkind: ${kind}\nmetadata: {name: ${name}${metadata}}\nspec:\n${spec}`;
}

const HOST = document("Host", "h1", "  address: 127.0.0.1\n  runtime: {process: {workDir: .ferry/h1}}\n");
const ENSEMBLE = document("ZooKeeperEnsemble", "zk-a", "  servers:\n    - {id: 1, host: Host/h1}\n");
const BASE = `${HOST}---\n${ENSEMBLE}`;

function znode(spec: string, name = "config", metadata = ""): string {
  return document("ZNode", name, `  connectString: zk:2181\n${spec}`, metadata);
}

const HEAP = {
  "ferry.yaml": project("  variables:\n    heap: {type: string, default: 1m}\n"),
  "overlays/staging.vars.yaml": "heap: 2m\n",
  "one.vars": "heap: 3m\n",
  "two.vars": "heap: 4m\n",
  "main.yaml": `${BASE}  jvm:\n    heap: \${var.heap}\n`,
};

async function heap(options: Partial<LoadRequest>): Promise<unknown> {
  const ensemble = get(await load(HEAP, options), "ZooKeeperEnsemble/zk-a");
  return (ensemble.spec["jvm"] as JsonObject)["heap"];
}

language("values of variables: default < overlay < --var-file < FERRY_VAR_ < --var", async () => {
  const environment = "staging";
  const variableFiles = ["one.vars", "two.vars"];
  const env = { FERRY_VAR_heap: "5m" };
  assert.is(await heap({}), "1m");
  assert.is(await heap({ environment }), "2m");
  assert.is(await heap({ environment, variableFiles: ["one.vars"] }), "3m");
  assert.is(await heap({ environment, variableFiles }), "4m");
  assert.is(await heap({ environment, variableFiles, env }), "5m");
  assert.is(await heap({ environment, variableFiles, env, variables: ["heap=6m"] }), "6m");
  assert.is(await heap({ variables: ["heap=6m", "heap=7m"] }), "7m", "the last one wins");
});

language("variables keep their type when they are the whole value, and become text within text", async () => {
  const desired = await load(
    {
      "ferry.yaml": project(
        "  variables:\n    n: {type: number, default: 3000}\n    b: {type: boolean, default: false}\n    l: {type: list, default: [mntr, srvr]}\n    m: {type: map, default: {tick: {Time: 1}}}\n",
      ),
      "main.yaml": [
        `${BASE}  settings:\n    tickTime: \${var.n}\n    syncEnabled: \${var.b}\n  fourLetterWords: \${var.l}\n`,
        znode(`  path: /config\n  data: "\${var.n} \${var.b} \${var.m.tick.Time} \${var.l[0]} $\${var.n}"\n`),
      ].join("---\n"),
    },
    { variables: ['l=["*"]', "b=true"] },
  );
  const { spec } = get(desired, "ZooKeeperEnsemble/zk-a");
  assert.is((spec["settings"] as JsonObject)["tickTime"], 3000);
  assert.is((spec["settings"] as JsonObject)["syncEnabled"], true);
  assert.equal(spec["fourLetterWords"], ["*"]);
  assert.is(get(desired, "ZNode/config").spec["data"], `3000 true 1 * \${var.n}`);
});

language("$${ is a literal ${, and what a variable brings in is not evaluated again", async () => {
  const desired = await load(
    {
      "ferry.yaml": project("  variables:\n    text: {default: none}\n"),
      "main.yaml": znode(`  path: /config\n  data: 'a $\${var.text} \${var.text} $$ $ {'\n`),
    },
    { variables: [`text=\${var.text}`] },
  );
  assert.is(get(desired, "ZNode/config").spec["data"], `a \${var.text} \${var.text} $$ $ {`);
});

language("a variable whose default is null leaves the field out", async () => {
  const files = {
    "ferry.yaml": project("  variables:\n    version: {default: null}\n"),
    "main.yaml": `${BASE}  version: \${var.version}\n`,
  };
  assert.not(Object.hasOwn(get(await load(files), "ZooKeeperEnsemble/zk-a").spec, "version"));
  const given = await load(files, { variables: ["version=3.8.4"] });
  assert.is(get(given, "ZooKeeperEnsemble/zk-a").spec["version"], "3.8.4");
});

language("values of sensitive variables are marked where they are used, in keyed lists by key", async () => {
  const desired = await load({
    "ferry.yaml": project(
      "  variables:\n    pass: {default: hidden, sensitive: true}\n    port: {type: number, default: 2181, sensitive: true}\n",
    ),
    "main.yaml": [
      HOST,
      document(
        "ZooKeeperEnsemble",
        "zk-a",
        `  servers:\n    - {id: 7, host: Host/h1, clientPort: "\${var.port}"}\n`,
      ),
      znode(`  path: /config\n  data: pass=\${var.pass}\n  children:\n    a.b: {data: "\${var.pass}"}\n`),
    ].join("---\n"),
  });
  assert.equal(get(desired, "ZooKeeperEnsemble/zk-a").sensitivePaths, ["servers[id=7].clientPort"]);
  assert.equal(get(desired, "ZNode/config").sensitivePaths, ['children["a.b"].data', "data"]);
});

language("references make dependencies and absolute addresses; one alone keeps its type", async () => {
  const desired = await load({
    "main.yaml": [
      BASE,
      document(
        "ZNode",
        "config",
        `  ensemble: ZooKeeperEnsemble/zk-a
  path: /config
  data: \${ZooKeeperEnsemble/zk-a.connectString}
  children:
    db: {data: 'at \${Host/h1.address}:\${ZooKeeperEnsemble/zk-a.servers[id=1].clientPort}!'}
`,
      ),
    ].join("---\n"),
  });
  const config = get(desired, "ZNode/config");
  assert.equal(config.dependsOn, ["Host/h1", "ZooKeeperEnsemble/zk-a"]);
  assert.equal(config.spec["data"], {
    $expression: [{ address: "ZooKeeperEnsemble/zk-a", path: ["connectString"] }],
  });
  const child = (config.spec["children"] as JsonObject)["db"] as JsonObject;
  assert.equal(child["data"], {
    $expression: [
      "at ",
      { address: "Host/h1", path: ["address"] },
      ":",
      { address: "ZooKeeperEnsemble/zk-a", path: ["servers", "[id=1]", "clientPort"] },
      "!",
    ],
  });
  assert.equal(get(desired, "ZooKeeperEnsemble/zk-a").dependsOn, ["Host/h1"]);
});

language("a znode waits for the ZNode that declares its parent, as for metadata.dependsOn", async () => {
  const desired = await load({
    "main.yaml": [
      znode("  path: /\n", "root"),
      znode("  path: /a\n  children: {b: {}}\n", "a"),
      znode("  path: /a/b/c/d\n", "d", ", dependsOn: [ZNode/x]"),
      znode("  path: /x\n", "x"),
    ].join("---\n"),
  });
  assert.equal(get(desired, "ZNode/d").dependsOn, ["ZNode/a", "ZNode/x"]);
  assert.equal(get(desired, "ZNode/a").dependsOn, ["ZNode/root"]);
});

language("defaults of the schema are filled in, below lists and children too", async () => {
  const desired = await load({
    "main.yaml": `${BASE}---\n${znode("  path: /config\n  children: {a: {}}\n")}`,
  });
  const { spec } = get(desired, "ZooKeeperEnsemble/zk-a");
  assert.equal(spec["servers"], [
    {
      id: 1,
      host: "Host/h1",
      clientPort: 2181,
      quorumPort: 2888,
      electionPort: 3888,
      role: "participant",
      running: true,
    },
  ]);
  assert.equal(spec["rolling"], { waitSeconds: 60 });
  assert.equal(spec["settings"], { tickTime: 2000, initLimit: 10, syncLimit: 5 });
  const children = get(desired, "ZNode/config").spec["children"] as JsonObject;
  assert.equal(children["a"], {
    acl: [{ scheme: "world", id: "anyone", permissions: ["create", "delete", "read", "write", "admin"] }],
    children: {},
  });
});

language(
  "secrets are references; files are relative to the YAML file for users, to the project for ferry",
  async () => {
    const desired = await load({
      "ferry.yaml": project("  state: {encryptionKey: env:KEY}\n"),
      "deep/main.yaml": `${BASE}  superuser: {password: "file:secrets/super"}\n---\n${znode("  path: /config\n  dataSecret: env:DATA\n  auth: [{scheme: digest, credential: 'file:/run/secrets/zk'}]\n")}`,
    });
    const secret = (reference: string) => ({ $secret: reference, fingerprint: null });
    assert.equal(get(desired, "ZooKeeperEnsemble/zk-a").spec["superuser"], {
      password: secret("file:deep/secrets/super"),
    });
    const { spec } = get(desired, "ZNode/config");
    assert.equal(spec["dataSecret"], secret("env:DATA"));
    assert.equal(spec["auth"], [{ scheme: "digest", credential: secret("file:/run/secrets/zk") }]);
    assert.is(desired.project.encryptionKey, "env:KEY");
  },
);

language("data files become data: text when they are valid UTF-8, base64 when not", async () => {
  const desired = await load({
    "deep/main.yaml": znode(
      "  path: /config\n  dataFile: ../data/text.json\n  children:\n    bin: {dataFile: bytes.bin}\n",
    ),
    "data/text.json": `{"grüße": "\${var.x}"}\n`,
    "deep/bytes.bin": Buffer.from([0xff, 0xfe, 0x00]),
  });
  const { spec } = get(desired, "ZNode/config");
  assert.is(spec["data"], `{"grüße": "\${var.x}"}\n`);
  assert.not(Object.hasOwn(spec, "dataFile"));
  assert.is(((spec["children"] as JsonObject)["bin"] as JsonObject)["dataBase64"], "//4A");
});

language("the path of a snapshot file becomes one of the project", async () => {
  const desired = await load({
    "deep/main.yaml": `${BASE}  bootstrap: {snapshot: ../seed/snapshot.1f}\n`,
  });
  assert.equal(get(desired, "ZooKeeperEnsemble/zk-a").spec["bootstrap"], { snapshot: "seed/snapshot.1f" });
});

language("overlays merge maps, replace lists, and remove with null; the project is patched too", async () => {
  const files = {
    "ferry.yaml": project(
      "  environments: [staging, production]\n  state: {backend: {local: {path: state}}}\n",
    ),
    "main.yaml": `${BASE}  jvm: {heap: 1g, options: [-Da=1, -Db=2]}\n  version: "3.8.4"\n`,
    "overlays/staging/zk.yaml": document(
      "ZooKeeperEnsemble",
      "zk-a",
      "  jvm: {options: [-Dc=3]}\n  version: null\n",
      ", labels: {stage: s}",
    ),
    "overlays/production/project.yaml": project(
      "  state:\n    backend:\n      local: null\n      zookeeper: {connectString: 'zk:2181', path: /ferry, auth: [{scheme: digest, credential: env:A}]}\n",
    ),
  };
  const staging = get(await load(files, { environment: "staging" }), "ZooKeeperEnsemble/zk-a");
  assert.equal(staging.spec["jvm"], { heap: "1g", options: ["-Dc=3"] });
  assert.not(Object.hasOwn(staging.spec, "version"));
  assert.equal(staging.labels, { stage: "s" });
  assert.equal((await load(files)).project.state, { kind: "local", path: "state" });
  const production = await load(files, { environment: "production" });
  assert.equal(production.project.state, {
    kind: "zookeeper",
    connectString: "zk:2181",
    path: "/ferry",
    auth: [{ scheme: "digest", credential: "env:A" }],
  });
  assert.is(production.project.environment, "production");
});

const MODULE: Files = {
  "modules/app/module.yaml": document(
    "ModuleDefinition",
    "app",
    `  inputs:\n    ensemble: {type: string}\n    name: {type: string}\n    db: {type: map, default: {host: none}}\n    token: {type: string, default: t, sensitive: true}\n  outputs:\n    path: \${ZNode/app.path}\n    node: \${ZNode/app}\n    host: \${var.db.host}\n    token: \${var.token}\n`,
  ),
  "modules/app/app.yaml": document(
    "ZNode",
    "app",
    `  ensemble: \${var.ensemble}\n  path: /apps/\${var.name}\n  data: \${var.db.host}\n`,
  ),
};

language("modules: inputs, outputs, addresses, and names looked up outwards", async () => {
  const desired = await load({
    ...MODULE,
    "main.yaml": [
      BASE,
      document(
        "Module",
        "shop",
        "  source: ./modules/app\n  inputs:\n    ensemble: ZooKeeperEnsemble/zk-a\n    name: shop\n    db: {host: db-1}\n",
        ", dependsOn: [Host/h1]",
      ),
      znode(
        `  path: /after\n  data: \${Module/shop.path} \${Module/shop.host}\n  children: {t: {data: "\${Module/shop.token}"}}\n`,
        "after",
        ", dependsOn: [Module/shop]",
      ),
    ].join("---\n"),
  });
  const app = get(desired, "module.shop.ZNode/app");
  assert.is(app.spec["ensemble"], "ZooKeeperEnsemble/zk-a");
  assert.is(app.spec["path"], "/apps/shop");
  assert.is(app.spec["data"], "db-1");
  assert.equal(app.dependsOn, ["Host/h1", "ZooKeeperEnsemble/zk-a"]);
  const after = get(desired, "ZNode/after");
  assert.equal(after.spec["data"], {
    $expression: [{ address: "module.shop.ZNode/app", path: ["path"] }, " db-1"],
  });
  assert.equal(after.dependsOn, ["module.shop.ZNode/app"]);
  assert.equal(after.sensitivePaths, ["children.t.data"]);
});

language("forEach: one instance per key, with each.key and each.value in the inputs", async () => {
  const desired = await load({
    ...MODULE,
    "main.yaml": [
      BASE,
      document(
        "Module",
        "apps",
        `  source: ./modules/app\n  forEach:\n    one: {db: {host: a}}\n    two.x: {db: {host: b}}\n  inputs:\n    ensemble: \${ZooKeeperEnsemble/zk-a}\n    name: app-\${each.key}\n    db: \${each.value.db}\n`,
      ),
      znode(`  path: /after\n  data: \${Module/apps["two.x"].host}\n`, "after"),
    ].join("---\n"),
  });
  assert.is(get(desired, 'module.apps["one"].ZNode/app').spec["data"], "a");
  const second = get(desired, 'module.apps["two.x"].ZNode/app');
  assert.is(second.spec["path"], "/apps/app-two.x");
  assert.is(second.spec["ensemble"], "ZooKeeperEnsemble/zk-a");
  assert.is(get(desired, "ZNode/after").spec["data"], "b");
});

language("nested modules: the inner name wins, files of inputs are relative to who gives them", async () => {
  const desired = await load({
    "main.yaml": [
      HOST,
      document("Module", "outer", "  source: ./parts/outer\n  inputs: {password: 'file:secrets/p'}\n"),
    ].join("---\n"),
    "parts/outer/module.yaml": document(
      "ModuleDefinition",
      "outer",
      `  inputs: {password: {type: string}}\n  outputs: {zk: "\${Module/inner.zk}"}\n`,
    ),
    "parts/outer/use.yaml": [
      HOST.replace("h1}}", "other}}"),
      document("Module", "inner", `  source: ../inner\n  inputs: {password: "\${var.password}"}\n`),
    ].join("---\n"),
    "parts/inner/module.yaml": document(
      "ModuleDefinition",
      "inner",
      `  inputs: {password: {type: string}}\n  outputs: {zk: "\${ZooKeeperEnsemble/zk}"}\n`,
    ),
    "parts/inner/zk.yaml": document(
      "ZooKeeperEnsemble",
      "zk",
      `  servers:\n    - {id: 1, host: Host/h1}\n  superuser:\n    password: \${var.password}\n`,
    ),
  });
  const ensemble = get(desired, "module.outer.module.inner.ZooKeeperEnsemble/zk");
  assert.equal(ensemble.dependsOn, ["module.outer.Host/h1"]);
  assert.equal(ensemble.spec["superuser"], { password: { $secret: "file:secrets/p", fingerprint: null } });
});

language("the module that comes with ferry makes an ensemble fit for production", async () => {
  const desired = await load({
    "main.yaml": [
      HOST,
      document(
        "Module",
        "zk",
        '  source: ferry:zookeeper-ensemble\n  inputs:\n    servers:\n      - {id: 1, host: Host/h1}\n    heap: 2g\n    superuser: {password: "file:super.txt"}\n',
      ),
      document(
        "ZNode",
        "config",
        `  ensemble: \${Module/zk.ensemble}\n  path: /config\n  data: \${Module/zk.connectString}\n`,
      ),
    ].join("---\n"),
  });
  const ensemble = get(desired, "module.zk.ZooKeeperEnsemble/main");
  assert.is((ensemble.spec["jvm"] as JsonObject)["heap"], "2g");
  assert.is(ensemble.spec["restart"], "on-failure");
  assert.not(Object.hasOwn(ensemble.spec, "version"));
  assert.not(Object.hasOwn(ensemble.spec, "tls"));
  assert.equal(ensemble.spec["superuser"], { password: { $secret: "file:super.txt", fingerprint: null } });
  assert.is(get(desired, "ZNode/config").spec["ensemble"], "module.zk.ZooKeeperEnsemble/main");
});

language("anchors, aliases and merge keys; keys that are no text keep their text", async () => {
  const desired = await load({
    "main.yaml": znode(
      "  path: /config\n  children:\n    0010: &base {data: x, acl: [{scheme: world, id: anyone, permissions: [read]}]}\n    copy: *base\n    more:\n      <<: *base\n      data: y\n",
    ),
  });
  const children = get(desired, "ZNode/config").spec["children"] as JsonObject;
  assert.equal(Object.keys(children), ["0010", "copy", "more"]);
  assert.equal(children["copy"], children["0010"]);
  assert.is((children["more"] as JsonObject)["data"], "y");
  assert.equal((children["more"] as JsonObject)["acl"], (children["copy"] as JsonObject)["acl"]);
});

language(
  "only the files asked for; other projects, modules, overlays and hidden folders are left out",
  async () => {
    const files = {
      "ferry.yaml": project("  environments: []\n"),
      "a.yaml": znode("  path: /a\n", "a"),
      "sub/b.yml": znode("  path: /b\n", "b"),
      "other/ferry.yaml": project("  environments: []\n"),
      "other/c.yaml": "nonsense",
      ".hidden/c.yaml": "nonsense",
      "node_modules/c.yaml": "nonsense",
      "overlays/staging/c.yaml": "nonsense",
      "modules/m/c.yaml": "nonsense",
      "sub/m/module.yaml": "nonsense",
    };
    const addresses = (desired: Desired) => desired.resources.map((resource) => resource.address);
    assert.equal(addresses(await load(files)), ["ZNode/a", "ZNode/b"]);
    assert.equal(addresses(await load(files, { paths: ["sub"] })), ["ZNode/b"]);
    assert.equal(addresses(await load(files, { paths: ["a.yaml", "sub/b.yml", "sub"] })), [
      "ZNode/a",
      "ZNode/b",
    ]);
    const include = { ...files, "ferry.yaml": project("  include: [sub/b.yml]\n") };
    assert.equal(addresses(await load(include)), ["ZNode/b"]);
  },
);

language("the folder that is given is the project when it has the project file", async () => {
  const directory = write({
    "shop/ferry.yaml": project("  environments: []\n"),
    "shop/a.yaml": znode("  path: /a\n"),
  });
  const { value } = await loadConfiguration(request(directory, { paths: ["shop"] }));
  assert.is(value?.project.root, join(directory, "shop"));
  assert.is(value?.resources[0]?.source.file, "shop/a.yaml");
});

language("the settings of the project can be had when other documents are wrong", async () => {
  const directory = write({
    "ferry.yaml": project("  state: {backend: {local: {path: kept}}}\n  git: {branch: main}\n"),
    "a.yaml": "kind: [\n",
  });
  const { value } = await loadProject(request(directory));
  assert.equal(value?.state, { kind: "local", path: "kept" });
  assert.is(value?.gitBranch, "main");
});

language("moved resources and lifecycle come through", async () => {
  const desired = await load({
    "ferry.yaml": project("  moved: [{from: ZNode/old, to: ZNode/config}]\n"),
    "main.yaml": znode(
      "  path: /config\n",
      "config",
      ", lifecycle: {preventDestroy: true, ignoreChanges: [data]}",
    ),
  });
  assert.equal(desired.moves, [{ from: "ZNode/old", to: "ZNode/config" }]);
  assert.equal(get(desired, "ZNode/config").lifecycle, {
    preventDestroy: true,
    createBeforeDestroy: false,
    ignoreChanges: ["data"],
  });
});

language.run();
