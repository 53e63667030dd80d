/**
 * A Marathon's state in a real ZooKeeper. It trusts the session that it is given: when that is lost every call rejects, and the
 * process is to end. It never deletes what it has not written.
 */
import type { Json } from "../../../value/json.js";
import type { Acl, ZooKeeperClient } from "../../../zookeeper/types.js";
import { isZooKeeperError } from "../../../zookeeper/zookeeper-error.js";
import { decode, encode, pathOf } from "./layout.js";
import type { Category, Store } from "./store.js";

export interface ZooKeeperStoreOptions {
  /** `<path>/state`. */
  readonly root: string;
  readonly acl: readonly Acl[];
  /** Bytes; null = --disable_zk_compression. */
  readonly compressFrom: number | null;
  /** Bytes; more is refused. */
  readonly maxNodeSize: number;
  /** Of a spec; older ones are forgotten. */
  readonly maxVersions: number;
}

export class ZooKeeperStore implements Store {
  constructor(
    private readonly client: ZooKeeperClient,
    private readonly options: ZooKeeperStoreOptions,
  ) {}

  async get(category: Category, id: string, version?: string): Promise<Json | null> {
    const path = this.path(category, id);
    return this.read(version === undefined ? path : `${path}/${version}`);
  }

  async all(category: Category): Promise<readonly Json[]> {
    const top = `${this.options.root}/${category}`;
    const buckets = await this.children(top);
    const ids = await Promise.all(
      buckets.map(async (bucket) =>
        (await this.children(`${top}/${bucket}`)).map((id) => `${top}/${bucket}/${id}`),
      ),
    );
    const values = await Promise.all(ids.flat().map((path) => this.read(path)));
    return values.filter((value): value is Json => value !== null);
  }

  async versions(category: Category, id: string): Promise<readonly string[]> {
    return (await this.children(this.path(category, id))).sort();
  }

  async put(category: Category, id: string, value: Json, version?: string): Promise<void> {
    const path = this.path(category, id);
    const data = encode(value, this.options.compressFrom);
    if (data.length > this.options.maxNodeSize) {
      throw new Error(
        `cannot store ${path}: its ${data.length} bytes are more than the ${this.options.maxNodeSize} of ` +
          "--zk_max_node_size. What was stored before is untouched",
      );
    }
    await this.write(path, data);
    if (version === undefined) return;
    await this.write(`${path}/${version}`, data);
    await this.forgetOld(path);
  }

  async remove(category: Category, id: string): Promise<void> {
    const path = this.path(category, id);
    try {
      await this.client.delete(path);
    } catch (error) {
      // Its versions stay for those who look back; the id without data counts as gone.
      if (isZooKeeperError(error, "NOT_EMPTY")) await this.client.setData(path, null);
      else if (!isZooKeeperError(error, "NO_NODE")) throw error;
    }
  }

  private path(category: Category, id: string): string {
    return `${this.options.root}/${pathOf(category, id)}`;
  }

  private async read(path: string): Promise<Json | null> {
    try {
      return decode((await this.client.getData(path)).data);
    } catch (error) {
      if (isZooKeeperError(error, "NO_NODE")) return null;
      if (error instanceof SyntaxError)
        throw new Error(`the stored ${path} is not of this simulation: ${error.message}`);
      throw error;
    }
  }

  private async children(path: string): Promise<string[]> {
    try {
      return (await this.client.getChildren(path)).children;
    } catch (error) {
      if (isZooKeeperError(error, "NO_NODE")) return [];
      throw error;
    }
  }

  private async write(path: string, data: Buffer): Promise<void> {
    const { acl } = this.options;
    try {
      await this.client.setData(path, data);
    } catch (error) {
      if (!isZooKeeperError(error, "NO_NODE")) throw error;
      await this.client.createParents(path, acl);
      await this.client.create(path, data, { acl });
    }
  }

  private async forgetOld(path: string): Promise<void> {
    const versions = (await this.children(path)).sort();
    const old = versions.slice(0, Math.max(0, versions.length - this.options.maxVersions));
    await Promise.all(old.map((version) => this.client.delete(`${path}/${version}`)));
  }
}
