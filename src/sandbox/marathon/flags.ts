/**
 * Marathon's way with flags: `--flag value`, a switch alone, `--disable_flag`, and MARATHON_FLAG in the environment, but never the
 * same in both. Parses and checks; reads no file.
 */
import { FLAGS, type FlagSpec } from "./flag-table.js";

export type FlagOutcome =
  | { readonly kind: "flags"; readonly flags: Flags }
  /** For stderr; the process then exits 112. */
  | { readonly kind: "refused"; readonly message: string };

/** Exit status for flags that cannot be used. */
export const FLAGS_REFUSED = 112;

const PREFIX = "MARATHON_";

export function readFlags(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): FlagOutcome {
  const values = new Map<string, string>();
  const problem = fromEnvironment(environment, values) ?? fromArguments(argv, values) ?? check(values);
  if (problem !== null) return { kind: "refused", message: problem };
  const given = new Set(values.keys());
  for (const [name, { preset }] of Object.entries(FLAGS)) {
    if (preset !== null && !values.has(name)) values.set(name, preset);
  }
  return { kind: "flags", flags: new Flags(values, given) };
}

/** Typed access to checked flags. */
export class Flags {
  constructor(
    private readonly values: ReadonlyMap<string, string>,
    /** Those that somebody has set. */
    readonly given: ReadonlySet<string>,
  ) {}

  text(name: string): string | null {
    return this.values.get(name) ?? null;
  }

  /** Throws when the flag has no default and was not asked for by readFlags. */
  needed(name: string): string {
    const value = this.values.get(name);
    if (value === undefined) throw new Error(`the flag --${name} has no value`);
    return value;
  }

  number(name: string): number {
    return Number(this.needed(name));
  }

  numberOrNull(name: string): number | null {
    const value = this.values.get(name);
    return value === undefined ? null : Number(value);
  }

  on(name: string): boolean {
    return this.values.get(name) === "true";
  }

  /** As JSON has it, by the flag's kind; null when it has no value. */
  value(name: string): string | number | boolean | null {
    const kind = FLAGS[name]?.kind;
    if (kind === "switch") return this.on(name);
    return kind === "whole" ? this.numberOrNull(name) : this.text(name);
  }
}

function fromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  values: Map<string, string>,
): string | null {
  for (const [name, { variable }] of Object.entries(FLAGS)) {
    const value = variable === undefined ? undefined : environment[variable];
    if (value !== undefined) values.set(name, value);
  }
  for (const [variable, value] of Object.entries(environment)) {
    if (value === undefined || !variable.startsWith(PREFIX) || variable.startsWith(`${PREFIX}APP_`)) continue;
    const flag = variable.slice(PREFIX.length).toLowerCase();
    const found = find(flag);
    if (found === null) return `Unknown option '${flag}' (from ${variable})`;
    if (values.has(found.name)) return `Option '${found.name}' is given twice`;
    values.set(found.name, found.spec.kind === "switch" ? String(!found.disabled) : value);
  }
  return null;
}

function fromArguments(argv: readonly string[], values: Map<string, string>): string | null {
  const given = new Set<string>();
  for (let at = 0; at < argv.length; at += 1) {
    const argument = argv[at] ?? "";
    if (!argument.startsWith("--")) return `Excess arguments provided: '${argument}'`;
    const equals = argument.indexOf("=");
    const flag = argument.slice(2, equals < 0 ? undefined : equals);
    const found = find(flag);
    if (found === null) return `Unknown option '${flag}'`;
    const { name, spec, disabled } = found;
    if (given.has(name) || values.has(name)) return `Option '${name}' is given twice`;
    given.add(name);
    if (spec.kind === "switch") {
      values.set(name, String(!disabled));
      continue;
    }
    if (equals < 0) at += 1;
    const value = equals < 0 ? argv[at] : argument.slice(equals + 1);
    if (value === undefined) return `Option '${name}' needs a value`;
    values.set(name, value);
  }
  return null;
}

function find(flag: string): { name: string; spec: FlagSpec; disabled: boolean } | null {
  const direct = FLAGS[flag];
  if (direct !== undefined) return { name: flag, spec: direct, disabled: false };
  const name = flag.startsWith("disable_") ? flag.slice("disable_".length) : "";
  const spec = FLAGS[name];
  return spec?.kind === "switch" ? { name, spec, disabled: true } : null;
}

function check(values: ReadonlyMap<string, string>): string | null {
  for (const [name, value] of values) {
    const spec = FLAGS[name];
    if (spec?.kind === "whole" && !/^-?\d+$/.test(value)) {
      return `Bad arguments for option '${name}': '${value}' - expected a whole number`;
    }
    if (spec?.use === "refused" && value !== "false") {
      return `Option '${name}' asks for what this simulation of Marathon has not. Leave it out`;
    }
  }
  if (!values.has("master")) return "Required option 'master' not found";
  if (values.get("http") === "false")
    return "Option 'disable_http' leaves no way in: this simulation has no TLS";
  if (!["off", "top", undefined].includes(values.get("new_group_enforce_role")?.toLowerCase())) {
    return "Bad arguments for option 'new_group_enforce_role': off or top is expected";
  }
  const credentials = values.get("http_credentials");
  if (credentials !== undefined && !credentials.includes(":")) {
    return "Bad arguments for option 'http_credentials': expected user:password";
  }
  return null;
}
