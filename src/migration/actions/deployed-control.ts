/** Servers and ensembles that ferry deploys, driven through their kinds: the same code that `ferry apply` uses. */
import type {
  ApplyResult,
  ChangeRequest,
  KindHandler,
  OperationResult,
  Progress,
  ProviderContext,
  ReadResult,
  ResourceView,
  ServerOperation,
} from "../../../providers/provider.js";
import { DiagnosticError, hasErrors } from "../../diagnostics/diagnostic.js";
import type { JsonObject } from "../../value/json.js";
import { impossible } from "../coordination/refusal.js";
import type { MigrationSpec, ZooKeeperSide } from "../model/spec.js";
import { startedWith } from "./changed-spec.js";
import type { EnsembleControl } from "./ensemble-control.js";
import type { ControlContext, ServerChange, ServerControl, ServerStatus } from "./server-control.js";
import type { Server } from "./servers.js";

/** The kinds, and the world as they see it. */
export interface Kinds {
  handler(kind: string): KindHandler | undefined;
  context(signal: AbortSignal): ProviderContext;
}

export class DeployedControl implements ServerControl {
  constructor(
    private readonly migration: MigrationSpec,
    private readonly kinds: Kinds,
  ) {}

  async start(server: Server, change: ServerChange, context: ControlContext): Promise<void> {
    await this.operate(server, change, { action: "start" }, context);
  }

  async stop(server: Server, context: ControlContext): Promise<void> {
    await this.operate(server, {}, { action: "stop" }, context);
  }

  async remove(
    server: Server,
    { purgeData }: { readonly purgeData: boolean },
    context: ControlContext,
  ): Promise<void> {
    await this.operate(server, {}, { action: "remove", purgeData }, context);
  }

  async status(server: Server, change: ServerChange, context: ControlContext): Promise<ServerStatus> {
    const { running, there, matches } = await this.operate(server, change, { action: "status" }, context);
    return { running, there, matches };
  }

  private async operate(
    server: Server,
    change: ServerChange,
    operation: Operation,
    { signal, report }: ControlContext,
  ): Promise<OperationResult> {
    const { ref } = server;
    const world = this.kinds.context(signal);
    const spec = startedWith(this.migration, server, change);
    if (ref.deployed === null || spec === null) throw notDeployed(ref.name);
    const address = ref.deployed.resource;
    const handler = handlerOf(this.kinds, world, address);
    if (handler.operate === undefined) throw notDeployed(ref.name);
    const target = { address, spec, server: ref.deployed.server };
    return handler.operate({ ...operation, ...target }, world, ({ message }: Progress) => report(message));
  }
}

type Operation =
  | { readonly action: "start" | "stop" | "status" }
  | Pick<Extract<ServerOperation, { action: "remove" }>, "action" | "purgeData">;

export class DeployedEnsembles implements EnsembleControl {
  constructor(private readonly kinds: Kinds) {}

  async deploy(side: ZooKeeperSide, context: ControlContext, snapshot?: string): Promise<void> {
    const found = await this.read(side, context);
    const { address, view, identity } = found;
    const after = snapshot === undefined ? view.spec : { ...view.spec, bootstrap: { snapshot } };
    const change: ChangeRequest =
      found.live === null
        ? { action: "create", address, after, identity }
        : { action: "update", address, before: found.live, after, identity, fields: [] };
    await this.apply(found, change, context);
  }

  async remove(side: ZooKeeperSide, context: ControlContext): Promise<void> {
    const found = await this.read(side, context);
    if (found.live === null) return;
    const { address, identity, view } = found;
    await this.apply(found, { action: "delete", address, before: view.spec, identity }, context);
  }

  async isThere(side: ZooKeeperSide, context: ControlContext): Promise<boolean> {
    return (await this.read(side, context)).live !== null;
  }

  private async read(side: ZooKeeperSide, { signal }: ControlContext): Promise<Found> {
    const world = this.kinds.context(signal);
    const address = side.resource ?? "";
    const handler = handlerOf(this.kinds, world, address);
    const view = viewOf(world, address);
    const result = await handler.read(
      { address, desired: view.spec, recorded: view.spec, identity: null },
      world,
    );
    if (result.status === "unreadable") throw new DiagnosticError(result.diagnostics);
    return { address, handler, world, view, live: liveOf(result), identity: identityOf(result) };
  }

  private async apply(
    { handler, world }: Found,
    change: ChangeRequest,
    { report }: ControlContext,
  ): Promise<void> {
    const result: ApplyResult = await handler.apply(change, world, ({ message }) => report(message));
    if (result.status === "failed" || hasErrors(result.diagnostics))
      throw new DiagnosticError(result.diagnostics);
  }
}

interface Found {
  readonly address: string;
  readonly handler: KindHandler;
  readonly world: ProviderContext;
  readonly view: ResourceView;
  /** Null: it is not there. */
  readonly live: JsonObject | null;
  readonly identity: ChangeRequest["identity"];
}

function liveOf(result: ReadResult): JsonObject | null {
  return result.status === "present" ? result.live : null;
}

function identityOf(result: ReadResult): ChangeRequest["identity"] {
  return result.status === "present" ? result.identity : null;
}

function viewOf(world: ProviderContext, address: string): ResourceView {
  const view = world.resource(address);
  if (view !== undefined) return view;
  throw impossible(`${address} is not declared`, {
    detail: "The migration was planned with it. Nothing was touched.",
    remedy: "Go on from the configuration that the migration was planned from.",
  });
}

function handlerOf(kinds: Kinds, world: ProviderContext, address: string): KindHandler {
  const { kind } = viewOf(world, address);
  const handler = kinds.handler(kind);
  if (handler !== undefined) return handler;
  throw impossible(`no provider serves the kind ${kind} of ${address}`, {
    detail: "Nothing was touched.",
    remedy: "Use a ferry that has this kind.",
  });
}

function notDeployed(name: string): Error {
  return impossible(`${name} is not deployed by ferry`, {
    detail: "Nothing was touched.",
    remedy: "Plan the migration anew: such a server is for a person.",
  });
}
