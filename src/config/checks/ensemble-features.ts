/** Features of an ensemble that need each other: ports for TLS and metrics, versions, and what the hosts can run. */
import { isObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, objectAt, ofKind, serversOf, specPlace, textAt } from "./input.js";

function checkTls(ensemble: LoadedResource, input: CheckInput): void {
  const tls = objectAt(ensemble.spec, "tls")["client"];
  for (const { item, index } of serversOf(ensemble)) {
    const port = item["secureClientPort"];
    if (isObject(tls) && port === undefined) {
      input.report.error(
        "missing-port",
        specPlace(ensemble, ["servers", index]),
        `${ensemble.address} has TLS for clients, and server ${String(item["id"])} has no secureClientPort`,
        {
          remedy: "add secureClientPort, for example 2281",
          address: ensemble.address,
        },
      );
    } else if (tls === undefined && port !== undefined) {
      input.report.error(
        "port-without-tls",
        specPlace(ensemble, ["servers", index, "secureClientPort"]),
        `server ${String(item["id"])} of ${ensemble.address} has a secureClientPort, and the ensemble no tls.client`,
        {
          remedy: "add tls.client with keyStore and trustStore, or leave the port out",
          address: ensemble.address,
        },
      );
    }
  }
}

function checkMetrics(ensemble: LoadedResource, input: CheckInput): void {
  const provider = textAt(objectAt(ensemble.spec, "metrics"), "provider");
  for (const { item, index } of serversOf(ensemble)) {
    const port = item["metricsPort"];
    if (provider === "prometheus" && port === undefined) {
      input.report.error(
        "missing-port",
        specPlace(ensemble, ["servers", index]),
        `${ensemble.address} gives metrics to Prometheus, and server ${String(item["id"])} has no metricsPort`,
        {
          remedy: "add metricsPort, for example 7000",
          address: ensemble.address,
        },
      );
    } else if (port !== undefined && provider !== undefined && provider !== "prometheus") {
      input.report.warning(
        "unused-port",
        specPlace(ensemble, ["servers", index, "metricsPort"]),
        `server ${String(item["id"])} of ${ensemble.address} has a metricsPort that nothing serves`,
        {
          remedy: "set metrics: {provider: prometheus}, or leave the port out",
          address: ensemble.address,
        },
      );
    }
  }
}

/** Field of a server or of the spec → the first version that has it. */
const SINCE_SERVER: Readonly<Record<string, string>> = {
  adminPort: "3.5",
  secureClientPort: "3.5",
  metricsPort: "3.6",
  observerMasterPort: "3.6",
};

function older(version: string, than: string): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  const [c = 0, d = 0] = than.split(".").map(Number);
  return a < c || (a === c && b < d);
}

function checkVersion(ensemble: LoadedResource, input: CheckInput): void {
  const version = textAt(ensemble.spec, "version");
  if (version === undefined) return;
  const complain = (path: readonly (string | number)[], what: string, since: string): void => {
    input.report.error(
      "needs-newer-version",
      specPlace(ensemble, path),
      `${what} needs ZooKeeper ${since}, and ${ensemble.address} is ${version}`,
      {
        remedy: `leave it out, or use version ${since} or newer`,
        address: ensemble.address,
      },
    );
  };
  for (const { item, index } of serversOf(ensemble)) {
    for (const [field, since] of Object.entries(SINCE_SERVER)) {
      if (item[field] !== undefined && older(version, since))
        complain(["servers", index, field], field, since);
    }
  }
  for (const side of ["client", "quorum"]) {
    if (isObject(objectAt(ensemble.spec, "tls")[side]) && older(version, "3.5"))
      complain(["tls", side], `tls.${side}`, "3.5");
  }
  if (textAt(objectAt(ensemble.spec, "metrics"), "provider") === "prometheus" && older(version, "3.6"))
    complain(["metrics", "provider"], "metrics.provider prometheus", "3.6");
}

function runtimeOf(host: string, input: CheckInput): "process" | "docker" | undefined {
  const runtime = input.byAddress.get(host)?.spec["runtime"];
  if (!isObject(runtime)) return undefined;
  if (isObject(runtime["docker"])) return "docker";
  return isObject(runtime["process"]) ? "process" : undefined;
}

function checkRuntimes(ensemble: LoadedResource, input: CheckInput): void {
  const runtimes = new Set(
    serversOf(ensemble).flatMap(({ item }) =>
      typeof item["host"] === "string" ? [runtimeOf(item["host"], input)] : [],
    ),
  );
  const distribution = objectAt(ensemble.spec, "distribution");
  const all = runtimes.has(undefined) ? 0 : runtimes.size;
  const about = { address: ensemble.address };
  if (runtimes.has("docker") && distribution["image"] === undefined) {
    input.report.error(
      "missing-image",
      specPlace(ensemble, ["distribution"], "key"),
      `${ensemble.address} has servers on Docker hosts, and no distribution.image`,
      { ...about, remedy: 'add distribution: {image: "zookeeper:3.8.4"}' },
    );
  }
  if (all !== 1) return;
  if (runtimes.has("process") && ensemble.spec["container"] !== undefined) {
    input.report.error(
      "container-without-docker",
      specPlace(ensemble, ["container"], "key"),
      `${ensemble.address} has container settings, and all of its hosts run processes`,
      { ...about, remedy: "leave container out, or put the servers on hosts with runtime.docker" },
    );
  }
  for (const [runtime, field] of [
    ["process", "image"],
    ["process", "classpath"],
    ["docker", "home"],
  ] as const) {
    if (!runtimes.has(runtime) || distribution[field] === undefined) continue;
    input.report.warning(
      "unused-distribution",
      specPlace(ensemble, ["distribution", field], "key"),
      `distribution.${field} of ${ensemble.address} is not used: all of its hosts run ${runtime === "docker" ? "containers" : "processes"}`,
      { ...about, remedy: "leave it out" },
    );
  }
}

export function checkEnsembleFeatures(input: CheckInput): void {
  for (const ensemble of ofKind(input, "ZooKeeperEnsemble")) {
    checkTls(ensemble, input);
    checkMetrics(ensemble, input);
    checkVersion(ensemble, input);
    checkRuntimes(ensemble, input);
  }
}
