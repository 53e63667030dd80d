/**
 * The bytes of a state in znodes: a version node with its chunks below, never changed once it is complete. Writing one
 * changes nothing that anybody reads: only the pointer does. Decides nothing about which version counts.
 */
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Acl, MultiOp, ZooKeeperClient } from "../../src/zookeeper/types.js";
import type { VersionEntry } from "./pointer.js";
import { ifNode, persistently, zooKeeperCode } from "./requests.js";

/** Servers refuse requests above jute.maxbuffer (1,048,575 bytes); half of it leaves room and keeps latencies short. */
export const CHUNK_BYTES = 512 * 1024;
/** Up to this size everything goes in one request together with the switch of the pointer. */
export const SINGLE_REQUEST_BYTES = 768 * 1024;
/** Smaller states are left readable for people with any client. */
const COMPRESS_FROM_BYTES = 64 * 1024;
/** Chunk requests under way at once. */
const WINDOW = 4;

const zip = promisify(gzip);
const unzip = promisify(gunzip);

export interface StoredBytes {
  readonly data: Buffer;
  readonly compression: VersionEntry["compression"];
}

/** Encrypted bytes do not shrink worth the time; plain ones to about a tenth. */
export async function packBytes(bytes: Buffer, encrypted: boolean): Promise<StoredBytes> {
  if (encrypted || bytes.length < COMPRESS_FROM_BYTES) return { data: bytes, compression: "none" };
  return { data: await zip(bytes, { level: 1 }), compression: "gzip" };
}

/** Sorts by serial; the random part keeps two writers of one serial apart. */
export function newNodeName(serial: number): string {
  return `${String(serial).padStart(10, "0")}-${randomBytes(6).toString("hex")}`;
}

export function chunksOf(data: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let from = 0; from === 0 || from < data.length; from += CHUNK_BYTES) {
    chunks.push(data.subarray(from, from + CHUNK_BYTES));
  }
  return chunks;
}

export class VersionNodes {
  constructor(
    private readonly client: ZooKeeperClient,
    /** Path of the node `versions`. */
    private readonly path: string,
    private readonly acl: readonly Acl[],
  ) {}

  /** The operations that create a version, for a multi of the caller's. */
  creation(node: string, chunks: readonly Buffer[]): MultiOp[] {
    return [
      this.create(`${this.path}/${node}`, null),
      ...chunks.map((chunk, index) => this.create(this.chunkPath(node, index), chunk)),
    ];
  }

  /** Writes a version that is too large for one request. Unfinished ones are garbage until the next sweep. */
  async write(node: string, chunks: readonly Buffer[]): Promise<void> {
    await this.createOnce(`${this.path}/${node}`, null);
    for (let from = 0; from < chunks.length; from += WINDOW) {
      const group = chunks.slice(from, from + WINDOW);
      await Promise.all(
        group.map((chunk, offset) => this.createOnce(this.chunkPath(node, from + offset), chunk)),
      );
    }
  }

  /** The bytes as they were before packing; null when the version (or a part of it) is not there. */
  async read(entry: Pick<VersionEntry, "node" | "chunks" | "compression">): Promise<Buffer | null> {
    const chunks: Buffer[] = [];
    for (let from = 0; from < entry.chunks; from += WINDOW) {
      const indexes = Array.from(
        { length: Math.min(WINDOW, entry.chunks - from) },
        (_, offset) => from + offset,
      );
      const parts = await Promise.all(indexes.map((index) => this.readChunk(entry.node, index)));
      for (const part of parts) {
        if (part === null) return null;
        chunks.push(part);
      }
    }
    const data = Buffer.concat(chunks);
    if (entry.compression === "none") return data;
    // Damaged compressed data cannot be told from damaged content: the codec's checksum refuses both.
    return unzip(data).catch(() => data);
  }

  /** Names of all version nodes, finished or not. */
  async list(): Promise<string[]> {
    const found = await ifNode(persistently(this.client, () => this.client.getChildren(this.path)));
    return found?.children ?? [];
  }

  /** Only for the holder of the lock, and only for versions no pointer names. */
  async remove(node: string): Promise<void> {
    const path = `${this.path}/${node}`;
    const found = await ifNode(persistently(this.client, () => this.client.getChildren(path)));
    if (found === null) return;
    await Promise.all(found.children.map((child) => this.deleteOnce(`${path}/${child}`)));
    await this.deleteOnce(path);
  }

  private create(path: string, data: Buffer | null): MultiOp {
    return { op: "create", path, data, acl: this.acl, mode: "persistent" };
  }

  /** The name is random, so a node that exists already is our own, made by a request whose answer was lost. */
  private async createOnce(path: string, data: Buffer | null): Promise<void> {
    try {
      await persistently(this.client, () => this.client.create(path, data, { acl: this.acl }));
    } catch (error) {
      if (zooKeeperCode(error) !== "NODE_EXISTS") throw error;
    }
  }

  private async deleteOnce(path: string): Promise<void> {
    await ifNode(persistently(this.client, () => this.client.delete(path)));
  }

  private async readChunk(node: string, index: number): Promise<Buffer | null> {
    const path = this.chunkPath(node, index);
    const found = await ifNode(persistently(this.client, () => this.client.getData(path)));
    return found === null ? null : (found.data ?? Buffer.alloc(0));
  }

  private chunkPath(node: string, index: number): string {
    return `${this.path}/${node}/${String(index).padStart(5, "0")}`;
  }
}
