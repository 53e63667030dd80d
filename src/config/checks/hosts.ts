/** Hosts: no work directory and no engine may be declared twice, because both would believe to own what runs there. */
import { normalize } from "node:path";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, objectAt, ofKind, placeName, specPlace, textAt } from "./input.js";

interface Ground {
  readonly key: string;
  readonly what: string;
  readonly path: readonly string[];
}

function groundOf(host: LoadedResource): Ground | undefined {
  const runtime = objectAt(host.spec, "runtime");
  const workDir = textAt(objectAt(runtime, "process"), "workDir");
  if (workDir !== undefined) {
    const key = normalize(workDir).replace(/\/$/, "");
    return {
      key: `process ${key}`,
      what: `the work directory ${workDir}`,
      path: ["runtime", "process", "workDir"],
    };
  }
  const endpoint = textAt(objectAt(runtime, "docker"), "endpoint");
  return endpoint === undefined
    ? undefined
    : {
        key: `docker ${endpoint}`,
        what: `the Docker engine ${endpoint}`,
        path: ["runtime", "docker", "endpoint"],
      };
}

export function checkHosts(input: CheckInput): void {
  const taken = new Map<string, LoadedResource>();
  for (const host of ofKind(input, "Host")) {
    const ground = groundOf(host);
    if (ground === undefined) continue;
    const other = taken.get(ground.key);
    if (other === undefined) {
      taken.set(ground.key, host);
      continue;
    }
    input.report.error(
      "host-declared-twice",
      specPlace(host, ground.path),
      `${host.address} and ${other.address} have ${ground.what} both`,
      {
        detail: `the other one is at ${placeName(other, ground.path)}`,
        remedy: "use one Host for both, or give each its own",
        address: host.address,
      },
    );
  }
  checkEndpoints(input);
}

function checkEndpoints(input: CheckInput): void {
  for (const host of ofKind(input, "Host")) {
    const docker = objectAt(objectAt(host.spec, "runtime"), "docker");
    const endpoint = textAt(docker, "endpoint");
    if (docker["tls"] === undefined || endpoint === undefined || endpoint.startsWith("tcp://")) continue;
    input.report.error(
      "tls-without-tcp",
      specPlace(host, ["runtime", "docker", "tls"], "key"),
      `${host.address} has TLS for ${endpoint}, and only tcp:// endpoints use it`,
      {
        remedy: "leave tls out, or use a tcp:// endpoint",
        address: host.address,
      },
    );
  }
}
