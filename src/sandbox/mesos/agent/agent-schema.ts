/** The calls of an agent's v1 API: names, and the fields that are read of them. Facts, section 4. Data only. */
import { field, type Message, nested, required } from "../http/message.js";
import type { ApiDescription } from "../http/v1.js";

const TIME: Message = { nanoseconds: required(field.number) };

const PARTS: Message = {
  get_metrics: nested({ timeout: nested(TIME) }),
  set_logging_level: nested({ level: required(field.number), duration: required(nested(TIME)) }),
  list_files: nested({ path: required(field.string) }),
  read_file: nested({ path: required(field.string), offset: required(field.number), length: field.number }),
};

/** Known by name and answered with 501: a simulated agent has no containers to attach to. */
const UNSUPPORTED = [
  "LAUNCH_CONTAINER",
  "WAIT_CONTAINER",
  "KILL_CONTAINER",
  "REMOVE_CONTAINER",
  "ATTACH_CONTAINER_OUTPUT",
  "ATTACH_CONTAINER_INPUT",
  "LAUNCH_NESTED_CONTAINER",
  "WAIT_NESTED_CONTAINER",
  "KILL_NESTED_CONTAINER",
  "REMOVE_NESTED_CONTAINER",
  "LAUNCH_NESTED_CONTAINER_SESSION",
  "ADD_RESOURCE_PROVIDER_CONFIG",
  "UPDATE_RESOURCE_PROVIDER_CONFIG",
  "REMOVE_RESOURCE_PROVIDER_CONFIG",
  "MARK_RESOURCE_PROVIDER_GONE",
];

const WITHOUT_PART = [
  "UNKNOWN",
  "GET_HEALTH",
  "GET_FLAGS",
  "GET_VERSION",
  "GET_LOGGING_LEVEL",
  "GET_STATE",
  "GET_AGENT",
  "GET_CONTAINERS",
  "GET_FRAMEWORKS",
  "GET_EXECUTORS",
  "GET_OPERATIONS",
  "GET_TASKS",
  "GET_RESOURCE_PROVIDERS",
  "PRUNE_IMAGES",
  ...UNSUPPORTED,
];

const WITH_PART = Object.keys(PARTS).map((name) => name.toUpperCase());

export const AGENT_API: ApiDescription = {
  name: "agent::Call",
  types: [...WITHOUT_PART, ...WITH_PART],
  needsPart: new Set(WITH_PART),
  message: { type: { kind: [...WITHOUT_PART, ...WITH_PART] }, ...PARTS },
};
