/**
 * What a sandbox on this machine differs in from the example: addresses, ports, how quick it is, one side or both. And the example's
 * files with that put in. Computes only.
 */
import { isObject, type Json, type JsonObject } from "../../value/json.js";

export interface Choice {
  /** Servers of side A are at 127.<net>.1.x, those of side B at 127.<net>.2.x. */
  readonly net: number;
  /** Added to every port of the example. */
  readonly portShift: number;
  /** Short ticks and sessions: a killed leader is replaced in about two seconds, not as recorded in about ten. */
  readonly quick: boolean;
  /** Side B is declared too. */
  readonly both: boolean;
}

/** The example as it stands. */
export const EXAMPLE: Choice = { net: 10, portShift: 0, quick: false, both: false };

/** Defaults of variables that a quick sandbox has instead of the example's. */
const QUICK: Readonly<Record<string, string>> = { tickTime: "500", sessionSeconds: "2", reviveMs: "500" };

const ADDRESS = /\b127\.10\.(?=\d+\.\d+\b)/g;
/** `port: 5050`, `clientPort: 26181`; ports of apps are below 1024 or none. */
const PORT = /\b(port|[a-z]+Port): (\d{4,5})\b/g;

/** One of the example's files as this choice has it. Its own data directories stay with it, until it is taken down. */
export function filled(text: string, choice: Choice): string {
  const moved = text
    .replaceAll(ADDRESS, `127.${choice.net}.`)
    .replaceAll(PORT, (_, name: string, port: string) => `${name}: ${Number(port) + choice.portShift}`);
  const defaults = { ...(choice.quick ? QUICK : {}), keepData: "true" };
  return Object.entries(defaults).reduce(withDefault, moved);
}

/** With another default of a variable, where the text is the file that declares it. */
function withDefault(text: string, [name, value]: readonly [string, string]): string {
  const declared = new RegExp(`^( +${name}:\\n +type: \\w+\\n +default: ).*$`, "m");
  return text.replace(declared, (_, head: string) => `${head}${value}`);
}

/** A project file without the list of what it takes in: everything lies beside it. */
export function withoutIncludes(text: string): string {
  return text.replace(/^ {2}include:\n(?: {4}- .*\n)+/m, "");
}

export interface Endpoint {
  /** `0.0.0.0`: every address of the machine. */
  readonly ip: string;
  readonly port: number;
}

/** Everything that the servers in these texts listen on. */
export function endpointsIn(texts: readonly string[]): Endpoint[] {
  return texts.flatMap((text) =>
    text.split("\n").flatMap((line) => {
      // ZooKeeper listens for clients everywhere; its other ports are taken as if it did.
      const ip = /\bip: ([\d.]+)/.exec(line)?.[1] ?? "0.0.0.0";
      return [...line.matchAll(PORT)].map((match) => ({ ip, port: Number(match[2]) }));
    }),
  );
}

/** Nets and shifts to look at, in this order, where nothing else is asked for. */
export function candidates(wanted: { readonly net: number | null; readonly portShift: number | null }): {
  readonly net: number;
  readonly portShift: number;
}[] {
  const shifts = wanted.portShift === null ? [0, 2000, 4000] : [wanted.portShift];
  const nets = wanted.net === null ? Array.from({ length: 10 }, (_, at) => EXAMPLE.net + at) : [wanted.net];
  return shifts.flatMap((portShift) => nets.map((net) => ({ net, portShift })));
}

export function choiceJson({ net, portShift, quick, both }: Choice): JsonObject {
  return { net, portShift, quick, both };
}

/** Null when it is not what choiceJson gives. */
export function readChoice(value: Json | undefined): Choice | null {
  if (!isObject(value)) return null;
  const { net, portShift, quick, both } = value;
  if (typeof net !== "number" || typeof portShift !== "number") return null;
  if (typeof quick !== "boolean" || typeof both !== "boolean") return null;
  return { net, portShift, quick, both };
}
