/**
 * What the znode of the lowest member says: the three ways in which masters have written themselves down, and Mesos' texts
 * for data that is none of them. Pure.
 */
import type { Json } from "../../../value/json.js";
import { isObject } from "../../../value/json.js";
import { type MasterInfo, masterInfo, readMasterInfo } from "./master-info.js";
import { decodeMasterInfo } from "./master-info-protobuf.js";
import { parseUpid } from "./upid.js";

/** Since 0.24, before 0.24. No label is older still. */
export const JSON_LABEL = "json.info";
const PROTOBUF_LABEL = "info";

export type LeaderData =
  | { readonly kind: "master"; readonly info: MasterInfo; readonly warning: string | null }
  /** All that watch the path end with this text. */
  | { readonly kind: "unreadable"; readonly message: string };

/** Texts as recorded in scenario 4 d and f; those of the old forms and of valid JSON that is no MasterInfo are of the source. */
export function readLeaderData(label: string | null, data: Buffer): LeaderData {
  if (label === JSON_LABEL) return fromJson(data.toString("utf8"));
  if (label === PROTOBUF_LABEL) return fromProtobuf(data);
  if (label === null) return fromUpid(data.toString("utf8"));
  return unreadable(`Failed to parse data of unknown label '${label}'`);
}

function fromJson(text: string): LeaderData {
  const parsed = parseObject(text);
  if (typeof parsed === "string") return unreadable(`Failed to parse data into valid JSON: ${parsed}`);
  const info = readMasterInfo(parsed);
  if (typeof info !== "string") return { kind: "master", info, warning: null };
  return unreadable(`Failed to parse JSON into a valid MasterInfo protocol buffer: ${info}`);
}

function fromProtobuf(data: Buffer): LeaderData {
  const info = decodeMasterInfo(data);
  if (info === null) return unreadable("Failed to parse data into MasterInfo");
  const warning =
    `Leading master ${info.pid} is using a Protobuf binary format when registering with ZooKeeper (info): ` +
    "this will be deprecated as of Mesos 0.24 (see MESOS-2340)";
  return { kind: "master", info, warning };
}

/** A UPID says where the master is, and nothing of its id. */
function fromUpid(text: string): LeaderData {
  const upid = parseUpid(text.trim());
  if (upid === null) return unreadable(`Failed to parse data into a UPID: '${text}'`);
  const { host, port } = upid;
  const info = masterInfo({ id: `${upid.id}@${host}:${port}`, ip: host, port, hostname: host, version: "" });
  const pid = `${upid.id}@${host}:${port}`;
  return {
    kind: "master",
    info: { ...info, capabilities: [], pid },
    warning: `Leading master ${pid} has data in old format`,
  };
}

/** The JSON object, or what Mesos' parser says: it shows the rest of the line at which it gave up. */
function parseObject(text: string): Json | string {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : "Unexpected JSON type parsed";
  } catch {
    const start = text.trimStart();
    const near = start.startsWith("{") ? "" : (start.split("\n")[0] ?? "");
    return `syntax error at line 1 near: ${near}`;
  }
}

function unreadable(message: string): LeaderData {
  return { kind: "unreadable", message };
}
