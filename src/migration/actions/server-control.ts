/**
 * How steps start and stop single servers: the one door through which a migration acts on processes. None of it waits until a server
 * is healthy; all of it is safe to repeat.
 */
import type { SideName } from "../model/spec.js";
import type { Server } from "./servers.js";

/** In what a server is to differ from its declaration. */
export interface ServerChange {
  /** Of masters. */
  readonly quorum?: number;
  /** The ZooKeeper that it uses: to elect, to find masters, and for a framework's own state. */
  readonly zookeeper?: SideName;
}

export interface ServerStatus {
  readonly running: boolean;
  /** Whether there is anything of it on its host: a unit, data. Null: nobody can tell. */
  readonly there: boolean | null;
  /** Whether it is as asked for. Null: nobody can tell. */
  readonly matches: boolean | null;
}

export interface ControlContext {
  readonly signal: AbortSignal;
  /** Steady milliseconds (performance.now) after which it is given up. */
  readonly deadline: number;
  readonly report: (message: string) => void;
}

/** Every method rejects with DiagnosticError, or with the reason of the signal. */
export interface ServerControl {
  /** Equal to its declaration but for `change`, and running: restarted when it differs, started when it is down. */
  start(server: Server, change: ServerChange, context: ControlContext): Promise<void>;
  /** Ended; it does not come back by itself, and its data stays. */
  stop(server: Server, context: ControlContext): Promise<void>;
  remove(server: Server, options: { readonly purgeData: boolean }, context: ControlContext): Promise<void>;
  status(server: Server, change: ServerChange, context: ControlContext): Promise<ServerStatus>;
}

/** Each server by the control that fits it. */
export class ControlByServer implements ServerControl {
  constructor(
    private readonly deployed: ServerControl,
    private readonly byHand: ServerControl,
  ) {}

  start(server: Server, change: ServerChange, context: ControlContext): Promise<void> {
    return this.of(server).start(server, change, context);
  }

  stop(server: Server, context: ControlContext): Promise<void> {
    return this.of(server).stop(server, context);
  }

  remove(server: Server, options: { readonly purgeData: boolean }, context: ControlContext): Promise<void> {
    return this.of(server).remove(server, options, context);
  }

  status(server: Server, change: ServerChange, context: ControlContext): Promise<ServerStatus> {
    return this.of(server).status(server, change, context);
  }

  private of({ ref }: Server): ServerControl {
    return ref.deployed === null ? this.byHand : this.deployed;
  }
}
