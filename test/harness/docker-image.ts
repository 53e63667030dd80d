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
  realpathSync,
  renameSync,
  rmSync,
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
  /** Inside the image. */
  readonly classpath: readonly string[];
}

const LIBRARIES = "/opt/zookeeper/lib";

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
  cpSync(home, join(root, "opt/java"), { recursive: true, dereference: true, filter: keep });
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
  writeFileSync(join(root, "usr/bin/java"), '#!/bin/sh\nexec /opt/java/bin/java "$@"\n');
  chmodSync(join(root, "usr/bin/java"), 0o755);
  for (const jar of distribution.classpath)
    copyFileSync(realpathSync(jar), join(root, LIBRARIES, basename(jar)));
}

/** Makes the archive, or takes the one an earlier run made. */
export async function zookeeperImage(): Promise<ServerImage> {
  const distribution = await testDistribution("3.8.4");
  const home = javaHome();
  const key = createHash("sha256")
    .update(JSON.stringify([2, home, distribution.classpath]))
    .digest("hex")
    .slice(0, 16);
  const cache = join(process.env["FERRY_CACHE"] ?? join(homedir(), ".cache", "ferry"), "images");
  const archive = join(cache, `zookeeper-${distribution.version}-${key}.tar`);
  const image = {
    archive,
    name: `ferry-test/zookeeper:${distribution.version}`,
    version: distribution.version,
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
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return image;
}
