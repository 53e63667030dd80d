/**
 * The declared tree of a ZNode, in one canonical form that the live tree is brought into as well. Pure.
 */
import { isExpression, isUnknown, type SecretValue } from "../../../src/value/expression.js";
import { canonicalJson, isObject, type Json, type JsonObject } from "../../../src/value/json.js";
import { type Acl, PERMS } from "../../../src/zookeeper/types.js";

export interface AclSpec {
  readonly scheme: string;
  readonly id?: string;
  readonly user?: string;
  readonly password?: SecretValue;
  readonly permissions: readonly string[];
}

export interface NodeSpec {
  readonly data?: string;
  readonly dataBase64?: string;
  readonly dataSecret?: SecretValue;
  readonly acl: readonly AclSpec[];
  readonly children: Readonly<Record<string, NodeSpec>>;
  /** With `exclusive`: names of children nobody declared; always empty in what is wanted. */
  readonly undeclared?: readonly string[];
}

export interface TreeSpec extends NodeSpec {
  readonly ensemble?: string;
  readonly connectString?: string;
  readonly path: string;
  readonly exclusive: boolean;
  readonly auth: readonly { readonly scheme: string; readonly credential: SecretValue }[];
  readonly tls?: { readonly ca?: SecretValue; readonly cert?: SecretValue; readonly key?: SecretValue };
}

const PERMISSIONS = ["create", "delete", "read", "write", "admin"] as const;
const OPEN: JsonObject = { scheme: "world", id: "anyone", permissions: [...PERMISSIONS] };

function normaliseAcl(acl: Json | undefined): Json {
  if (acl === undefined) return [OPEN];
  if (!Array.isArray(acl)) return acl;
  const entries = acl.map((entry: Json): Json => {
    if (!isObject(entry) || !Array.isArray(entry["permissions"])) return entry;
    const given = new Set<Json>(entry["permissions"]);
    const id = entry["scheme"] === "world" ? { id: "anyone" } : {};
    return { ...entry, ...id, permissions: PERMISSIONS.filter((name) => given.has(name)) };
  });
  return entries.sort((a, b) => canonicalJson(a).localeCompare(canonicalJson(b)));
}

function normaliseNode(node: JsonObject, exclusive: boolean): JsonObject {
  const { dataFile: _read, ...rest } = node;
  const hasData = ["data", "dataBase64", "dataSecret"].some((name) => rest[name] !== undefined);
  const children = rest["children"];
  const known =
    children === undefined || (isObject(children) && !isUnknown(children) && !isExpression(children));
  return {
    ...rest,
    ...(hasData ? {} : { data: "" }),
    acl: normaliseAcl(rest["acl"]),
    children: known
      ? Object.fromEntries(
          // null: read, and known not to be there
          Object.entries(children ?? {}).flatMap(([name, child]) =>
            child === null ? [] : [[name, isObject(child) ? normaliseNode(child, exclusive) : child]],
          ),
        )
      : children,
    ...(exclusive ? { undeclared: [] } : {}),
  };
}

/** Defaults and order filled in. Idempotent; unknown values stay as they are. */
export function normaliseTree(spec: JsonObject): JsonObject {
  const exclusive = spec["exclusive"] === true;
  return { ...normaliseNode(spec, exclusive), exclusive, auth: spec["auth"] ?? [] };
}

/** The typed view of a spec. Children that are not known yet count as none. */
export function treeOf(spec: JsonObject): TreeSpec {
  const children = isUnknown(spec["children"]) ? {} : { children: spec["children"] ?? {} };
  return normaliseTree({ ...spec, ...children }) as unknown as TreeSpec;
}

/** What is to be looked at: the declared tree, and below it what was declared when it was last applied. */
export function withFormer<T extends NodeSpec>(wanted: T, former: NodeSpec): T {
  const children = Object.entries(former.children).map(([name, child]) => {
    const kept = wanted.children[name];
    return [name, kept === undefined ? child : withFormer(kept, child)] as const;
  });
  return { ...wanted, children: { ...wanted.children, ...Object.fromEntries(children) } };
}

const BITS: Readonly<Record<string, number>> = {
  read: PERMS.read,
  write: PERMS.write,
  create: PERMS.create,
  delete: PERMS.delete,
  admin: PERMS.admin,
};

export function permissionBits(names: readonly string[]): number {
  return names.reduce((bits, name) => bits | (BITS[name] ?? 0), 0);
}

export function permissionNames(bits: number): string[] {
  return PERMISSIONS.filter((name) => (bits & (BITS[name] ?? 0)) !== 0);
}

/** Order-free comparison of access lists as the server holds them. */
export function sameAcl(a: readonly Acl[], b: readonly Acl[]): boolean {
  const text = (acl: readonly Acl[]): string =>
    acl
      .map(({ scheme, id, perms }) => `${scheme}\n${id}\n${perms}`)
      .sort()
      .join("\n\n");
  return text(a) === text(b);
}

/** A path below another; "/" has no name of its own. */
export function childPath(path: string, name: string): string {
  return path === "/" ? `/${name}` : `${path}/${name}`;
}

/** Every declared node with its path, parents first. */
export function declaredNodes(
  path: string,
  node: NodeSpec,
): { readonly path: string; readonly node: NodeSpec }[] {
  const below = Object.entries(node.children).flatMap(([name, child]) =>
    declaredNodes(childPath(path, name), child),
  );
  return [{ path, node }, ...below];
}

/** Data as the server keeps it; text when it is UTF-8, base64 otherwise. */
export function dataFields(
  data: Buffer | null,
  like: NodeSpec | undefined,
): { data?: string; dataBase64?: string } {
  const content = data ?? Buffer.alloc(0);
  if (like?.dataBase64 !== undefined) return { dataBase64: content.toString("base64") };
  const text = content.toString("utf8");
  return Buffer.from(text, "utf8").equals(content)
    ? { data: text }
    : { dataBase64: content.toString("base64") };
}
