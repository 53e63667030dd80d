/** The calls of the v1 operator API: names, and the fields that are read of them. Facts, section 4. Data only. */
import { field, type Message, nested, repeated, required } from "../http/message.js";
import type { ApiDescription } from "../http/v1.js";

const ID: Message = { value: required(field.string) };
const AGENT: Message = { agent_id: required(nested(ID)) };
/** google.protobuf.Duration, field by field. */
const DURATION: Message = { seconds: field.number, nanos: field.number };
const MACHINE: Message = { hostname: field.string, ip: field.string };
const TIME: Message = { nanoseconds: required(field.number) };
const SCALAR: Message = { value: required(field.number) };
const RESOURCE: Message = {
  name: required(field.string),
  type: required({ kind: ["SCALAR", "RANGES", "SET"] }),
  scalar: nested(SCALAR),
  ranges: field.any,
  set: field.any,
  role: field.string,
  reservation: field.any,
  reservations: repeated(field.any),
  disk: field.any,
  allocation_info: field.any,
};
const SCHEDULE: Message = {
  windows: repeated(
    nested({
      machine_ids: repeated(nested(MACHINE)),
      unavailability: required(nested({ start: required(nested(TIME)), duration: nested(TIME) })),
    }),
  ),
};
const QUOTA_CONFIG: Message = { role: required(field.string), guarantees: field.any, limits: field.any };
const QUOTA_REQUEST: Message = {
  force: field.bool,
  role: field.string,
  guarantee: repeated(nested(RESOURCE)),
};
const WEIGHT: Message = { weight: required(field.number), role: field.string };

export const SCHEDULE_MESSAGE = SCHEDULE;
export const MACHINE_MESSAGE = MACHINE;
export const QUOTA_REQUEST_MESSAGE = QUOTA_REQUEST;
export const WEIGHT_MESSAGE = WEIGHT;
export const RESOURCE_MESSAGE = RESOURCE;

const RESOURCES_PART: Message = {
  agent_id: required(nested(ID)),
  source: repeated(nested(RESOURCE)),
  resources: repeated(nested(RESOURCE)),
};
const VOLUMES_PART: Message = { agent_id: required(nested(ID)), volumes: repeated(nested(RESOURCE)) };

/** The parts by name; a type whose part is here needs it. */
export const OPERATOR_PARTS: Message = {
  get_metrics: nested({ timeout: nested(TIME) }),
  set_logging_level: nested({ level: required(field.number), duration: required(nested(TIME)) }),
  list_files: nested({ path: required(field.string) }),
  read_file: nested({ path: required(field.string), offset: required(field.number), length: field.number }),
  update_weights: nested({ weight_infos: repeated(nested(WEIGHT)) }),
  reserve_resources: nested(RESOURCES_PART),
  unreserve_resources: nested(RESOURCES_PART),
  create_volumes: nested(VOLUMES_PART),
  destroy_volumes: nested(VOLUMES_PART),
  grow_volume: nested({
    agent_id: nested(ID),
    volume: required(nested(RESOURCE)),
    addition: required(nested(RESOURCE)),
  }),
  shrink_volume: nested({
    agent_id: nested(ID),
    volume: required(nested(RESOURCE)),
    subtract: required(nested(SCALAR)),
  }),
  update_maintenance_schedule: nested({ schedule: required(nested(SCHEDULE)) }),
  start_maintenance: nested({ machines: repeated(nested(MACHINE)) }),
  stop_maintenance: nested({ machines: repeated(nested(MACHINE)) }),
  drain_agent: nested({ ...AGENT, max_grace_period: nested(DURATION), mark_gone: field.bool }),
  deactivate_agent: nested(AGENT),
  reactivate_agent: nested(AGENT),
  mark_agent_gone: nested(AGENT),
  update_quota: nested({ force: field.bool, quota_configs: repeated(nested(QUOTA_CONFIG)) }),
  set_quota: nested({ quota_request: required(nested(QUOTA_REQUEST)) }),
  remove_quota: nested({ role: required(field.string) }),
  teardown: nested({ framework_id: required(nested(ID)) }),
};

const WITHOUT_PART = [
  "UNKNOWN",
  "GET_HEALTH",
  "GET_FLAGS",
  "GET_VERSION",
  "GET_LOGGING_LEVEL",
  "GET_STATE",
  "GET_AGENTS",
  "GET_FRAMEWORKS",
  "GET_EXECUTORS",
  "GET_OPERATIONS",
  "GET_TASKS",
  "GET_ROLES",
  "GET_WEIGHTS",
  "GET_MASTER",
  "GET_MAINTENANCE_STATUS",
  "GET_MAINTENANCE_SCHEDULE",
  "GET_QUOTA",
  "SUBSCRIBE",
];

const WITH_PART = Object.keys(OPERATOR_PARTS).map((name) => name.toUpperCase());

export const OPERATOR_API: ApiDescription = {
  name: "master::Call",
  types: [...WITHOUT_PART, ...WITH_PART],
  needsPart: new Set(WITH_PART),
  message: { type: { kind: [...WITHOUT_PART, ...WITH_PART] }, ...OPERATOR_PARTS },
};
