/** The servers of a migration by the names that steps use, with what is needed to drive them. Pure. */
import type { JsonObject } from "../../value/json.js";
import { impossible } from "../coordination/refusal.js";
import type { FrameworkRef, MigrationSpec, PlatformSide, ServerRef } from "../model/spec.js";

export type Role = "master" | "agent" | "framework";

export interface Server {
  readonly ref: ServerRef;
  readonly role: Role;
  /** Of the resource that it belongs to; null when it is only named. */
  readonly resource: string | null;
  /** Normalised spec of that resource. */
  readonly spec: JsonObject | null;
}

export class Servers {
  private readonly byName = new Map<string, Server>();
  /** Of both sides, each once. */
  readonly masters: readonly Server[];
  readonly agents: readonly Server[];

  constructor(private readonly spec: MigrationSpec) {
    const { source, target } = spec;
    this.masters = this.add("master", [source, target], ({ masters }) => masters);
    this.agents = this.add("agent", [source, target], ({ agents }) => agents);
    this.add("framework", spec.frameworks, (framework) => framework);
  }

  private add<T>(role: Role, holders: readonly T[], of: (holder: T) => Holder): readonly Server[] {
    const added: Server[] = [];
    for (const holder of holders) {
      const { servers, resource, spec } = of(holder);
      for (const ref of servers) {
        if (this.byName.has(ref.name)) continue;
        const server: Server = { ref, role, resource: ref.deployed?.resource ?? resource, spec };
        this.byName.set(ref.name, server);
        added.push(server);
      }
    }
    return added;
  }

  /** Throws DiagnosticError when the migration has none of that name. */
  named(name: string): Server {
    const found = this.byName.get(name);
    if (found !== undefined) return found;
    throw impossible(`this migration has no server ${name}`, {
      detail: "The plan names a server that the migration's spec does not have. Nothing was touched.",
      remedy: "Plan the migration anew, and start that plan.",
    });
  }

  /** Throws DiagnosticError when the migration has none of that name. */
  framework(name: string): FrameworkRef {
    const found = this.spec.frameworks.find((framework) => framework.name === name);
    if (found !== undefined) return found;
    throw impossible(`this migration has no framework ${name}`, {
      detail: "The plan names a framework that the migration's spec does not have. Nothing was touched.",
      remedy: "Plan the migration anew, and start that plan.",
    });
  }

  mastersOf(side: PlatformSide): readonly Server[] {
    return side.masters.servers.map(({ name }) => this.named(name));
  }
}

interface Holder {
  readonly servers: readonly ServerRef[];
  readonly resource: string | null;
  readonly spec: JsonObject | null;
}
