/** Names of the counters that /metrics/snapshot shows from the first moment, at zero. Recorded on a standby. Data only. */

const OPERATIONS = [
  "create",
  "create_disk",
  "destroy",
  "destroy_disk",
  "grow_volume",
  "reserve",
  "shrink_volume",
  "unreserve",
];
const OPERATION_STATES = [
  "dropped",
  "error",
  "failed",
  "finished",
  "gone_by_operator",
  "pending",
  "recovering",
  "total",
  "unreachable",
];

const MESSAGES = [
  "authenticate",
  "deactivate_framework",
  "decline_offers",
  "executor_to_framework",
  "exited_executor",
  "framework_to_executor",
  "kill_task",
  "launch_tasks",
  "operation_status_update",
  "operation_status_update_acknowledgement",
  "reconcile_operations",
  "reconcile_tasks",
  "register_framework",
  "register_slave",
  "reregister_framework",
  "reregister_slave",
  "resource_request",
  "revive_offers",
  "status_update",
  "status_update_acknowledgement",
  "suppress_offers",
  "unregister_framework",
  "unregister_slave",
  "update_slave",
];

const CHECKED = [
  "executor_to_framework_messages",
  "framework_to_executor_messages",
  "operation_status_update_acknowledgements",
  "operation_status_updates",
  "status_update_acknowledgements",
  "status_updates",
];

const OTHERS = [
  "dropped_messages",
  "event_queue_dispatches",
  "event_queue_http_requests",
  "event_queue_messages",
  "http_cache_hits",
  "recovery_slave_removals",
  "slave_registrations",
  "slave_removals",
  "slave_removals/reason_registered",
  "slave_removals/reason_unhealthy",
  "slave_removals/reason_unregistered",
  "slave_reregistrations",
  "slave_shutdowns_canceled",
  "slave_shutdowns_completed",
  "slave_shutdowns_scheduled",
  "slave_unreachable_canceled",
  "slave_unreachable_completed",
  "slave_unreachable_scheduled",
  "tasks_dropped",
  "tasks_error",
  "tasks_failed",
  "tasks_finished",
  "tasks_gone",
  "tasks_gone_by_operator",
  "tasks_killed",
  "tasks_lost",
];

export const MASTER_COUNTERS: readonly string[] = [
  ...OPERATION_STATES.map((state) => `operations/${state}`),
  ...OPERATIONS.flatMap((kind) => OPERATION_STATES.map((state) => `operations/${kind}/${state}`)),
  ...MESSAGES.map((name) => `messages_${name}`),
  ...CHECKED.flatMap((name) => [`valid_${name}`, `invalid_${name}`]),
  ...OTHERS,
].map((name) => `master/${name}`);

const CALLS = [
  "accept",
  "accept_inverse_offers",
  "acknowledge",
  "acknowledge_operation_status",
  "decline",
  "decline_inverse_offers",
  "kill",
  "message",
  "reconcile",
  "reconcile_operations",
  "request",
  "revive",
  "shutdown",
  "subscribe",
  "suppress",
  "teardown",
  "update_framework",
];

const EVENTS = [
  "error",
  "failure",
  "heartbeat",
  "inverse_offers",
  "message",
  "offers",
  "rescind",
  "rescind_inverse_offer",
  "subscribed",
  "update",
  "update_operation_status",
];

const TERMINAL = [
  "task_dropped",
  "task_error",
  "task_failed",
  "task_finished",
  "task_gone",
  "task_gone_by_operator",
  "task_killed",
  "task_lost",
];

/** Below `master/frameworks/NAME/ID/`. */
export const FRAMEWORK_COUNTERS: readonly string[] = [
  "calls",
  ...CALLS.map((name) => `calls/${name}`),
  "events",
  ...EVENTS.map((name) => `events/${name}`),
  ...["accepted", "declined", "rescinded", "sent"].map((name) => `offers/${name}`),
  "operations",
  ...[...OPERATIONS, "launch", "launch_group"].map((name) => `operations/${name}`),
  ...TERMINAL.map((name) => `tasks/terminal/${name}`),
];

/** Gauges of a framework's tasks. */
export const ACTIVE_STATES = [
  "task_killing",
  "task_running",
  "task_staging",
  "task_starting",
  "task_unknown",
  "task_unreachable",
] as const;
