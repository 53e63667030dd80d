/** The calls of the v1 scheduler API: names, and the fields that are read of them. Facts, section 5. Data only. */
import { field, type Message, nested, repeated, required } from "../http/message.js";
import type { ApiDescription } from "../http/v1.js";

const ID: Message = { value: required(field.string) };
const FILTERS: Message = { refuse_seconds: field.number };
const CAPABILITY: Message = { type: field.string };
const FRAMEWORK_INFO: Message = {
  user: required(field.string),
  name: required(field.string),
  id: nested(ID),
  failover_timeout: field.number,
  checkpoint: field.bool,
  role: field.string,
  roles: repeated(field.string),
  hostname: field.string,
  principal: field.string,
  webui_url: field.string,
  capabilities: repeated(nested(CAPABILITY)),
  labels: field.any,
  domain: field.any,
  offer_filters: field.any,
};
const GRACE: Message = { grace_period: nested({ nanoseconds: required(field.number) }) };

const PARTS: Message = {
  subscribe: nested({
    framework_info: required(nested(FRAMEWORK_INFO)),
    suppressed_roles: repeated(field.string),
    offer_constraints: field.any,
  }),
  accept: nested({
    offer_ids: repeated(nested(ID)),
    operations: repeated(field.any),
    filters: nested(FILTERS),
  }),
  decline: nested({ offer_ids: repeated(nested(ID)), filters: nested(FILTERS) }),
  accept_inverse_offers: nested({ inverse_offer_ids: repeated(nested(ID)), filters: nested(FILTERS) }),
  decline_inverse_offers: nested({ inverse_offer_ids: repeated(nested(ID)), filters: nested(FILTERS) }),
  kill: nested({ task_id: required(nested(ID)), agent_id: nested(ID), kill_policy: nested(GRACE) }),
  shutdown: nested({ executor_id: required(nested(ID)), agent_id: required(nested(ID)) }),
  acknowledge: nested({
    agent_id: required(nested(ID)),
    task_id: required(nested(ID)),
    uuid: required(field.bytes),
  }),
  acknowledge_operation_status: nested({ uuid: required(field.bytes), operation_id: required(nested(ID)) }),
  reconcile: nested({ tasks: repeated(nested({ task_id: required(nested(ID)), agent_id: nested(ID) })) }),
  reconcile_operations: nested({ operations: repeated(field.any) }),
  message: nested({
    agent_id: required(nested(ID)),
    executor_id: required(nested(ID)),
    data: required(field.bytes),
  }),
  request: nested({ requests: repeated(field.any) }),
  update_framework: nested({
    framework_info: required(nested(FRAMEWORK_INFO)),
    suppressed_roles: repeated(field.string),
    offer_constraints: field.any,
  }),
};

const WITH_PART = Object.keys(PARTS).map((name) => name.toUpperCase());
const TYPES = ["UNKNOWN", "TEARDOWN", "REVIVE", "SUPPRESS", ...WITH_PART];

export const SCHEDULER_API: ApiDescription = {
  name: "scheduler::Call",
  types: TYPES,
  needsPart: new Set(WITH_PART),
  message: {
    framework_id: nested(ID),
    type: { kind: TYPES },
    ...PARTS,
    revive: nested({ role: field.string, roles: repeated(field.string) }),
    suppress: nested({ role: field.string, roles: repeated(field.string) }),
  },
};
