/** Finding ZooKeeper on a machine, on folders made for the purpose; and what is asked of Maven. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  distributionCache,
  fetchDistribution,
  findDistribution,
} from "../../providers/zookeeper/distribution.js";
import {
  managedArtifacts,
  resolvingPom,
  wantedDependencies,
} from "../../providers/zookeeper/distribution-fetch.js";
import { readDebian, readHome } from "../../providers/zookeeper/distribution-layout.js";
import { loggingConfiguration } from "../../providers/zookeeper/distribution-logging.js";
import { manifestAttribute, readZipEntry } from "../../providers/zookeeper/distribution-manifest.js";
import { compareVersions, satisfiesVersion } from "../../providers/zookeeper/distribution-model.js";

const s = suite("distribution");
let folder: string;

s.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), "ferry-distribution-"));
});
s.after.each(() => rmSync(folder, { recursive: true, force: true }));

/** An archive with one stored entry per name. */
function jar(entries: Readonly<Record<string, string>>): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(entries)) {
    const content = Buffer.from(text);
    const head = Buffer.alloc(30 + name.length);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt32LE(content.length, 18);
    head.writeUInt32LE(content.length, 22);
    head.writeUInt16LE(name.length, 26);
    head.write(name, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    entry.write(name, 46);
    local.push(head, content);
    central.push(entry);
    offset += head.length + content.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}

function files(at: string, names: readonly string[]): void {
  mkdirSync(at, { recursive: true });
  for (const name of names) writeFileSync(join(at, name), jar({}));
}

const FULL = [
  "zookeeper-3.8.4.jar",
  "zookeeper-jute-3.8.4.jar",
  ...["server", "servlet", "http", "io", "util", "security"].map(
    (part) => `jetty-${part}-9.4.53.v20231009.jar`,
  ),
  "javax.servlet-api-3.1.0.jar",
  "jackson-databind-2.15.2.jar",
  ...["buffer", "codec", "common", "handler", "resolver", "transport"].map(
    (part) => `netty-${part}-4.1.105.Final.jar`,
  ),
  "snappy-java-1.1.10.5.jar",
  "logback-classic-1.2.13.jar",
];

s("an unpacked archive: version, class path, what it can do", () => {
  files(join(folder, "lib"), FULL);
  const found = readHome(folder, "there");
  assert.is(found?.version, "3.8.4");
  assert.is(found?.classpath.length, FULL.length);
  assert.is(found?.logging, "logback");
  assert.equal(found?.features, {
    adminServer: true,
    tls: true,
    prometheus: false,
    snappy: true,
    reconfig: true,
  });
});

s("3.4's layout: the server's jar beside lib/, no admin server whatever lies there", () => {
  files(folder, ["zookeeper-3.4.14.jar"]);
  files(join(folder, "lib"), ["log4j-1.2.17.jar", ...FULL.slice(2)]);
  const found = readHome(folder, "there");
  assert.is(found?.version, "3.4.14");
  assert.not(found?.features.adminServer);
  assert.not(found?.features.reconfig);
});

s("a missing jar takes its feature away", () => {
  const without = (part: string) => {
    const home = join(folder, part);
    files(
      join(home, "lib"),
      FULL.filter((name) => !name.startsWith(part)),
    );
    return readHome(home, "there")?.features;
  };
  assert.not(without("jetty-security")?.adminServer);
  assert.not(without("javax.servlet-api")?.adminServer);
  assert.not(without("netty-resolver")?.tls);
  assert.not(without("snappy-java")?.snappy);
});

s("a folder without a server's jar is none", () => {
  files(join(folder, "lib"), ["zookeeper-jute-3.8.4.jar", "zookeeper-contrib-rest-3.8.4.jar"]);
  assert.is(readHome(folder, "there"), undefined);
  assert.is(readHome(join(folder, "nowhere"), "there"), undefined);
});

function debian(): string {
  const java = join(folder, "java");
  files(java, ["log4j-1.2.jar", "slf4j-log4j12.jar", "servlet-api.jar", "snappy-java.jar"]);
  const manifest = `Manifest-Version: 1.0\r\nClass-Path: ${java}/snappy-ja\r\n va.jar ${java}/gone.jar\r\n\r\n`;
  const properties = "artifactId=zookeeper\r\nversion=3.8.0\r\n";
  const archive = jar({
    "META-INF/MANIFEST.MF": manifest,
    "META-INF/maven/org.apache.zookeeper/zookeeper/pom.properties": properties,
  });
  writeFileSync(join(java, "zookeeper.jar"), archive);
  return java;
}

s(
  "Debian's package: version from the jar, class path from its manifest and what the manifest forgets",
  () => {
    const java = debian();
    const found = readDebian(java);
    assert.is(found?.version, "3.8.0");
    assert.equal(
      found?.classpath.map((path) => path.slice(java.length + 1)),
      ["zookeeper.jar", "snappy-java.jar", "slf4j-log4j12.jar", "log4j-1.2.jar", "servlet-api.jar"],
    );
    assert.is(found?.logging, "log4j1");
  },
);

s("order: an explicit home alone; else ZOOKEEPER_HOME, the cache (newest first), Debian", () => {
  const debianJavaFolder = debian();
  const [home, other, cache] = ["home", "other", "cache"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  files(join(home, "lib"), ["zookeeper-3.7.2.jar"]);
  files(join(other, "lib"), ["zookeeper-3.6.4.jar"]);
  for (const version of ["3.5.10", "3.10.1", "3.9.4"]) {
    files(join(cache, "zookeeper", version, "lib"), [`zookeeper-${version}.jar`]);
  }
  const env = { ZOOKEEPER_HOME: home, FERRY_CACHE: cache };
  const version = (request: Omit<Parameters<typeof findDistribution>[0], "debianJavaFolder">) =>
    findDistribution({ ...request, debianJavaFolder }).value?.version;
  assert.is(version({ env, home: other }), "3.6.4");
  assert.is(version({ env }), "3.7.2");
  assert.is(version({ env: { FERRY_CACHE: cache } }), "3.10.1");
  assert.is(version({ env, version: "3.9" }), "3.9.4");
  assert.is(version({ env, version: "3.8" }), "3.8.0");
  assert.is(version({ env, version: "3.5.10" }), "3.5.10");
  assert.is(version({ env, version: "3.5.1" }), undefined);
  assert.is(version({ env, home: other, version: "3.7" }), undefined);
});

s("not found: the diagnostic lists each place and what is there", () => {
  const debianJavaFolder = debian();
  const notes: string[] = [];
  const outcome = findDistribution({
    version: "3.9.4",
    env: { ZOOKEEPER_HOME: "/nowhere", FERRY_CACHE: folder },
    debianJavaFolder,
    onNote: (note) => notes.push(note),
  });
  const [diagnostic] = outcome.diagnostics;
  assert.is(outcome.value, undefined);
  assert.is(diagnostic?.code, "zookeeper-not-found");
  assert.is(diagnostic?.summary, "ZooKeeper 3.9.4 was not found on this machine");
  assert.is(notes.length, 3);
  for (const note of notes) assert.match(diagnostic?.detail ?? "", note);
  assert.match(diagnostic?.detail ?? "", /\$ZOOKEEPER_HOME \(\/nowhere\): no ZooKeeper there/);
  assert.match(diagnostic?.detail ?? "", /Debian's package .*: holds 3\.8\.0/);
});

s("a damaged jar is told, not thrown", () => {
  const java = join(folder, "damaged");
  mkdirSync(java);
  writeFileSync(join(java, "zookeeper.jar"), "this is no archive, whatever its name says");
  const outcome = findDistribution({ env: { FERRY_CACHE: folder }, debianJavaFolder: java });
  assert.match(outcome.diagnostics[0]?.detail ?? "", /cannot be read \(not a jar/);
});

s("manifests: continued lines; entries that are not there", () => {
  assert.is(manifestAttribute("A: 1\r\nClass-Path: x y\r\n z\r\n", "Class-Path"), "x yz");
  assert.is(manifestAttribute("A: 1\n", "Class-Path"), null);
  assert.is(readZipEntry(jar({ a: "1" }), "b"), null);
  assert.equal(readZipEntry(jar({ a: "1", b: "2" }), "b"), Buffer.from("2"));
});

s("versions are compared by number", () => {
  assert.ok(compareVersions("3.10.0", "3.9.4") > 0);
  assert.ok(compareVersions("3.5.4-beta", "3.5.5") < 0);
  assert.ok(satisfiesVersion("3.8.4", "3.8"));
  assert.not(satisfiesVersion("3.80.4", "3.8"));
});

const PARENT = `<project><dependencies><dependency><groupId>no</groupId><artifactId>no</artifactId></dependency></dependencies>
<dependencyManagement><dependencies>
<dependency>
  <groupId>org.slf4j</groupId>
  <artifactId>slf4j-reload4j</artifactId>
  <exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>
</dependency>
<dependency><groupId>ch.qos.reload4j</groupId><artifactId>reload4j</artifactId></dependency>
<dependency><groupId>org.eclipse.jetty</groupId><artifactId>jetty-server</artifactId></dependency>
</dependencies></dependencyManagement></project>`;

s("Maven is asked for what the release's parent manages, in its versions", () => {
  const managed = managedArtifacts(PARENT);
  assert.equal(
    [...managed],
    ["org.slf4j:slf4j-reload4j", "ch.qos.reload4j:reload4j", "org.eclipse.jetty:jetty-server"],
  );
  const wanted = wantedDependencies("3.7.2", managed);
  assert.equal(
    wanted.map((one) => `${one.artifact} ${one.version ?? "managed"}`),
    ["zookeeper 3.7.2", "jetty-server managed", "slf4j-reload4j managed", "reload4j managed"],
  );
  const pom = resolvingPom("3.7.2", wanted, true);
  assert.match(
    pom,
    "<artifactId>parent</artifactId><version>3.7.2</version><type>pom</type><scope>import</scope>",
  );
  assert.not.match(
    resolvingPom("3.4.14", wantedDependencies("3.4.14", new Set()), false),
    "dependencyManagement",
  );
});

s(
  "fetching: a wrong version, a missing Maven and an unwritable cache are diagnostics; the cache stays clean",
  async () => {
    const env = { FERRY_CACHE: folder, PATH: "/nowhere" };
    const code = async (version: string, more: Record<string, string> = {}) => {
      const { diagnostics } = await fetchDistribution({ version, env: { ...env, ...more } });
      assert.is(diagnostics[0]?.code, "zookeeper-fetch-failed");
      return `${diagnostics[0]?.summary} ${diagnostics[0]?.remedy}`;
    };
    assert.match(await code("3.8"), /not a full version/);
    assert.match(await code("../../x"), /not a full version/);
    assert.match(await code("3.8.4"), /`mvn`\) is not installed.*Install Maven/);
    writeFileSync(join(folder, "file"), "");
    assert.match(await code("3.8.4", { FERRY_CACHE: join(folder, "file") }), /cache cannot be written/);
    assert.is(findDistribution({ env, debianJavaFolder: "/nowhere" }).value, undefined);
    assert.is(distributionCache({ HOME: "/h" }), "/h/.cache/ferry/zookeeper");
    assert.is(distributionCache({ HOME: "/h", XDG_CACHE_HOME: "/c" }), "/c/ferry/zookeeper");
  },
);

s("logging: each backend gets its file and the options that name it", () => {
  for (const backend of ["log4j1", "logback"] as const) {
    const { file, jvmOptions } = loggingConfiguration(backend, "WARN");
    assert.match(file?.content ?? "", /WARN/);
    assert.match(jvmOptions("/conf").join(" "), `/conf/${file?.name}`);
  }
  assert.is(loggingConfiguration("simple", "INFO").file, null);
  assert.equal(loggingConfiguration("none", "INFO").jvmOptions("/conf"), []);
});

s.run();
