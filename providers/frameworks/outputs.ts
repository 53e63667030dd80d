/** What other resources may refer to of servers that serve HTTP, before anything is deployed. Pure. */
import { isUnknown, unknownValue } from "../../src/value/expression.js";
import { isObject, type Json, type JsonObject } from "../../src/value/json.js";
import type { Lookup } from "../deployed/kind.js";

/** `urls`, `url` (the first one) and `size`; servers without a port have no URL. */
export function urlOutputs(spec: JsonObject, resource: Lookup): JsonObject {
  const { servers } = spec;
  if (!Array.isArray(servers)) return {};
  const known = (servers as readonly Json[]).filter(isObject);
  const urls = known.flatMap((server) => urlOf(server, resource));
  const unknown = urls.find(isUnknown);
  const size = known.length;
  if (unknown !== undefined) return { url: unknown, urls: unknown, size };
  return { ...(urls[0] === undefined ? {} : { url: urls[0], urls }), size };
}

function urlOf({ host, ip, hostname, port }: JsonObject, resource: Lookup): Json[] {
  if (port === undefined) return [];
  const name =
    hostname ?? ip ?? resource(String(host))?.outputs["address"] ?? unknownValue(`${String(host)}.address`);
  const unknown = [name, port].find(isUnknown);
  return [unknown ?? `http://${String(name)}:${String(port)}`];
}
