/**
 * A runner in a process of its own, to be killed: it takes the synchronisation up and carries one step out. The servers are the
 * test's: each operation is asked for over the channel and answered there.
 */
import type { ServerControl, ServerStatus } from "../../src/migration/actions/server-control.js";
import type { Server } from "../../src/migration/actions/servers.js";
import type { ActionStep } from "../../src/migration/model/action.js";
import type { Facts } from "../../src/migration/model/ports.js";
import type { MigrationSpec } from "../../src/migration/model/spec.js";
import { actionOf, makeRunner, recordOf } from "./platform.js";

export interface Order {
  readonly spec: MigrationSpec;
  readonly step: ActionStep;
  readonly facts: Facts;
}

export interface Asked {
  readonly number: number;
  readonly method: keyof ServerControl;
  readonly server: Pick<Server, "ref" | "role">;
  readonly argument: object;
}

export interface Answered {
  readonly number: number;
  readonly value: unknown;
}

const waiting = new Map<number, (value: unknown) => void>();
let asked = 0;

function ask<T>(method: keyof ServerControl, { ref, role }: Server, argument: object): Promise<T> {
  asked += 1;
  const question: Asked = { number: asked, method, server: { ref, role }, argument };
  return new Promise((resolve) => {
    waiting.set(question.number, (value) => resolve(value as T));
    process.send?.(question);
  });
}

const control: ServerControl = {
  start: (server, change) => ask<void>("start", server, change),
  stop: (server) => ask<void>("stop", server, {}),
  remove: (server, options) => ask<void>("remove", server, options),
  status: (server, change) => ask<ServerStatus>("status", server, change),
};

process.on("message", (message: Answered) => {
  waiting.get(message.number)?.(message.value);
  waiting.delete(message.number);
});

const order = JSON.parse(process.env["FERRY_TEST_ORDER"] ?? "") as Order;
const runner = await makeRunner(order.spec, control, (text) => process.stderr.write(`${text}\n`));
await runner.sustain(recordOf(order.spec, { kind: "start-sync" }));
const facts = new Map([["baseline", order.facts]]);
const report = (text: string) => void process.stderr.write(`${text}\n`);
await runner.run(actionOf(order.step), { signal: new AbortController().signal, facts, report });
