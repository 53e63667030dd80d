/**
 * ZooKeeperClient on top of a session: each operation encoded, its answer decoded, paths moved in and out of the chroot,
 * watchers registered when the answer says so. It never opens a socket.
 */
import { badArguments, createFault, createNeeds } from "./arguments.js";
import { Calls, nothing } from "./calls.js";
import { OPCODES } from "./codes.js";
import type { RawEvent } from "./connection.js";
import { type Created, type CreateOptions, createParents, createZnode, OPEN_ACL } from "./create.js";
import type { JuteReader } from "./jute-reader.js";
import type { JuteWriter } from "./jute-writer.js";
import { readMulti, writeMulti } from "./multi.js";
import { pathFault } from "./path.js";
import { readAcls, readStat, writeAcls } from "./records.js";
import { type ServerVersions, SINCE } from "./server-version.js";
import type { Session } from "./session.js";
import type {
  Acl,
  MultiOp,
  MultiResult,
  SessionState,
  Stat,
  WatchEvent,
  Watcher,
  ZooKeeperClient,
} from "./types.js";
import { eventType, REMOVALS, type Watches, type WatchKind } from "./watches.js";
import { ZooKeeperError } from "./zookeeper-error.js";

export class Client implements ZooKeeperClient {
  private readonly calls: Calls;

  constructor(
    private readonly session: Session,
    private readonly watches: Watches,
    chroot: string,
    versions: ServerVersions,
    private readonly defaultAcl: readonly Acl[] = OPEN_ACL,
  ) {
    this.calls = new Calls(session, chroot, versions);
  }

  get state(): SessionState {
    return this.session.states.current;
  }
  get sessionId(): bigint {
    return this.session.sessionId;
  }
  get sessionTimeoutMs(): number {
    return this.session.timeoutMs;
  }
  get server(): string | null {
    return this.session.server;
  }

  onState(listener: (state: SessionState) => void): () => void {
    return this.session.states.listen(listener);
  }

  create(path: string, data: Buffer | null, options: CreateOptions = {}): Promise<Created> {
    return createZnode(this.calls, path, data, { acl: this.defaultAcl, ...options });
  }

  createParents(path: string, acl: readonly Acl[] = this.defaultAcl): Promise<void> {
    return createParents(this.calls, path, acl);
  }

  delete(path: string, version = -1): Promise<void> {
    return this.calls.onPath("delete", path, OPCODES.delete, (w) => w.int(version), nothing);
  }

  exists(path: string, watcher?: Watcher): Promise<Stat | null> {
    const full = this.calls.full(path);
    return this.calls.checked({
      operation: "exists",
      path,
      opcode: OPCODES.exists,
      encode: (writer) => writer.string(full).boolean(watcher !== undefined),
      decode: (reader): Stat | null => {
        const stat = readStat(reader);
        this.watch("data", full, watcher);
        return stat;
      },
      unless: {
        code: "NO_NODE",
        answer: () => {
          this.watch("exist", full, watcher);
          return null;
        },
      },
    });
  }

  getData(path: string, watcher?: Watcher): Promise<{ data: Buffer | null; stat: Stat }> {
    return this.calls.onPath(
      "getData",
      path,
      OPCODES.getData,
      (w) => w.boolean(watcher !== undefined),
      (reader) => {
        const answer = { data: reader.buffer(), stat: readStat(reader) };
        this.watch("data", this.calls.full(path), watcher);
        return answer;
      },
    );
  }

  setData(path: string, data: Buffer | null, version = -1): Promise<Stat> {
    return this.calls.onPath("setData", path, OPCODES.setData, (w) => w.buffer(data).int(version), readStat);
  }

  getChildren(path: string, watcher?: Watcher): Promise<{ children: string[]; stat: Stat }> {
    return this.calls.onPath(
      "getChildren",
      path,
      OPCODES.getChildren2,
      (w) => w.boolean(watcher !== undefined),
      (reader) => {
        const answer = { children: reader.vector(() => reader.string()), stat: readStat(reader) };
        this.watch("child", this.calls.full(path), watcher);
        return answer;
      },
    );
  }

  getAcl(path: string): Promise<{ acl: Acl[]; stat: Stat }> {
    return this.calls.onPath("getAcl", path, OPCODES.getAcl, nothing, (reader) => ({
      acl: readAcls(reader),
      stat: readStat(reader),
    }));
  }

  setAcl(path: string, acl: readonly Acl[], aversion = -1): Promise<Stat> {
    const body = (writer: JuteWriter) => {
      writeAcls(writer, acl);
      writer.int(aversion);
    };
    return this.calls.onPath("setAcl", path, OPCODES.setAcl, body, readStat);
  }

  multi(ops: readonly MultiOp[]): Promise<MultiResult[]> {
    if (ops.length === 0) return Promise.resolve([]);
    for (const [opIndex, op] of ops.entries()) {
      const fault = op.op === "create" ? createFault(op.path, op.mode, op.ttlMs) : pathFault(op.path);
      if (fault !== null) return Promise.reject(badArguments(`multi ${op.op}`, op.path, fault, opIndex));
    }
    const full = ops.map((op) => ({ ...op, path: this.calls.full(op.path) }));
    const since = ops
      .map((op) => (op.op === "create" ? createNeeds(op.mode) : null))
      .find((need) => need !== null);
    const ask = () =>
      this.calls.call({
        operation: "multi",
        path: ops.length === 1 ? (ops[0]?.path ?? null) : null,
        opcode: OPCODES.multi,
        encode: (writer) => writeMulti(writer, full),
        decode: (reader) => {
          const reply = readMulti(reader);
          if (reply.kind === "failed") {
            const op = ops[reply.opIndex];
            const operation = op === undefined ? "multi" : `multi ${op.op}`;
            const path = op?.path ?? null;
            throw new ZooKeeperError(reply.code, {
              operation,
              path,
              server: this.server,
              opIndex: reply.opIndex,
            });
          }
          return reply.results.map((result) =>
            result.op === "create" ? { ...result, path: this.calls.own(result.path) } : result,
          );
        },
      });
    return since === undefined ? ask() : this.calls.needing(since, "multi", null, ask);
  }

  sync(path: string): Promise<void> {
    return this.calls.onPath("sync", path, OPCODES.sync, nothing, nothing);
  }

  addWatch(path: string, mode: "persistent" | "persistent-recursive", watcher: Watcher): Promise<void> {
    const recursive = mode === "persistent-recursive";
    return this.calls.needing(SINCE.addWatch, "addWatch", path, () =>
      this.calls.onPath(
        "addWatch",
        path,
        OPCODES.addWatch,
        (w) => w.int(recursive ? 1 : 0),
        () => this.watch(recursive ? "recursive" : "persistent", this.calls.full(path), watcher),
      ),
    );
  }

  removeWatches(path: string, kind: "data" | "children" | "persistent" | "any"): Promise<void> {
    const removal = REMOVALS[kind];
    const full = this.calls.full(path);
    const removed = () => {
      this.deliver(this.watches.remove(full, removal.kinds), { type: "removed", path });
      if (kind === "persistent") this.renewOneShots(full);
    };
    return this.calls.needing(SINCE.removeWatches, "removeWatches", path, () =>
      this.calls.onPath("removeWatches", path, OPCODES.removeWatches, (w) => w.int(removal.type), removed),
    );
  }

  getEphemerals(prefix: string): Promise<string[]> {
    const decode = (reader: JuteReader) => reader.vector(() => this.calls.own(reader.string()));
    return this.calls.needing(SINCE.getEphemerals, "getEphemerals", prefix, () =>
      this.calls.onPath("getEphemerals", prefix, OPCODES.getEphemerals, nothing, decode),
    );
  }

  reconfig(change: {
    joining?: string;
    leaving?: string;
    members?: string;
    fromConfig?: bigint;
  }): Promise<{ data: Buffer; stat: Stat }> {
    const encode = (writer: JuteWriter) => {
      writer
        .string(change.joining ?? null)
        .string(change.leaving ?? null)
        .string(change.members ?? null);
      writer.long(change.fromConfig ?? -1n);
    };
    const decode = (reader: JuteReader) => ({
      data: reader.buffer() ?? Buffer.alloc(0),
      stat: readStat(reader),
    });
    const call = { operation: "reconfig", path: null, opcode: OPCODES.reconfig, encode, decode };
    return this.calls.needing(SINCE.reconfig, "reconfig", null, () => this.calls.call(call));
  }

  whoAmI(): Promise<{ scheme: string; id: string }[]> {
    const decode = (reader: JuteReader) =>
      reader.vector(() => ({ scheme: reader.string(), id: reader.string() }));
    const call = { operation: "whoAmI", path: null, opcode: OPCODES.whoAmI, encode: nothing, decode };
    return this.calls.needing(SINCE.whoAmI, "whoAmI", null, () => this.calls.call(call));
  }

  addAuth(scheme: string, credential: Buffer): Promise<void> {
    return this.session.addAuth({ scheme, credential }).catch((error: Error) => {
      const ended = this.state === "auth-failed" ? "AUTH_FAILED" : "CONNECTION_LOSS";
      const code = this.state === "closed" ? "CLOSED" : this.state === "expired" ? "SESSION_EXPIRED" : ended;
      const reason = `${error.message} (scheme ${scheme})`;
      throw new ZooKeeperError(code, { operation: "addAuth", server: this.server, reason });
    });
  }

  close(): Promise<void> {
    return this.session.close();
  }

  /** For the session: an event came. Watchers run after what was answered before it, and before what follows. */
  handleEvent(event: RawEvent): void {
    const type = eventType(event.type);
    if (type === undefined) return; // -1: the connection's state, which the session knows better
    const watchers = this.watches.fire(type, event.path);
    const zxid = event.zxid > 0n ? { zxid: event.zxid } : {};
    this.deliver(watchers, { type, path: this.calls.own(event.path), ...zxid });
  }

  private deliver(watchers: readonly Watcher[], event: WatchEvent): void {
    for (const watcher of watchers) queueMicrotask(() => watcher(event));
  }

  private watch(kind: WatchKind, full: string, watcher: Watcher | undefined): void {
    if (watcher !== undefined) this.watches.add(kind, full, watcher);
  }

  /** Removing "any" on the server took the one-shot watches of this path with it. */
  private renewOneShots(full: string): void {
    const of = (kind: WatchKind) => (this.watches.has(full, [kind]) ? [full] : []);
    const paths = { data: of("data"), exist: of("exist"), child: of("child"), persistent: [], recursive: [] };
    this.session.renewWatches(paths);
  }
}
