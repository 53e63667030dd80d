/**
 * A small cluster of simulated masters and agents inside the test's process, on loopback addresses of its own, with the flags of
 * the recorded one; and a framework that does what the recorded frameworks did. Stopped as a whole.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentProcess } from "../../../src/sandbox/mesos/agent/agent-process.js";
import { AGENT_FLAGS } from "../../../src/sandbox/mesos/agent/flags.js";
import type { ProcessEnd } from "../../../src/sandbox/mesos/coordination/process-end.js";
import type { Credentials } from "../../../src/sandbox/mesos/http/credentials.js";
import type { Credential } from "../../../src/sandbox/mesos/link/client.js";
import { SystemClock } from "../../../src/sandbox/mesos/link/clock.js";
import { Acls } from "../../../src/sandbox/mesos/master/authorization.js";
import { MASTER_FLAGS } from "../../../src/sandbox/mesos/master/flags.js";
import { MasterProcess } from "../../../src/sandbox/mesos/master/master-process.js";
import { parseAttributes } from "../../../src/sandbox/mesos/model/attribute.js";
import type { FlagTable } from "../../../src/sandbox/mesos/model/flags.js";
import { Flags, readFlags } from "../../../src/sandbox/mesos/model/flags.js";
import { resourcesToJson } from "../../../src/sandbox/mesos/model/resource-json.js";
import { parseResources } from "../../../src/sandbox/mesos/model/resource-text.js";
import { waitFor } from "../../harness/wait.js";
import {
  differences,
  type HttpAnswer,
  type HttpMessage,
  readRecording,
  type Substitutions,
  substitute,
} from "./recording.js";

const DEADLINE_MS = 60_000;

export interface Given {
  readonly credentials?: Credentials;
  readonly acls?: Acls;
  /** What would end its process; it is then to be stopped. */
  readonly ended?: (end: ProcessEnd) => void;
}

export interface GivenToAgent {
  readonly credential?: Credential;
  readonly exited?: (status: number, message: string) => void;
}

export interface Running<P> {
  readonly process: P;
  /** As if it was killed, but that its ZooKeeper sessions end at once. */
  stop(): Promise<void>;
}

export class Lab {
  private readonly ends: (() => Promise<void>)[] = [];
  private constructor(
    readonly folder: string,
    /** The first three parts of its addresses. */
    readonly net: string,
  ) {}

  static async make(): Promise<Lab> {
    const number = process.pid % 200;
    return new Lab(
      await mkdtemp(join(tmpdir(), "ferry-mesos-")),
      `127.${20 + number}.${1 + Math.floor(Math.random() * 250)}`,
    );
  }

  /** The recorded 127.0.0.N here. */
  ip(last: number): string {
    return `${this.net}.${last}`;
  }

  async master(last: number, flags: readonly string[], given: Given = {}): Promise<Running<MasterProcess>> {
    const ip = this.ip(last);
    const clock = new SystemClock();
    const master = new MasterProcess({
      flags: flagsOf(MASTER_FLAGS, [
        `--ip=${ip}`,
        `--hostname=${ip}`,
        "--cluster=lab",
        `--work_dir=${this.folder}/master${last}`,
        ...flags,
      ]),
      clock,
      credentials: given.credentials ?? new Map(),
      acls: given.acls ?? Acls.none,
      log: () => {},
      end: given.ended ?? (() => {}),
      domain: null,
    });
    await master.start();
    const stop = async () => {
      clock.stop();
      await master.stop();
    };
    this.ends.push(stop);
    return { process: master, stop };
  }

  async agent(
    last: number,
    rack: string,
    flags: readonly string[],
    given: GivenToAgent = {},
  ): Promise<Running<AgentProcess>> {
    const ip = this.ip(last);
    const clock = new SystemClock();
    const attributes = `rack:${rack};zone:z1`;
    const resources = "cpus:4;mem:4096;disk:10240;ports:[31000-32000]";
    const [parsed, named] = [parseResources(resources), parseAttributes(attributes)];
    if (typeof parsed === "string" || typeof named === "string")
      throw new Error("the lab's agents cannot be described");
    const agent = new AgentProcess({
      flags: flagsOf(AGENT_FLAGS, [
        `--ip=${ip}`,
        `--hostname=${ip}`,
        `--attributes=${attributes}`,
        `--resources=${resources}`,
        `--work_dir=${this.folder}/agent${last}`,
        `--runtime_dir=${this.folder}/agent${last}-run`,
        "--no-systemd_enable_support",
        ...flags,
      ]),
      clock,
      log: () => {},
      resources: resourcesToJson(parsed),
      attributes: named,
      domain: null,
      credential: given.credential ?? null,
      httpCredentials: new Map(),
      exit: given.exited ?? (() => {}),
    });
    await agent.start();
    const stop = async () => {
      clock.stop();
      await agent.stop();
    };
    this.ends.push(stop);
    return { process: agent, stop };
  }

  async close(): Promise<void> {
    for (const end of this.ends.reverse()) await end().catch(() => {});
    await rm(this.folder, { recursive: true, force: true });
  }
}

function flagsOf(table: FlagTable, argv: readonly string[]): Flags {
  const outcome = readFlags(table, argv, {});
  if (outcome.kind === "refused") throw new Error(outcome.message);
  return new Flags(outcome.values);
}

/** One request on a connection of its own, with these headers and no others but Host and the length. */
export function send(host: string, port: number, message: HttpMessage): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { method, target: path, body } = message;
    const headers: Record<string, string> = { ...message.headers };
    delete headers["host"];
    if (body !== "" || method === "POST") headers["content-length"] = String(Buffer.byteLength(body));
    const outgoing = httpRequest(
      { host, port, method, path: encodeURI(path), headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string>,
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** A v1 call; rejects unless it is answered 200 or 202. */
export async function api(host: string, call: object, port = 5050): Promise<Record<string, unknown>> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const answer = await send(host, port, {
    method: "POST",
    target: "/api/v1",
    headers,
    body: JSON.stringify(call),
  });
  if (answer.status !== 200 && answer.status !== 202) throw new Error(`${answer.status} ${answer.body}`);
  return answer.body === "" ? {} : (JSON.parse(answer.body) as Record<string, unknown>);
}

export interface SchedulerEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

interface OfferView {
  readonly id: { readonly value: string };
  readonly hostname: string;
  readonly agent_id: { readonly value: string };
}

/** A framework like the recorded ones: declines what it does not need, acknowledges updates, accepts inverse offers if told to. */
export class TestFramework {
  readonly events: SchedulerEvent[] = [];
  /** As they came. */
  readonly texts: string[] = [];
  private stream: ClientRequest | null = null;
  private response: IncomingMessage | null = null;
  private streamId = "";
  private wanted: { readonly hostname: string; readonly task: object }[] = [];
  id = "";

  constructor(
    private host: string,
    private readonly info: { readonly [name: string]: unknown },
    private readonly answers: { readonly inverse?: boolean; readonly suppress?: boolean } = {},
  ) {}

  /** With its id when it has one: then it comes back. */
  async subscribe(host = this.host): Promise<void> {
    this.host = host;
    const known = this.id === "" ? {} : { id: { value: this.id } };
    const call = {
      type: "SUBSCRIBE",
      subscribe: { framework_info: { ...this.info, ...known } },
      ...(this.id === "" ? {} : { framework_id: { value: this.id } }),
    };
    const before = this.events.length;
    const body = JSON.stringify(call);
    const headers = {
      "content-type": "application/json",
      accept: "application/json",
      "content-length": body.length,
    };
    await waitFor("the master takes the subscription", DEADLINE_MS, () => this.open(headers, body));
    await waitFor("SUBSCRIBED", DEADLINE_MS, () =>
      this.events.slice(before).some(({ type }) => type === "SUBSCRIBED"),
    );
  }

  private open(headers: Record<string, string | number>, body: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const { host } = this;
      const outgoing = httpRequest({
        host,
        port: 5050,
        path: "/api/v1/scheduler",
        method: "POST",
        headers,
        agent: false,
      });
      outgoing.on("error", reject);
      outgoing.on("response", (response) => {
        if (response.statusCode !== 200) {
          response.resume();
          resolve(false);
          return;
        }
        this.stream = outgoing;
        this.response = response;
        this.streamId = String(response.headers["mesos-stream-id"]);
        readRecords(response, (text) => {
          this.texts.push(text);
          void this.receive(JSON.parse(text) as SchedulerEvent).catch(() => {});
        });
        resolve(true);
      });
      outgoing.end(body);
    });
  }

  private async receive(event: SchedulerEvent): Promise<void> {
    this.events.push(event);
    if (event.type === "SUBSCRIBED") {
      this.id = (event["subscribed"] as { framework_id: { value: string } }).framework_id.value;
    } else if (event.type === "OFFERS") {
      for (const offer of (event["offers"] as { offers: OfferView[] }).offers) await this.useOffer(offer);
    } else if (event.type === "UPDATE") await this.acknowledge(event);
    else if (event.type === "INVERSE_OFFERS" && this.answers.inverse === true) {
      const { inverse_offers } = event["inverse_offers"] as { inverse_offers: { id: object }[] };
      const ids = inverse_offers.map(({ id }) => id);
      await this.call("ACCEPT_INVERSE_OFFERS", { inverse_offer_ids: ids, filters: { refuse_seconds: 30 } });
    }
  }

  private async useOffer(offer: OfferView): Promise<void> {
    const at = this.wanted.findIndex(({ hostname }) => hostname === offer.hostname);
    const [found] = at < 0 ? [] : this.wanted.splice(at, 1);
    if (found === undefined) {
      await this.call("DECLINE", { offer_ids: [offer.id], filters: { refuse_seconds: 3 } });
      return;
    }
    const info = { ...found.task, agent_id: offer.agent_id };
    await this.call("ACCEPT", {
      offer_ids: [offer.id],
      operations: [{ type: "LAUNCH", launch: { task_infos: [info] } }],
      filters: { refuse_seconds: 1 },
    });
    if (this.answers.suppress === true) await this.call("SUPPRESS", {});
  }

  private async acknowledge(event: SchedulerEvent): Promise<void> {
    const { status } = event["update"] as { status: { uuid?: string; agent_id: object; task_id: object } };
    if (status.uuid === undefined) return;
    await this.call("ACKNOWLEDGE", { agent_id: status.agent_id, task_id: status.task_id, uuid: status.uuid });
  }

  async call(type: string, part: object): Promise<void> {
    const call = { framework_id: { value: this.id }, type, [type.toLowerCase()]: part };
    const headers = {
      "content-type": "application/json",
      accept: "application/json",
      "mesos-stream-id": this.streamId,
    };
    const answer = await send(this.host, 5050, {
      method: "POST",
      target: "/api/v1/scheduler",
      headers,
      body: JSON.stringify(call),
    });
    if (answer.status !== 202 && answer.status !== 200)
      throw new Error(`${type}: ${answer.status} ${answer.body}`);
  }

  /** Launches a task on that host and waits until it runs. */
  async launch(
    hostname: string,
    name: string,
    command: string,
    more: object = {},
    cpus = 0.3,
  ): Promise<void> {
    const resources = [
      { name: "cpus", type: "SCALAR", scalar: { value: cpus } },
      { name: "mem", type: "SCALAR", scalar: { value: 64 } },
    ];
    const task = {
      name,
      task_id: { value: name },
      resources,
      command: { value: command, shell: true },
      ...more,
    };
    this.wanted.push({ hostname, task });
    await this.call("REVIVE", {});
    await this.untilState(name, "TASK_RUNNING");
  }

  async untilState(task: string, state: string): Promise<void> {
    await waitFor(`${task} is ${state}`, DEADLINE_MS, () => this.states(task).includes(state));
  }

  /** As the updates told them. */
  states(task: string): string[] {
    return this.events.flatMap((event) => {
      if (event.type !== "UPDATE") return [];
      const { status } = event["update"] as { status: { task_id: { value: string }; state: string } };
      return status.task_id.value === task ? [status.state] : [];
    });
  }

  close(): void {
    this.response?.destroy();
    this.stream?.destroy();
  }
}

/** RecordIO: length, newline, so many bytes. */
export function readRecords(response: IncomingMessage, onRecord: (text: string) => void): void {
  let rest = Buffer.alloc(0);
  response.on("error", () => {});
  response.on("data", (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (;;) {
      const newline = rest.indexOf(10);
      if (newline < 0) return;
      const length = Number(rest.subarray(0, newline).toString("utf8"));
      if (rest.length < newline + 1 + length) return;
      const text = rest.subarray(newline + 1, newline + 1 + length).toString("utf8");
      rest = rest.subarray(newline + 1 + length);
      onRecord(text);
    }
  });
}

/** Sends a recorded request and tells what differs in the answer. */
export async function replay(name: string, host: string, by: Substitutions, port = 5050): Promise<string[]> {
  const { request, answer } = readRecording(name);
  const sent = { ...request, target: substitute(request.target, by), body: substitute(request.body, by) };
  const given = await send(host, port, sent);
  const server = given.headers["server"] ?? "(none)";
  // The one header in which they must differ.
  const labelled = /\(simulation\)$/.test(server) ? [] : [`server: '${server}' does not say what it is`];
  return [...labelled, ...differences(answer, given, by)];
}

/** A number of /metrics/snapshot. */
export async function metric(host: string, name: string): Promise<number | undefined> {
  const { body } = await send(host, 5050, {
    method: "GET",
    target: "/metrics/snapshot",
    headers: {},
    body: "",
  });
  return (JSON.parse(body) as Record<string, number>)[name];
}

/** Follows the operator API's events; the texts come into the list, the result ends it. */
export async function followEvents(host: string, into: string[]): Promise<() => void> {
  const body = JSON.stringify({ type: "SUBSCRIBE" });
  const headers = {
    "content-type": "application/json",
    accept: "application/json",
    "content-length": body.length,
  };
  const outgoing = httpRequest({ host, port: 5050, path: "/api/v1", method: "POST", headers, agent: false });
  outgoing.on("error", () => {});
  outgoing.on("response", (response) => readRecords(response, (text) => void into.push(text)));
  outgoing.end(body);
  await waitFor("the events begin", DEADLINE_MS, () => into.length > 0);
  return () => void outgoing.destroy();
}
