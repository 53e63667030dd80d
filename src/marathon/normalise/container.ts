/** The container of an app and its volumes as Marathon reads them back; ports are in network.ts. Facts section 2.3. */
import type { Json, JsonObject } from "../../value/json.js";
import { asSet, changed, filled, inList, inObject, isPlain, without, withoutEmpty } from "./parts.js";

export function normaliseContainer(written: JsonObject): JsonObject {
  const container = filled(written, { type: "DOCKER", volumes: [] });
  const docker = (value: Json): Json =>
    inObject(value, (fields) => normaliseDocker(fields, container["type"]));
  return changed(changed(container, "docker", docker), "volumes", normaliseVolumes);
}

function normaliseDocker(written: JsonObject, engine: Json | undefined): JsonObject {
  const docker = filled(written, { forcePullImage: false });
  if (engine === "DOCKER") return filled(docker, { privileged: false, parameters: [] });
  // Mesos' own containers know neither; Marathon may print their defaults all the same.
  const plain = docker["privileged"] === false ? without(docker, ["privileged"]) : docker;
  return withoutEmpty(plain, ["parameters"]);
}

function normaliseVolumes(volumes: Json): Json {
  return inList(volumes, (volume) =>
    changed(changed(volume, "persistent", normalisePersistent), "external", normaliseExternal),
  );
}

/** Also of pods. */
export function normalisePersistent(persistent: Json): Json {
  return inObject(persistent, (written) => {
    // A profile is one of mount disks.
    const type = written["profileName"] === undefined ? "root" : "mount";
    return withoutEmpty(changed(filled(written, { type }), "constraints", asSet), ["constraints"]);
  });
}

function normaliseExternal(external: Json): Json {
  return inObject(external, (written) => {
    const info = withoutEmpty(written, ["options"]);
    return info["shared"] === false ? without(info, ["shared"]) : info;
  });
}

function volumesOf(container: Json | undefined): readonly Json[] {
  const volumes = isPlain(container) ? container["volumes"] : undefined;
  return Array.isArray(volumes) ? volumes : [];
}

/** Its instances are bound to reservations on agents. */
export function hasPersistentVolumes(container: Json | undefined): boolean {
  return volumesOf(container).some((volume) => isPlain(volume) && volume["persistent"] !== undefined);
}

export function hasExternalVolumes(container: Json | undefined): boolean {
  return volumesOf(container).some((volume) => isPlain(volume) && volume["external"] !== undefined);
}
