/**
 * Recognises ZooKeeper in a folder or in Debian's package and says what it can do. Never starts or changes anything.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { manifestClassPath, mavenVersion } from "./distribution-manifest.js";
import {
  type Distribution,
  type DistributionFeatures,
  isAtLeast,
  type LoggingBackend,
} from "./distribution-model.js";

const SERVER_JAR = /^zookeeper-(\d+\.\d+\.\d+(?:-(?:alpha|beta|rc\d*))?)\.jar$/;

/** Jars the class path needs; a name stands for `name.jar` and `name-<version>.jar`. */
const ADMIN_SERVER = ["server", "servlet", "http", "io", "util", "security"];
const NETTY = ["buffer", "codec", "common", "handler", "resolver", "transport"];

function jarsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".jar"))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return []; // no such folder: the caller says what is missing
  }
}

function hasJar(classpath: readonly string[], name: string): boolean {
  return classpath.some((path) => {
    const file = basename(path);
    return file === `${name}.jar` || (file.startsWith(`${name}-`) && /\d/.test(file.charAt(name.length + 1)));
  });
}

function detectFeatures(version: string, classpath: readonly string[]): DistributionFeatures {
  const has = (name: string) => hasJar(classpath, name);
  const jetty = ADMIN_SERVER.every((part) => has(`jetty-${part}`) || has(`jetty9-${part}`));
  const servlet = has("javax.servlet-api") || has("servlet-api") || has("jetty-servlet-api");
  return {
    adminServer: isAtLeast(version, "3.5.0") && jetty && servlet && has("jackson-databind"),
    tls: isAtLeast(version, "3.5.5") && (has("netty-all") || NETTY.every((part) => has(`netty-${part}`))),
    prometheus: isAtLeast(version, "3.6.0") && has("zookeeper-prometheus-metrics"),
    snappy: isAtLeast(version, "3.6.0") && has("snappy-java"),
    reconfig: isAtLeast(version, "3.5.0"),
  };
}

function detectLogging(classpath: readonly string[]): LoggingBackend {
  const has = (name: string) => hasJar(classpath, name);
  if (has("logback-classic")) return "logback";
  if (has("log4j-1.2") || has("reload4j") || has("log4j")) return "log4j1";
  return has("slf4j-simple") ? "simple" : "none";
}

function describe(version: string, classpath: readonly string[], source: string): Distribution {
  return {
    version,
    classpath,
    source,
    features: detectFeatures(version, classpath),
    logging: detectLogging(classpath),
  };
}

/**
 * ZooKeeper unpacked at `home`: jars in `home` and `home/lib`, as in the official archives and ferry's cache.
 * Undefined when there is no zookeeper-<version>.jar.
 */
export function readHome(home: string, source: string): Distribution | undefined {
  const folder = resolve(home);
  const classpath = [...jarsIn(folder), ...jarsIn(join(folder, "lib"))];
  for (const jar of classpath) {
    const version = SERVER_JAR.exec(basename(jar))?.[1];
    if (version !== undefined) return describe(version, classpath, source);
  }
  return undefined;
}

/**
 * Jars that Debian's manifest leaves out although the server needs them: a logging backend, the servlet API for the
 * admin server, and netty's codec and resolver for TLS.
 */
const DEBIAN_EXTRA = [
  "slf4j-log4j12",
  "log4j-1.2",
  "servlet-api",
  "netty-codec",
  "netty-resolver",
  "netty-transport-native-unix-common",
];

/** Debian's package below `javaFolder` (/usr/share/java). */
export function readDebian(javaFolder: string): Distribution | undefined {
  const jar = join(javaFolder, "zookeeper.jar");
  if (!existsSync(jar)) return undefined;
  const version = mavenVersion(jar, "org.apache.zookeeper", "zookeeper");
  if (version === null) return undefined;
  const extra = DEBIAN_EXTRA.map((name) => join(javaFolder, `${name}.jar`));
  const classpath = [jar, ...manifestClassPath(jar), ...extra].filter((path) => existsSync(path));
  return describe(version, [...new Set(classpath)], `Debian's package (${jar})`);
}
