/** The servers of a migration by the names that steps use, with what is needed to drive them. Pure. */
import type { JsonObject } from "../../value/json.js";
import { impossible } from "../coordination/refusal.js";
import type { FrameworkRef, MigrationSpec, PlatformSide, ServerRef, SideName } from "../model/spec.js";

export type Role = "master" | "agent" | "framework";

export interface Server {
  readonly ref: ServerRef;
  readonly role: Role;
  /** Normalised spec of its resource as it is declared; null where ferry does not deploy it. */
  readonly spec: JsonObject | null;
  /** On whose ZooKeeper it is by its declaration. */
  readonly home: SideName;
}

export class Servers {
  private readonly byName = new Map<string, Server>();
  /** Of both sides, each once. */
  readonly masters: readonly Server[];
  readonly agents: readonly Server[];

  constructor(private readonly spec: MigrationSpec) {
    const { source, target, frameworks } = spec;
    this.masters = [...this.add("master", "a", source.masters), ...this.add("master", "b", target.masters)];
    this.agents = [...this.add("agent", "a", source.agents), ...this.add("agent", "b", target.agents)];
    for (const framework of frameworks) this.add("framework", "a", framework);
  }

  /** Those that are not known yet: one that is repointed is named on both sides. */
  private add(role: Role, home: SideName, { servers, spec }: Holder): readonly Server[] {
    const fresh = servers.filter(({ name }) => !this.byName.has(name));
    return fresh.map((ref) => {
      const server: Server = { ref, role, spec, home };
      this.byName.set(ref.name, server);
      return server;
    });
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
  readonly spec: JsonObject | null;
}
