/**
 * The spec of a deployed resource as one of its servers is started with it: on the side where it is declared as it is written, on the
 * other one with that side's ZooKeeper. Pure.
 */
import { isObject, type Json, type JsonObject } from "../../value/json.js";
import type { MigrationSpec, PlatformSide, SideName } from "../model/spec.js";
import type { ServerChange } from "./server-control.js";
import type { Server } from "./servers.js";

/** Null where ferry does not deploy it. */
export function startedWith(
  migration: MigrationSpec,
  { role, spec, home }: Pick<Server, "role" | "spec" | "home">,
  { quorum, zookeeper = home }: ServerChange,
): JsonObject | null {
  if (spec === null) return null;
  const wanted: JsonObject = quorum === undefined ? spec : { ...spec, quorum };
  if (zookeeper === home) return wanted;
  switch (role) {
    case "master":
      return { ...wanted, zookeeper: placeOn(migration, zookeeper, spec["zookeeper"], migration.mesosPath) };
    case "agent":
      return agentsSpec(migration, wanted, zookeeper);
    case "framework":
      return frameworkSpec(migration, wanted, zookeeper);
  }
}

/** `{ensemble, path, auth}` or `{connectString, path, auth}`, of that side; what it had beside them stays. */
function placeOn(migration: MigrationSpec, name: SideName, had: Json | undefined, path: string): JsonObject {
  const { zookeeper } = sideOf(migration, name);
  const { ensemble: _ensemble, connectString: _connect, ...rest } = isObject(had) ? had : {};
  const where: JsonObject =
    zookeeper.resource === null
      ? { connectString: zookeeper.connectString }
      : { ensemble: zookeeper.resource };
  return { path, ...rest, ...where };
}

function agentsSpec(migration: MigrationSpec, spec: JsonObject, name: SideName): JsonObject {
  const { masters, ...rest } = spec;
  const declared = mastersOn(migration, name);
  if (declared !== null) {
    const { zookeeper: _zookeeper, ...others } = rest;
    return { ...others, masters: declared };
  }
  const auth = isObject(rest["zookeeper"]) ? null : authOf(migration, masters);
  const had = auth === null ? rest["zookeeper"] : { auth };
  return { ...rest, zookeeper: placeOn(migration, name, had, migration.mesosPath) };
}

function frameworkSpec(migration: MigrationSpec, spec: JsonObject, name: SideName): JsonObject {
  const { masters, master: _master, zookeeper: had, ...rest } = spec;
  const declared = mastersOn(migration, name);
  const where: JsonObject =
    declared === null
      ? { master: `zk://${sideOf(migration, name).zookeeper.connectString}${migration.mesosPath}` }
      : { masters: declared };
  const auth = authOf(migration, masters);
  const guarded: JsonObject = auth === null || rest["masterAuth"] !== undefined ? {} : { masterAuth: auth };
  const path = isObject(had) && typeof had["path"] === "string" ? had["path"] : "";
  const state: JsonObject = isObject(had) ? { zookeeper: placeOn(migration, name, had, path) } : {};
  return { ...rest, ...guarded, ...where, ...state };
}

/** Declared masters that are on that side's ZooKeeper by their declaration; null when there are none: the same ones, repointed. */
function mastersOn(migration: MigrationSpec, name: SideName): string | null {
  const { resource } = sideOf(migration, name).masters;
  return name === "b" && resource === migration.source.masters.resource ? null : resource;
}

/** The credentials of the declared masters by that address; null when they have none. */
function authOf({ source, target }: MigrationSpec, masters: Json | undefined): Json {
  const found = [source, target].find(
    ({ masters: { resource } }) => resource !== null && resource === masters,
  );
  const zookeeper = found?.masters.spec?.["zookeeper"];
  return isObject(zookeeper) ? (zookeeper["auth"] ?? null) : null;
}

function sideOf({ source, target }: MigrationSpec, name: SideName): PlatformSide {
  return name === "a" ? source : target;
}
