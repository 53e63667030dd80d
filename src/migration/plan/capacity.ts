/** Whether B has room for what runs on A: by resource, by role, by constraint, and for the largest instance. Pure. */
import type { AgentFacts, Amounts, AppFacts } from "./survey.js";

/** What B's agents offer, as far as it is known before they run. */
export interface Room {
  readonly name: string;
  readonly hostname: string;
  readonly total: Amounts;
  /** Null: they are not known. */
  readonly attributes: Readonly<Record<string, string>> | null;
}

export interface Shortage {
  readonly what: string;
  readonly change: string;
}

/** Amounts that are compared; ports and others follow their tasks. */
const COMPARED = ["cpus", "mem", "disk", "gpus"] as const;

export function shortages(
  used: readonly AgentFacts[],
  apps: readonly AppFacts[],
  rooms: readonly Room[],
  headroom: number,
): readonly Shortage[] {
  return [
    ...totals(used, rooms, headroom),
    ...reservations(used, rooms),
    ...largest(apps, rooms),
    ...constraints(apps, rooms),
  ];
}

function sum(amounts: readonly Amounts[], resource: string): number {
  return amounts.reduce((total, amount) => total + (amount[resource] ?? 0), 0);
}

function shown(value: number, resource: string): string {
  const rounded = Math.round(value * 1000) / 1000;
  return resource === "mem" || resource === "disk" ? `${rounded} MB ${resource}` : `${rounded} ${resource}`;
}

function totals(used: readonly AgentFacts[], rooms: readonly Room[], headroom: number): Shortage[] {
  return COMPARED.flatMap((resource) => {
    const needed = sum(
      used.map((agent) => agent.used),
      resource,
    );
    const offered = sum(
      rooms.map(({ total }) => total),
      resource,
    );
    const usable = offered * (1 - headroom);
    if (needed <= usable + 1e-9) return [];
    return [
      {
        what: `A's tasks use ${shown(needed, resource)}; B has ${shown(offered, resource)}, of which ${Math.round(headroom * 100)} % must stay free`,
        change: `Give B at least ${shown(needed / (1 - headroom) - offered, resource)} more, or lower limits.headroom.`,
      },
    ];
  });
}

/** A reservation is bound to its agent: B needs its own, of the same role. */
function reservations(used: readonly AgentFacts[], rooms: readonly Room[]): Shortage[] {
  const roles = new Set(used.flatMap(({ reserved }) => Object.keys(reserved)));
  return [...roles].sort().flatMap((role) =>
    COMPARED.flatMap((resource) => {
      const needed = sum(
        used.map(({ reserved }) => reserved[role] ?? {}),
        resource,
      );
      const offered = sum(
        rooms.map(({ total }) => total),
        `${resource}(${role})`,
      );
      const unreserved = sum(
        rooms.map(({ total }) => total),
        resource,
      );
      if (needed <= offered || needed <= unreserved) return [];
      return [
        {
          what: `role ${role} has ${shown(needed, resource)} reserved on A, and B has not as much`,
          change: `Give B's agents that much, reserved for ${role} or free.`,
        },
      ];
    }),
  );
}

/** An instance needs one agent that is large enough. */
function largest(apps: readonly AppFacts[], rooms: readonly Room[]): Shortage[] {
  if (rooms.length === 0) return [];
  return apps.flatMap(({ id, needs }) => {
    const fits = rooms.some(({ total }) =>
      COMPARED.every((resource) => (needs[resource] ?? 0) <= (total[resource] ?? 0)),
    );
    if (fits) return [];
    const text = COMPARED.filter((resource) => (needs[resource] ?? 0) > 0)
      .map((resource) => shown(needs[resource] ?? 0, resource))
      .join(", ");
    return [
      {
        what: `no agent of B is large enough for one instance of ${id} (${text})`,
        change: `Give B an agent of at least that size, or make ${id} smaller.`,
      },
    ];
  });
}

function constraints(apps: readonly AppFacts[], rooms: readonly Room[]): Shortage[] {
  return apps.flatMap((app) =>
    app.constraints.flatMap((constraint) => {
      const fault = constraintFault(app, constraint, rooms);
      return fault === null ? [] : [fault];
    }),
  );
}

function constraintFault(
  app: AppFacts,
  [field = "", operator = "", value = ""]: readonly string[],
  rooms: readonly Room[],
): Shortage | null {
  const known = rooms.filter(({ attributes }) => attributes !== null || isHostname(field));
  if (known.length < rooms.length) return null;
  const values = rooms.flatMap((room) => attributeOf(room, field) ?? []);
  const fitting = values.filter((found) => matches(operator, found, value));
  const distinct = new Set(fitting).size;
  const wanted =
    operator === "UNIQUE" ? app.instances : operator === "MAX_PER" ? app.instances / Number(value || 1) : 1;
  const enough =
    operator === "UNIQUE" || operator === "MAX_PER"
      ? distinct >= wanted
      : fitting.length > 0 || operator === "UNLIKE";
  if (enough || (operator === "GROUP_BY" && values.length > 0)) return null;
  const written = [field, operator, value].filter((part) => part !== "").join(" ");
  return {
    what: `no place on B for ${app.id} with its constraint ${written}`,
    change: `Give B's agents the attribute ${field} as the constraint wants it, or change the constraint.`,
  };
}

function isHostname(field: string): boolean {
  return field === "hostname" || field === "@hostname";
}

function attributeOf(room: Room, field: string): string | undefined {
  return isHostname(field) ? room.hostname : room.attributes?.[field];
}

function matches(operator: string, found: string, value: string): boolean {
  switch (operator) {
    case "CLUSTER":
    case "IS":
      return value === "" || found === value;
    case "LIKE":
      return fullMatch(value, found);
    case "UNLIKE":
      return !fullMatch(value, found);
    default:
      return true;
  }
}

/** As Marathon matches; a pattern that is none here excludes nothing. */
function fullMatch(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(text);
  } catch {
    return true;
  }
}
