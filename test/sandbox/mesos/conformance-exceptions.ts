/** Recordings that the simulation does not match, each with the reason. The conformance test fails when one matches after all. */

export const EXCEPTIONS: Readonly<Record<string, string>> = {
  "master-leader/GET_root.http":
    "Mesos' own web UI, which is not simulated: the page says that this is a simulation",
};

/** Recordings that no test sends again, each with the reason. */
export const NOT_REPLAYED: Readonly<Record<string, string>> = {
  "scenario-3-agent-restart-other-zk-string-same-ensemble/agent1-state-after.http":
    "an agent's state as in agent/GET_state.http and scenario 5, which are compared; only ids, flags and the number of tasks differ",
  "scenario-6a-master-on-B-naive-mirror-split-brain/UPDATE_WEIGHTS-on-A-leader.http":
    "there was no answer within 20 s to record; coordination/mirrored-log.real.test.ts checks the registrar's end",
  "scenario-6b-master-on-B-counter-raised-standby-then-cutover-one-way-mirror/registry-new-leader.http":
    "a registry as in ops/62_registry_drained.http, which is compared; coordination/mirrored-log.real.test.ts checks what was lost from it",
};
