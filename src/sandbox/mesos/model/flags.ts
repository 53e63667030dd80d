/**
 * Mesos' way with flags: `--name=value`, `--name`, `--no-name` and MESOS_NAME in the environment; an unknown flag is an error, an
 * unknown variable is not. It parses texts; files that a flag names are read by others.
 */
import { parseDuration } from "./duration.js";

export type FlagKind = "text" | "bool" | "integer" | "number" | "duration";

export interface FlagSpec {
  readonly kind: FlagKind;
  /** Null = not set, and then not shown by /flags either. */
  readonly preset: string | null;
}

export type FlagTable = Readonly<Record<string, FlagSpec>>;

/** All flags that have a value, as texts in sorted order: what /flags shows. */
export type FlagValues = ReadonlyMap<string, string>;

export type FlagOutcome =
  | { readonly kind: "values"; readonly values: FlagValues }
  /** For stderr, in Mesos' words; the process exits 1 on it. */
  | { readonly kind: "refused"; readonly message: string };

/** @param environment names beginning with MESOS_ count; the command line wins over it */
export function readFlags(
  table: FlagTable,
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): FlagOutcome {
  const values = new Map<string, string>();
  for (const [name, { preset }] of Object.entries(table)) if (preset !== null) values.set(name, preset);
  for (const name of Object.keys(table)) {
    const value = environment[`MESOS_${name.toUpperCase()}`];
    if (value !== undefined) values.set(name, value);
  }
  const given = new Set<string>();
  for (const argument of argv) {
    const problem = readArgument(table, argument, values, given);
    if (problem !== null) return { kind: "refused", message: problem };
  }
  for (const [name, value] of values) {
    const problem = valueProblem(table[name]?.kind ?? "text", value);
    if (problem !== null) {
      return {
        kind: "refused",
        message: `Failed to load flag '${name}': Failed to load value '${value}': ${problem}`,
      };
    }
  }
  return { kind: "values", values: new Map([...values].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function readArgument(
  table: FlagTable,
  argument: string,
  values: Map<string, string>,
  given: Set<string>,
): string | null {
  if (!argument.startsWith("--")) return `Failed to parse '${argument}': expecting '--name=value'`;
  const equals = argument.indexOf("=");
  const name = argument.slice(2, equals < 0 ? undefined : equals).replaceAll("-", "_");
  const positive = name.startsWith("no_") && table[name] === undefined ? name.slice(3) : name;
  const spec = table[positive];
  if (spec === undefined)
    return `Failed to load unknown flag '${argument.slice(2, equals < 0 ? undefined : equals)}'`;
  if (given.has(positive)) return `Flag '${positive}' is already on the command line`;
  given.add(positive);
  if (positive !== name) {
    if (spec.kind !== "bool")
      return `Failed to load non-boolean flag '${positive}' via '${argument.slice(2)}'`;
    if (equals >= 0)
      return `Failed to load boolean flag '${positive}' via '${name}' with value '${argument.slice(equals + 1)}'`;
    values.set(positive, "false");
  } else if (equals >= 0) values.set(name, argument.slice(equals + 1));
  else if (spec.kind === "bool") values.set(name, "true");
  else return `Failed to load non-boolean flag '${name}': Missing value`;
  return null;
}

function valueProblem(kind: FlagKind, value: string): string | null {
  switch (kind) {
    case "text":
      return null;
    case "bool":
      return /^(true|false|1|0)$/.test(value) ? null : "Expecting a boolean (e.g., true or false)";
    case "integer":
      return /^-?\d+$/.test(value) ? null : `Failed to convert '${value}' to number`;
    case "number":
      return value !== "" && !Number.isNaN(Number(value)) ? null : `Failed to convert '${value}' to number`;
    case "duration": {
      const parsed = parseDuration(value);
      return typeof parsed === "string" ? parsed : null;
    }
  }
}

/** Typed access to flags that were checked by readFlags. */
export class Flags {
  constructor(readonly values: FlagValues) {}

  text(name: string): string | null {
    return this.values.get(name) ?? null;
  }

  /** Throws when the table of flags gives it no preset and nobody checked that it is there. */
  needed(name: string): string {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`the flag '${name}' has no value`);
    return value;
  }

  bool(name: string): boolean {
    return /^(true|1)$/.test(this.values.get(name) ?? "");
  }

  number(name: string): number {
    return Number(this.needed(name));
  }

  /** Milliseconds. */
  duration(name: string): number {
    const parsed = parseDuration(this.needed(name));
    if (typeof parsed === "string") throw new Error(`the flag '${name}' is no duration: ${parsed}`);
    return parsed;
  }
}
