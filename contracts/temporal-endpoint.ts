import type { Secret } from './secret.ts'

/** Where Temporal is and how we show who we are there. */
export interface TemporalEndpoint {
  /** `host:port` of the frontend. */
  address: string
  namespace: string
  /** Left out: the connection is not encrypted, for a frontend on loopback or in a network of its own. */
  tls?: TemporalTls
  /** For Temporal Cloud and for frontends with an authorizer; travels only over TLS. */
  apiKey?: Secret
}

export interface TemporalTls {
  /** PEM. Left out: whoever the operating system trusts. */
  authority?: Uint8Array
  /** Our own certificate, for mutual TLS. PEM. */
  identity?: { certificate: Uint8Array; key: Secret }
  /** The name in the frontend's certificate, when it is not the host of the address. */
  serverName?: string
}

/** What the SDK's two kinds of connection, of clients and of workers, have in common. */
export interface TemporalConnectionOptions {
  address: string
  tls?: {
    serverRootCACertificate?: Uint8Array
    clientCertPair?: { crt: Uint8Array; key: Uint8Array }
    serverNameOverride?: string
  }
  apiKey?: string
}

/** The options of every connection to Temporal: api, worker and jobs make them here and nowhere else. */
export function connectionOptions({ address, tls, apiKey }: TemporalEndpoint): TemporalConnectionOptions {
  return {
    address,
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
    ...(apiKey === undefined ? {} : { apiKey: apiKey.reveal() }),
  }
}

function tlsOptions({
  authority,
  identity,
  serverName,
}: TemporalTls): NonNullable<TemporalConnectionOptions['tls']> {
  return {
    ...(authority === undefined ? {} : { serverRootCACertificate: authority }),
    ...(identity === undefined
      ? {}
      : {
          clientCertPair: { crt: identity.certificate, key: new TextEncoder().encode(identity.key.reveal()) },
        }),
    ...(serverName === undefined ? {} : { serverNameOverride: serverName }),
  }
}
