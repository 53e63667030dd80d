/** Numbers for the different ACLs of a tree, for the table in front of its nodes. Trees have few different ones. */
import type { JuteWriter } from "../jute-writer.js";
import { writeAcls } from "../records.js";
import type { Acl } from "../types.js";
import { OPEN_ACL_ID } from "./format.js";

interface Entry {
  readonly id: bigint;
  readonly acl: readonly Acl[];
}

export class AclTable {
  private readonly entries = new Map<string, Entry>();
  /** Feeds give the same array for nodes with the same ACL. */
  private last: { readonly acl: readonly Acl[]; readonly id: bigint } | null = null;

  /** The number of `acl`, the same for equal ones; the order of the entries counts, as on servers. */
  idOf(acl: readonly Acl[]): bigint {
    if (this.last?.acl === acl) return this.last.id;
    const id = isOpen(acl) ? OPEN_ACL_ID : this.lookUp(acl);
    this.last = { acl, id };
    return id;
  }

  private lookUp(acl: readonly Acl[]): bigint {
    const key = JSON.stringify(acl.map(({ perms, scheme, id }) => [perms, scheme, id]));
    const known = this.entries.get(key);
    if (known !== undefined) return known.id;
    const entry = { id: BigInt(this.entries.size + 1), acl: [...acl] };
    this.entries.set(key, entry);
    return entry.id;
  }

  /** The table with its count. */
  write(writer: JuteWriter): void {
    writer.int(this.entries.size);
    for (const { id, acl } of this.entries.values()) {
      writer.long(id);
      writeAcls(writer, acl);
    }
  }
}

function isOpen(acl: readonly Acl[]): boolean {
  const [first] = acl;
  return acl.length === 1 && first?.perms === 31 && first.scheme === "world" && first.id === "anyone";
}
