/**
 * The znodes of one migration: `current` names the version that counts, `versions/` holds the bytes, `inbox/` what people put in, `locks/`
 * whoever carries it out. A write is one transaction that checks the owner's own lock node and the version of `current`.
 */

import { ifNode, isUncertain, persistently, zooKeeperCode } from "../../../../state/zookeeper/requests.js";
import {
  chunksOf,
  newNodeName,
  packBytes,
  SINGLE_REQUEST_BYTES,
  VersionNodes,
} from "../../../../state/zookeeper/versions.js";
import type { Acl, MultiOp, ZooKeeperClient } from "../../../zookeeper/types.js";
import type { Input } from "../../model/ports.js";
import {
  type Changing,
  decodeChanging,
  decodeFixed,
  decodeInput,
  encodeChanging,
  encodeFixed,
  encodeInput,
  type Fixed,
} from "../codec.js";
import { damagedRecord } from "../errors.js";
import type { Waiting } from "../inbox.js";

/** Where bytes lie below `versions`. */
interface Stored {
  readonly node: string;
  readonly chunks: number;
  readonly compression: "none" | "gzip";
}

interface Pointer {
  readonly format: 1;
  readonly fixed: Stored;
  readonly current: Stored & { readonly revision: number };
  /** Earlier versions that are kept, newest first. */
  readonly history: readonly (Stored & { readonly revision: number })[];
  /** Whoever wrote it let go of it in good order. */
  readonly isReleased: boolean;
}

export interface Seen {
  readonly changing: Changing;
  readonly pointer: Pointer;
  /** Version of the node `current`. */
  readonly version: number;
}

const KEPT = 20;
const READ_ATTEMPTS = 5;

export class MigrationNodes {
  private readonly versions: VersionNodes;
  private fixed: Fixed | null = null;
  private readonly inputs = new Map<string, Input | null>();

  constructor(
    readonly path: string,
    private readonly client: ZooKeeperClient,
    private readonly acl: readonly Acl[],
  ) {
    this.versions = new VersionNodes(client, `${path}/versions`, acl);
  }

  get locks(): string {
    return `${this.path}/locks`;
  }

  private get current(): string {
    return `${this.path}/current`;
  }

  private get inbox(): string {
    return `${this.path}/inbox`;
  }

  async create(fixed: Fixed, first: Changing): Promise<void> {
    for (const folder of ["versions", "inbox", "locks"]) {
      await persistently(this.client, () => this.client.createParents(`${this.path}/${folder}/x`, this.acl));
    }
    const plan = await packBytes(encodeFixed(fixed), false);
    const chunks = chunksOf(plan.data);
    const node = newNodeName(0);
    await this.versions.write(node, chunks);
    const stored = { node, chunks: chunks.length, compression: plan.compression };
    const made = await this.prepared(first);
    if (!made.isSmall) await this.versions.write(made.stored.node, made.chunks);
    const pointer: Pointer = {
      format: 1,
      fixed: stored,
      current: made.stored,
      history: [],
      isReleased: true,
    };
    await this.switchPointer(
      [
        ...(made.isSmall ? this.versions.creation(made.stored.node, made.chunks) : []),
        { op: "create", path: this.current, data: bytesOf(pointer), acl: this.acl, mode: "persistent" },
      ],
      made.stored.node,
    );
  }

  /** The newest version, or null when there is none. */
  async read(): Promise<Seen | null> {
    for (let attempt = 1; ; attempt += 1) {
      const found = await this.readPointer();
      if (found === null) return null;
      const { pointer, version } = found;
      const fixed = await this.readFixed(pointer);
      const bytes = fixed === null ? null : await this.versions.read(pointer.current);
      if (fixed !== null && bytes !== null) {
        return { changing: decodeChanging(bytes, fixed, this.current), pointer, version };
      }
      // Pushed out between the two by a newer one.
      if (attempt === READ_ATTEMPTS) throw damagedRecord(this.current);
    }
  }

  /** Version of `current`; null when there is none. */
  async currentVersion(): Promise<number | null> {
    const stat = await persistently(this.client, () => this.client.exists(this.current));
    return stat?.version ?? null;
  }

  /** Rejects with a ZooKeeperError when the lock or the version is not as it was. Removes the inputs that were taken in with it. */
  async write(lockNode: string, seen: Seen, next: Changing, taken: readonly string[]): Promise<Seen> {
    const made = await this.prepared(next);
    const { pointer } = seen;
    const history = [pointer.current, ...pointer.history].slice(0, KEPT);
    const advanced: Pointer = { ...pointer, current: made.stored, history, isReleased: false };
    if (!made.isSmall) await this.versions.write(made.stored.node, made.chunks);
    await this.switchPointer(
      [
        { op: "check", path: lockNode, version: -1 },
        ...(made.isSmall ? this.versions.creation(made.stored.node, made.chunks) : []),
        ...taken.map((name): MultiOp => ({ op: "delete", path: `${this.inbox}/${name}`, version: -1 })),
        { op: "setData", path: this.current, data: bytesOf(advanced), version: seen.version },
      ],
      made.stored.node,
    );
    await this.collect([pointer.current, ...pointer.history].slice(KEPT)).catch(() => undefined);
    return { changing: next, pointer: advanced, version: seen.version + 1 };
  }

  /** Lets go, and says so. */
  async release(lockNode: string, { pointer, version }: Seen): Promise<void> {
    const data = bytesOf({ ...pointer, isReleased: true });
    await this.client.multi([
      { op: "setData", path: this.current, data, version },
      { op: "delete", path: lockNode, version: -1 },
    ]);
  }

  async put(input: Input): Promise<void> {
    const options = { mode: "persistent-sequential", acl: this.acl } as const;
    // Repeated after a lost answer it may be there twice; to ask twice for the same is the same.
    await persistently(this.client, () =>
      this.client.create(`${this.inbox}/in-`, encodeInput(input), options),
    );
  }

  /** In the order they came. */
  async waiting(): Promise<readonly Waiting[]> {
    const found = await ifNode(persistently(this.client, () => this.client.getChildren(this.inbox)));
    const names = (found?.children ?? []).sort();
    const waiting: Waiting[] = [];
    for (const name of names) {
      const input = await this.input(name);
      if (input !== null) waiting.push({ name, input });
    }
    for (const known of this.inputs.keys()) if (!names.includes(known)) this.inputs.delete(known);
    return waiting;
  }

  private async input(name: string): Promise<Input | null> {
    const known = this.inputs.get(name);
    if (known !== undefined) return known;
    const path = `${this.inbox}/${name}`;
    const found = await ifNode(persistently(this.client, () => this.client.getData(path)));
    if (found === null) return null;
    const input = decodeInput(found.data ?? Buffer.alloc(0));
    this.inputs.set(name, input);
    return input;
  }

  private async prepared(changing: Changing): Promise<{
    readonly stored: Pointer["current"];
    readonly chunks: readonly Buffer[];
    readonly isSmall: boolean;
  }> {
    const { revision } = changing.record;
    const packed = await packBytes(encodeChanging(changing), false);
    const chunks = chunksOf(packed.data);
    const stored = {
      node: newNodeName(revision),
      chunks: chunks.length,
      compression: packed.compression,
      revision,
    };
    return { stored, chunks, isSmall: packed.data.length <= SINGLE_REQUEST_BYTES };
  }

  /** Repeats a transaction whose answer was lost only after the pointer has shown that it was not carried out. */
  private async switchPointer(ops: readonly MultiOp[], node: string): Promise<void> {
    let uncertain = false;
    const landed = async (): Promise<boolean> => (await this.readPointer())?.pointer.current.node === node;
    await persistently(this.client, async () => {
      if (uncertain && (await landed())) return;
      try {
        await this.client.multi(ops);
      } catch (error) {
        const isLost = isUncertain(error);
        if (!isLost && uncertain && (await landed())) return;
        uncertain ||= isLost;
        throw error;
      }
    });
  }

  private async readPointer(): Promise<{ readonly pointer: Pointer; readonly version: number } | null> {
    const found = await persistently(this.client, async () => {
      // Without sync another server than the one last written to may show an older pointer.
      await this.client.sync(this.current);
      return ifNode(this.client.getData(this.current));
    });
    if (found === null) return null;
    try {
      const pointer = JSON.parse(found.data?.toString("utf8") ?? "") as Pointer;
      if (pointer.format === 1) return { pointer, version: found.stat.version };
    } catch {
      // Told below.
    }
    throw damagedRecord(this.current);
  }

  private async readFixed({ fixed }: Pointer): Promise<Fixed | null> {
    if (this.fixed !== null) return this.fixed;
    const bytes = await this.versions.read(fixed);
    if (bytes !== null) this.fixed = decodeFixed(bytes, this.current);
    return this.fixed;
  }

  private async collect(old: readonly Stored[]): Promise<void> {
    for (const { node } of old) await this.versions.remove(node);
  }
}

function bytesOf(pointer: Pointer): Buffer {
  return Buffer.from(JSON.stringify(pointer), "utf8");
}

/** Codes of a write that came too late: somebody else owns the migration by now. */
export function isLate(error: unknown): boolean {
  return ["NO_NODE", "BAD_VERSION", "NODE_EXISTS", "RUNTIME_INCONSISTENCY"].includes(zooKeeperCode(error));
}
