/**
 * What ferry knows of a ZooKeeper installation on this machine: plain data, made by distribution-layout.ts. Never
 * starts anything.
 */

/** The slf4j backend found; decides which configuration file a server needs to log sensibly. */
export type LoggingBackend = "log4j1" | "logback" | "simple" | "none";

export interface DistributionFeatures {
  /** The HTTP admin server can start (3.5+, jetty, servlet API and jackson are there). */
  readonly adminServer: boolean;
  /** Client and quorum TLS (3.5.5+, all needed netty jars are there). */
  readonly tls: boolean;
  /** metricsProvider.className=…PrometheusMetricsProvider (3.6+). */
  readonly prometheus: boolean;
  /** Snapshots compressed with snappy (3.6+). */
  readonly snappy: boolean;
  /** reconfig and /zookeeper/config (3.5+). */
  readonly reconfig: boolean;
}

export interface Distribution {
  /** e.g. `3.8.4` */
  readonly version: string;
  /** Absolute paths of jars, in class-path order. */
  readonly classpath: readonly string[];
  /** Where it was found, in words, e.g. `Debian's package (/usr/share/java/zookeeper.jar)`. */
  readonly source: string;
  readonly features: DistributionFeatures;
  readonly logging: LoggingBackend;
}

/** Numbers of `3.8.4`, `3.5.4-beta`; missing ones are 0. */
export function versionNumbers(version: string): readonly [number, number, number] {
  const parts = version.split(/[.-]/).map((part) => Number.parseInt(part, 10));
  const at = (index: number) => {
    const part = parts[index];
    return part === undefined || Number.isNaN(part) ? 0 : part;
  };
  return [at(0), at(1), at(2)];
}

/** Negative when `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [versionNumbers(a), versionNumbers(b)];
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2];
}

export function isAtLeast(version: string, floor: string): boolean {
  return compareVersions(version, floor) >= 0;
}

/** Whether `found` is what `wanted` asks for: `3.8` means any 3.8.x, `3.8.4` exactly that. */
export function satisfiesVersion(found: string, wanted: string): boolean {
  return found === wanted || found.startsWith(`${wanted}.`) || found.startsWith(`${wanted}-`);
}
