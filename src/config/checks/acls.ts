/** ACL entries: what each scheme needs and what it cannot have. */
import { isIP } from "node:net";
import type { JsonObject } from "../../value/json.js";
import type { LoadedResource } from "../resources/resource.js";
import { type CheckInput, itemsAt, objectAt, ofKind, specPlace, textAt } from "./input.js";
import { declaredPaths } from "./znode-paths.js";

interface Fault {
  readonly summary: string;
  readonly remedy: string;
  /** The field to mark; the whole entry without one. */
  readonly field?: string;
}

function digestFault(entry: JsonObject): Fault | undefined {
  const byHash = entry["id"] !== undefined;
  const byPassword = entry["user"] !== undefined || entry["password"] !== undefined;
  if (byHash && byPassword)
    return {
      summary: "a digest entry has an id and a user or password both",
      remedy: "keep id (user:hash), or user and password",
      field: "id",
    };
  if (!byHash && (entry["user"] === undefined || entry["password"] === undefined)) {
    return {
      summary: "a digest entry needs an id, or user and password",
      remedy: "add user: and password: env:NAME, or id: user:hash",
    };
  }
  const id = textAt(entry, "id");
  if (id !== undefined && !/^[^:]+:[A-Za-z0-9+/]{27}=$/.test(id)) {
    return {
      summary: "the id of a digest entry must be user:hash, the hash being the base64 of a SHA-1",
      remedy: "let ferry make the hash: write user: and password: env:NAME instead",
      field: "id",
    };
  }
  return undefined;
}

function isNetwork(id: string): boolean {
  const [address = "", bits] = id.split("/");
  const version = isIP(address);
  if (version === 0) return false;
  return bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function faultOf(entry: JsonObject): Fault | undefined {
  const scheme = textAt(entry, "scheme");
  if (scheme === "digest") return digestFault(entry);
  const id = textAt(entry, "id");
  const foreign = ["user", "password"].find((field) => entry[field] !== undefined);
  if (foreign !== undefined)
    return {
      summary: `${foreign} is for scheme digest, and this is ${scheme}`,
      remedy: "use id instead, or scheme: digest",
      field: foreign,
    };
  if (entry["id"] === undefined)
    return {
      summary: `an entry of scheme ${scheme} needs an id`,
      remedy: scheme === "world" ? "add id: anyone" : "add id",
    };
  if (scheme === "world" && id !== undefined && id !== "anyone")
    return {
      summary: `scheme world knows only anyone, and not "${id}"`,
      remedy: "write id: anyone, or choose another scheme",
      field: "id",
    };
  if (scheme === "ip" && id !== undefined && !isNetwork(id))
    return {
      summary: `"${id}" is neither an address nor a network`,
      remedy: "write for example 10.0.0.7 or 10.0.0.0/8",
      field: "id",
    };
  return undefined;
}

/** @param what whose ACL it is, for the message */
function checkEntries(
  resource: LoadedResource,
  at: readonly string[],
  holder: JsonObject,
  field: string,
  what: string,
  input: CheckInput,
): void {
  for (const { item, index } of itemsAt(holder, field)) {
    const fault = faultOf(item);
    if (fault === undefined) continue;
    const marked = fault.field === undefined ? [] : [fault.field];
    const place = specPlace(resource, [...at, field, index, ...marked]);
    input.report.error("bad-acl", place, `ACL of ${what}: ${fault.summary}`, {
      remedy: fault.remedy,
      address: resource.address,
    });
  }
}

export function checkAcls(input: CheckInput): void {
  for (const znode of ofKind(input, "ZNode")) {
    for (const { path, at, node } of declaredPaths(znode)) checkEntries(znode, at, node, "acl", path, input);
  }
  for (const sync of ofKind(input, "Sync")) {
    const unknown = objectAt(sync.spec, "unknownAcl");
    checkEntries(sync, ["unknownAcl"], unknown, "replace", sync.address, input);
  }
}
