/**
 * What Marathon fills in by itself is no difference: ports that it gave out, the role and the network of its own
 * configuration. These functions put what was left open in place of it, in a live definition that is about to be compared.
 * All take canonical forms. Pure.
 */
import type { Json, JsonObject } from "../../value/json.js";
import { changed, inList, inObject, isPlain, without } from "./parts.js";

/** `wanted`: what it will be compared with. */
export function appAsWanted(live: JsonObject, wanted: JsonObject): JsonObject {
  const app = withoutRole(live, wanted);
  const networked = changed(app, "networks", (networks) => networksAsWanted(networks, wanted["networks"]));
  const defined = changed(networked, "portDefinitions", (ports) =>
    portsAsWanted(ports, wanted["portDefinitions"], "port"),
  );
  return changed(defined, "container", (container) =>
    inObject(container, (fields) =>
      changed(fields, "portMappings", (ports) => portsAsWanted(ports, mappingsOf(wanted), "servicePort")),
    ),
  );
}

export function podAsWanted(live: JsonObject, wanted: JsonObject): JsonObject {
  return changed(withoutRole(live, wanted), "networks", (networks) =>
    networksAsWanted(networks, wanted["networks"]),
  );
}

/** A group as far as `wanted` speaks of it: lists that it leaves out are not its business. */
export function groupAsWanted(live: JsonObject, wanted: JsonObject): JsonObject {
  const open = ["apps", "groups", "enforceRole"].filter((name) => wanted[name] === undefined);
  const rest = without(live, open);
  const apps = changed(rest, "apps", (list) => membersAsWanted(list, wanted["apps"], appAsWanted));
  return changed(apps, "groups", (list) => membersAsWanted(list, wanted["groups"], groupAsWanted));
}

function membersAsWanted(
  members: Json,
  wanted: Json | undefined,
  asWanted: (live: JsonObject, wanted: JsonObject) => JsonObject,
): Json {
  return inList(members, (member) => {
    const same = Array.isArray(wanted)
      ? (wanted as readonly Json[]).find((other) => isPlain(other) && other["id"] === member["id"])
      : undefined;
    return isPlain(same) ? asWanted(member, same) : member;
  });
}

function withoutRole(live: JsonObject, wanted: JsonObject): JsonObject {
  return wanted["role"] === undefined ? without(live, ["role"]) : live;
}

function mappingsOf(app: JsonObject): Json | undefined {
  return isPlain(app["container"]) ? app["container"]["portMappings"] : undefined;
}

/** Zero asks for any: whatever was given out is what was asked for. */
function portsAsWanted(ports: Json, wanted: Json | undefined, field: string): Json {
  return inList(ports, (port, at) => {
    const same = itemOf(wanted, at);
    return isPlain(same) && same[field] === 0 ? { ...port, [field]: 0 } : port;
  });
}

function networksAsWanted(networks: Json, wanted: Json | undefined): Json {
  return inList(networks, (network, at) => {
    const same = itemOf(wanted, at);
    const open = isPlain(same) && same["name"] === undefined && same["mode"] === network["mode"];
    return open ? without(network, ["name"]) : network;
  });
}

function itemOf(list: Json | undefined, at: number): Json | undefined {
  return Array.isArray(list) ? (list as readonly Json[])[at] : undefined;
}

/** The service ports of an app as they are now, those of its mappings or its definitions, in order. */
export function servicePorts(app: JsonObject): number[] {
  const definitions = app["portDefinitions"];
  const [ports, field] = Array.isArray(definitions)
    ? [definitions, "port"]
    : [mappingsOf(app), "servicePort"];
  if (!Array.isArray(ports)) return [];
  return (ports as readonly Json[]).flatMap((port) => {
    const number = isPlain(port) ? port[field] : undefined;
    return typeof number === "number" ? [number] : [];
  });
}
