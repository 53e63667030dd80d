/**
 * An image with this machine's own Java and a ZooKeeper from ferry's cache, made without a registry: an archive that an
 * engine imports. Cached between runs by what is in it.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Distribution } from "../../providers/zookeeper/distribution.js";
import { testDistribution } from "./zookeeper-distribution.js";

export interface ServerImage {
  readonly archive: string;
  /** To import it under. */
  readonly name: string;
  readonly version: string;
  /** Inside the image, as `java` in its PATH too. */
  readonly java: string;
  /** Inside the image. */
  readonly classpath: readonly string[];
}

const JAVA = "/opt/java";
const LIBRARIES = "/opt/zookeeper/lib";
/** To be raised when `fill` makes something else of the same parts. */
const LAYOUT = 3;

function javaHome(): string {
  const text = execFileSync("sh", ["-c", "java -XshowSettings:properties -version 2>&1"], {
    encoding: "utf8",
  });
  const home = /java\.home = (.*)$/m.exec(text)?.[1];
  if (home === undefined) throw new Error("java does not tell its java.home");
  return realpathSync(home.trim());
}

/** Shared libraries a program needs, with the loader itself, by absolute path. */
function librariesOf(program: string): string[] {
  const text = execFileSync("sh", ["-c", 'ldd "$0" 2>/dev/null || true', program], { encoding: "utf8" });
  return [...text.matchAll(/(\/[^\s()]+)/g)]
    .map((match) => match[1] ?? "")
    .filter((path) => existsSync(path));
}

function copyInto(root: string, path: string): void {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(realpathSync(path), target);
}

function fill(root: string, home: string, distribution: Distribution): void {
  const keep = (source: string): boolean =>
    !/\/(jmods|demo|man|docs|legal|include|src\.zip|lib\/(src\.zip|ct\.sym))$/.test(source);
  cpSync(home, join(root, JAVA), { recursive: true, dereference: true, filter: keep });
  const programs = [join(home, "bin/java"), join(home, "lib/server/libjvm.so"), "/bin/sh"];
  const inside = execFileSync("find", [join(home, "lib"), "-name", "*.so"], { encoding: "utf8" })
    .trim()
    .split("\n");
  for (const library of new Set([...programs, ...inside].flatMap(librariesOf))) copyInto(root, library);
  copyInto(root, "/bin/sh");
  for (const folder of ["tmp", "etc", "usr/bin", LIBRARIES.slice(1)])
    mkdirSync(join(root, folder), { recursive: true });
  chmodSync(join(root, "tmp"), 0o1777);
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/:/bin/sh\nzookeeper:x:1000:1000::/:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\nzookeeper:x:1000:\n");
  writeFileSync(join(root, "usr/bin/java"), `#!/bin/sh\nexec ${JAVA}/bin/java "$@"\n`);
  chmodSync(join(root, "usr/bin/java"), 0o755);
  for (const jar of distribution.classpath)
    copyFileSync(realpathSync(jar), join(root, LIBRARIES, basename(jar)));
}

/** What is in the image, without reading it all: the Java's own release notes, names and sizes of libraries. */
function keyOf(home: string, distribution: Distribution): string {
  const release = join(home, "release");
  const java = existsSync(release) ? readFileSync(release, "utf8") : home;
  const jars = distribution.classpath.map((jar) => [basename(jar), statSync(jar).size]);
  return createHash("sha256")
    .update(JSON.stringify([LAYOUT, java, jars]))
    .digest("hex")
    .slice(0, 16);
}

/** Archives of an earlier Java or ZooKeeper are of no use any more, and large. */
function removeOlder(cache: string, archive: string, prefix: string): void {
  for (const name of readdirSync(cache)) {
    if (name.startsWith(prefix) && name.endsWith(".tar") && name !== basename(archive))
      rmSync(join(cache, name), { force: true });
  }
}

/** Makes the archive, or takes the one an earlier run made. */
export async function zookeeperImage(): Promise<ServerImage> {
  const distribution = await testDistribution("3.8.4");
  const home = javaHome();
  const cache = join(process.env["FERRY_CACHE"] ?? join(homedir(), ".cache", "ferry"), "images");
  const prefix = `zookeeper-${distribution.version}-`;
  const archive = join(cache, `${prefix}${keyOf(home, distribution)}.tar`);
  const image = {
    archive,
    name: `ferry-test/zookeeper:${distribution.version}`,
    version: distribution.version,
    java: `${JAVA}/bin/java`,
    classpath: [`${LIBRARIES}/*`],
  };
  if (existsSync(archive)) return image;
  mkdirSync(cache, { recursive: true });
  const root = mkdtempSync(join(tmpdir(), "ferry-image-"));
  try {
    fill(root, home, distribution);
    const partial = `${archive}.${process.pid}.part`;
    execFileSync("tar", ["-C", root, "-cf", partial, "."]);
    renameSync(partial, archive);
    removeOlder(cache, archive, prefix);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return image;
}
