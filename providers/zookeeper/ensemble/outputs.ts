/** What other resources may refer to before anything is deployed: addresses made from the spec. Pure. */

import { isUnknown, unknownValue } from "../../../src/value/expression.js";
import type { Json, JsonObject } from "../../../src/value/json.js";
import type { ResourceView } from "../../provider.js";
import { ensembleOf, type ServerSpec } from "./spec.js";

type Lookup = (address: string) => ResourceView | undefined;

function hostAddress(server: ServerSpec, lookup: Lookup): Json {
  const address = lookup(server.host)?.outputs["address"];
  return address ?? unknownValue(`${server.host}.address`);
}

/** connectString, secureConnectString, servers and size. */
export function ensembleOutputs(spec: JsonObject, lookup: Lookup): JsonObject {
  if (!Array.isArray(spec["servers"])) return {};
  const { servers, tls } = ensembleOf(spec);
  const endpoints = (port: (server: ServerSpec) => number | undefined): Json => {
    const parts = servers.flatMap((server) => {
      const number = port(server);
      return number === undefined ? [] : [{ address: hostAddress(server, lookup), number }];
    });
    const unknown = parts.find(({ address }) => isUnknown(address));
    if (unknown !== undefined) return unknown.address;
    return parts.map(({ address, number }) => `${String(address)}:${number}`);
  };
  const joined = (list: Json): Json => (Array.isArray(list) ? list.join(",") : list);
  const plain = endpoints((server) => (tls.client?.only === true ? undefined : server.clientPort));
  const secure = endpoints((server) => server.secureClientPort);
  return {
    connectString: joined(plain),
    ...(Array.isArray(secure) && secure.length === 0 ? {} : { secureConnectString: joined(secure) }),
    servers: plain,
    size: servers.length,
  };
}
