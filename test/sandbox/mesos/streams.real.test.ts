/** The event streams against the recorded ones: a task starts, its agent is drained, a framework is offered resources. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { waitFor } from "../../harness/wait.js";
import { eventDifferences } from "./event-shapes.js";
import { api, followEvents, Lab, TestFramework } from "./lab.js";

const DEADLINE_MS = 30_000;

const streams = suite("event streams of the Mesos simulation");

streams("have the recorded shapes", async () => {
  const lab = await Lab.make();
  const host = lab.ip(11);
  await lab.master(11, []);
  const framework = new TestFramework(host, {
    user: "root",
    name: "lab-fw",
    roles: ["web"],
    failover_timeout: 604800,
    checkpoint: true,
    hostname: "127.0.0.1",
    capabilities: [{ type: "MULTI_ROLE" }, { type: "PARTITION_AWARE" }],
  });
  try {
    const flags = [`--master=${host}:5050`, "--registration_backoff_factor=50ms"];
    const agent = await lab.agent(21, "r1", flags);
    await waitFor("the agent registers", DEADLINE_MS, () => agent.process.agent?.registered);
    await framework.subscribe();
    const ignoring = 'trap "" TERM; while true; do sleep 1; done';
    const patient = { kill_policy: { grace_period: { nanoseconds: 60_000_000_000 } } };
    await framework.launch(lab.ip(21), "stubborn-1", ignoring, patient);
    const seen: string[] = [];
    const unfollow = await followEvents(host, seen);
    await framework.launch(lab.ip(21), "web-3", "sleep 100000");
    const id = agent.process.agent?.id;
    await api(host, { type: "DRAIN_AGENT", drain_agent: { agent_id: { value: id } } });
    await framework.untilState("web-3", "TASK_KILLED");
    const kinds = (type: string) => [
      `${type} TASK_STARTING `,
      `${type} TASK_RUNNING `,
      `${type} TASK_KILLED REASON_AGENT_DRAINING`,
    ];
    const drain = "streams/operator-SUBSCRIBE-task-start-and-drain.events.jsonl";
    assert.equal(eventDifferences(drain, seen, ["HEARTBEAT", "TASK_ADDED", ...kinds("TASK_UPDATED")]), []);
    const scheduler = "streams/scheduler-events-selected.jsonl";
    const told = ["SUBSCRIBED", "HEARTBEAT", "OFFERS", ...kinds("UPDATE")];
    assert.equal(eventDifferences(scheduler, framework.texts, told), []);
    unfollow();
  } finally {
    framework.close();
    await lab.close();
  }
});

streams.run();
