/** The servers of a migration by the names that steps use, with what is needed to drive them. Pure. */
import type { JsonObject } from "../../value/json.js";
import { impossible } from "../coordination/refusal.js";
import { specOn } from "../declared/on-side.js";
import type { FrameworkRef, MigrationSpec, PlatformSide, ServerRef, SideName } from "../model/spec.js";

export type Role = "master" | "agent" | "framework";

export interface Server {
  readonly ref: ServerRef;
  readonly role: Role;
  /** Normalised specs of its resource as it is on each side; null where ferry does not deploy it. */
  readonly specs: Readonly<Record<SideName, JsonObject | null>>;
}

export class Servers {
  private readonly byName = new Map<string, Server>();
  /** Of both sides, each once. */
  readonly masters: readonly Server[];
  readonly agents: readonly Server[];

  constructor(private readonly spec: MigrationSpec) {
    const { source, target } = spec;
    this.masters = this.add("master", source.masters, target.masters);
    this.agents = this.add("agent", source.agents, target.agents);
    for (const framework of spec.frameworks) this.add("framework", framework, this.moved(framework));
  }

  /** Those of both, each once. */
  private add(role: Role, a: Holder, b: Holder): readonly Server[] {
    const specIn = ({ servers, spec }: Holder, name: string): JsonObject | null =>
      servers.some((ref) => ref.name === name) ? spec : null;
    const distinct = new Map([...a.servers, ...b.servers].map((ref) => [ref.name, ref]));
    return [...distinct.values()].map((ref) => {
      const specs = { a: specIn(a, ref.name), b: specIn(b, ref.name) };
      const server: Server = { ref, role, specs };
      this.byName.set(ref.name, server);
      return server;
    });
  }

  /** A framework on B: declared once, as it is on A. */
  private moved({ resource, spec, servers }: FrameworkRef): Holder {
    const { target, mesosPath } = this.spec;
    const [kind = ""] = (resource ?? "").split("/");
    const place = { zookeeper: target.zookeeper, mesosPath };
    return { servers, spec: spec === null ? null : specOn(kind, spec, place) };
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
