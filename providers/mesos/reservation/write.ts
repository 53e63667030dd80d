/**
 * Reserving and freeing on one agent, in an order in which each call can succeed: volumes go before what they lie on, and come
 * after it. After each call it waits until the master shows the result, as the answer only says that it was accepted.
 */
import type { Quantities } from "../../../src/mesos/answers.js";
import type { AgentRef, Piece } from "../../../src/mesos/client.js";
import {
  type Range,
  type Reservation,
  rangesText,
  rangesWithout,
  thousandths,
} from "../../../src/mesos/resources.js";
import { canonicalJson } from "../../../src/value/json.js";
import { refusal } from "../failures.js";
import type { Work } from "../kind.js";
import { type Held, heldOn, jsonOf, type VolumeSpec } from "./spec.js";

const LOOK_PAUSE_MS = 250;

export interface Target {
  readonly agent: AgentRef;
  readonly hostname: string;
  readonly reservation: Reservation;
  readonly waitSeconds: number;
}

/** Brings what is held from `from` to `to`. Rejects with MesosError or DiagnosticError; what was done until then stays. */
export async function moveHeld(from: Held, to: Held, target: Target, work: Work): Promise<void> {
  const { client, signal, report } = work;
  const { agent, hostname, reservation } = target;
  refuseChangedVolumes(from, to, work.address);
  let held = from;
  const step = async (text: string, next: Held, pieces: readonly Piece[], call: Call): Promise<void> => {
    if (pieces.length === 0) return;
    report({ message: `${hostname}: ${text}` });
    await call.call(client, agent, pieces, signal);
    held = next;
    await untilHeld(held, target, work);
  };
  const kept = from.volumes.filter(({ id }) => to.volumes.some((volume) => volume.id === id));
  const gone = from.volumes.filter((volume) => !kept.includes(volume));
  const destroyed = gone.map((volume) => volumePiece(volume, reservation));
  await step(`destroy ${names(gone)}`, { ...held, volumes: kept }, destroyed, client.destroyVolumes);
  const less = difference(held, to, reservation);
  const shrunk = { ...held, scalars: minimum(held.scalars, to.scalars), ports: common(held.ports, to.ports) };
  await step(`free ${piecesText(less)}`, shrunk, less, client.unreserve);
  const more = difference(to, held, reservation);
  await step(
    `reserve ${piecesText(more)}`,
    { ...held, scalars: to.scalars, ports: to.ports },
    more,
    client.reserve,
  );
  const made = to.volumes.filter(({ id }) => !kept.some((volume) => volume.id === id));
  const created = made.map((volume) => volumePiece(volume, reservation));
  await step(`make ${names(made)}`, { ...held, volumes: to.volumes }, created, client.createVolumes);
}

type Call = (agent: AgentRef, pieces: readonly Piece[], signal: AbortSignal) => Promise<void>;

function refuseChangedVolumes(from: Held, to: Held, address: string): void {
  for (const volume of to.volumes) {
    const former = from.volumes.find(({ id }) => id === volume.id);
    if (former === undefined || canonicalJson({ ...former }) === canonicalJson({ ...volume })) continue;
    throw refusal("mesos-volume-change", address, `the volume ${volume.id} cannot be changed`, {
      detail: `It has ${former.size} MB at ${former.containerPath}. Making it anew would lose its data. Nothing was touched.`,
      remedy: "Take the change back, or declare another volume, move the data, and remove this one.",
    });
  }
}

function volumePiece({ id, size, containerPath }: VolumeSpec, reservation: Reservation): Piece {
  return {
    name: "disk",
    amount: { kind: "scalar", value: size },
    reservations: [reservation],
    volume: { id, containerPath, mode: "RW" },
  };
}

/** What `one` holds more than `other`. */
function difference(one: Held, other: Held, reservation: Reservation): Piece[] {
  const rest = { reservations: [reservation], volume: null };
  const scalars = Object.entries(one.scalars).flatMap(([name, amount]): Piece[] => {
    const value = thousandths(amount - (other.scalars[name] ?? 0));
    return value > 0 ? [{ name, amount: { kind: "scalar", value }, ...rest }] : [];
  });
  const ranges = rangesWithout(one.ports, other.ports);
  return ranges.length === 0
    ? scalars
    : [...scalars, { name: "ports", amount: { kind: "ranges", ranges }, ...rest }];
}

function minimum(one: Quantities, other: Quantities): Quantities {
  const entries = Object.entries(one).map(
    ([name, value]) => [name, Math.min(value, other[name] ?? 0)] as const,
  );
  return Object.fromEntries(entries);
}

function common(one: readonly Range[], other: readonly Range[]): Range[] {
  return rangesWithout(one, rangesWithout(one, other));
}

async function untilHeld(
  held: Held,
  target: Target,
  { client, clock, signal, address }: Work,
): Promise<void> {
  const wanted = canonicalJson(jsonOf(held));
  const deadline = clock.now() + target.waitSeconds * 1000;
  for (;;) {
    const agent = (await client.agents(signal)).find(({ id }) => id === target.agent.id);
    if (agent !== undefined && canonicalJson(jsonOf(heldOn(agent.resources, target.reservation))) === wanted)
      return;
    if (clock.now() >= deadline) break;
    await clock.delay(LOOK_PAUSE_MS, signal);
  }
  const text = `${target.hostname} does not show what was asked of it within ${target.waitSeconds} s`;
  throw refusal("mesos-reservation-unfinished", address, text, {
    detail: "The masters accepted the call. The agent may have gone away, or may have refused it.",
    remedy: "Run `ferry plan` to see what is held now, then apply again.",
  });
}

function names(volumes: readonly VolumeSpec[]): string {
  return volumes.map(({ id }) => `the volume ${id}`).join(", ");
}

function piecesText(pieces: readonly Piece[]): string {
  return pieces
    .map(({ name, amount }) =>
      amount.kind === "scalar" ? `${amount.value} ${name}` : `${name} ${rangesText(amount.ranges)}`,
    )
    .join(", ");
}
