/**
 * Where a Marathon keeps what must outlive it: values by category and id, with older versions of some. Types, and the keeping in
 * memory for tests; the real one is in ZooKeeper.
 */
import type { Json } from "../../../value/json.js";

export type Category =
  | "apps"
  | "pods"
  | "instance"
  | "deployment"
  | "group"
  | "taskFailures"
  | "framework-id"
  | "runtime-configuration";

export interface Store {
  /** The newest value, or that of a version; null when there is none. */
  get(category: Category, id: string, version?: string): Promise<Json | null>;
  /** All newest values of a category. */
  all(category: Category): Promise<readonly Json[]>;
  /** Oldest first. */
  versions(category: Category, id: string): Promise<readonly string[]>;
  /** With a version the value is kept under it too. */
  put(category: Category, id: string, value: Json, version?: string): Promise<void>;
  /** The newest value goes; versions stay. */
  remove(category: Category, id: string): Promise<void>;
}

export class MemoryStore implements Store {
  private readonly values = new Map<string, { category: Category; value: Json }>();
  private readonly old = new Map<string, Map<string, Json>>();

  async get(category: Category, id: string, version?: string): Promise<Json | null> {
    const key = `${category} ${id}`;
    if (version !== undefined) return this.old.get(key)?.get(version) ?? null;
    return this.values.get(key)?.value ?? null;
  }

  async all(category: Category): Promise<readonly Json[]> {
    return [...this.values.values()].filter((one) => one.category === category).map(({ value }) => value);
  }

  async versions(category: Category, id: string): Promise<readonly string[]> {
    return [...(this.old.get(`${category} ${id}`)?.keys() ?? [])].sort();
  }

  async put(category: Category, id: string, value: Json, version?: string): Promise<void> {
    const key = `${category} ${id}`;
    this.values.set(key, { category, value });
    if (version === undefined) return;
    this.old.set(key, new Map([...(this.old.get(key) ?? []), [version, value]]));
  }

  async remove(category: Category, id: string): Promise<void> {
    this.values.delete(`${category} ${id}`);
  }
}
