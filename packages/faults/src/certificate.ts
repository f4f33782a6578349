// Certificates, made on the spot, for TLS on loopback: a self-signed one, and those of an authority. Node can read X.509 and not write
// it, so the few DER structures that one needs (RFC 5280 section 4.1) are written here by hand.
import {
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from "node:crypto";

/** PEM texts, as `tls.createServer` and `tls.connect` take them. */
export interface SelfSigned {
  readonly key: string;
  /** Also what a client passes as `ca` to trust it. */
  readonly cert: string;
}

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  dnsName: 0x82,
  ipAddress: 0x87,
  version: 0xa0,
  extensions: 0xa3,
} as const;

const OID = {
  commonName: "550403",
  subjectAltName: "551d11",
  basicConstraints: "551d13",
  ecdsaWithSha256: "2a8648ce3d040302",
} as const;

/** What a certificate speaks for. */
export interface CertificateNames {
  /** DNS names, such as "localhost". */
  readonly dns?: readonly string[];
  /** IPv4 addresses, or "::1". */
  readonly ip?: readonly string[];
}

/** Certificates of one authority: servers', for names, and clients', for none. */
export interface CertificateAuthority {
  /** What whoever is to trust it takes as `ca`. */
  readonly cert: string;
  issue(commonName: string, names?: CertificateNames): SelfSigned;
}

const LOOPBACK: CertificateNames = { dns: ["localhost"], ip: ["127.0.0.1", "::1"] };

/** A certificate for `localhost`, 127.0.0.1 and ::1, valid for a day (from an hour ago), with a fresh P-256 key. */
export function selfSigned(): SelfSigned {
  const pair = keyPair();
  const key = createPrivateKey(pair.privateKey);
  // It vouches for itself, so it must be allowed to vouch.
  const cert = certify(
    "localhost",
    pair.publicKey,
    { names: LOOPBACK, vouches: true },
    "localhost",
    key,
  );
  return { key: pair.privateKey, cert };
}

/** An authority with a fresh key, whose certificates are valid as long as `selfSigned`'s. */
export function certificateAuthority(name: string = "authority"): CertificateAuthority {
  const pair = keyPair();
  const key = createPrivateKey(pair.privateKey);
  return {
    cert: certify(name, pair.publicKey, { names: {}, vouches: true }, name, key),
    issue(commonName, names = {}) {
      const issued = keyPair();
      const cert = certify(commonName, issued.publicKey, { names, vouches: false }, name, key);
      return { key: issued.privateKey, cert };
    },
  };
}

function keyPair(): { publicKey: Buffer; privateKey: string } {
  return generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
}

function certify(
  commonName: string,
  publicKey: Buffer,
  { names, vouches }: { readonly names: CertificateNames; readonly vouches: boolean },
  issuer: string,
  issuerKey: KeyObject,
): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const now = Date.now();
  const extensions = [...subjectAltName(names), ...(vouches ? [certificateSigner()] : [])];
  const body = sequence(
    der(TAG.version, der(TAG.integer, Buffer.of(2))),
    // Positive and without a leading zero byte.
    der(TAG.integer, Buffer.concat([Buffer.of(0x40), randomBytes(8)])),
    algorithm,
    nameOf(issuer),
    sequence(utcTime(now - 3_600_000), utcTime(now + 86_400_000)),
    nameOf(commonName),
    publicKey,
    ...(extensions.length === 0 ? [] : [der(TAG.extensions, sequence(...extensions))]),
  );
  const signature = sign("sha256", body, issuerKey);
  const certificate = sequence(
    body,
    algorithm,
    der(TAG.bitString, Buffer.concat([Buffer.of(0), signature])),
  );
  return new X509Certificate(certificate).toString();
}

function nameOf(commonName: string): Buffer {
  return sequence(
    der(TAG.set, sequence(oid(OID.commonName), der(TAG.utf8, Buffer.from(commonName)))),
  );
}

/** None where there are no names. */
function subjectAltName({ dns = [], ip = [] }: CertificateNames): Buffer[] {
  const names = [
    ...dns.map((name) => der(TAG.dnsName, Buffer.from(name))),
    ...ip.map((address) => der(TAG.ipAddress, ipBytes(address))),
  ];
  if (names.length === 0) return [];
  return [sequence(oid(OID.subjectAltName), der(TAG.octetString, sequence(...names)))];
}

function ipBytes(address: string): Buffer {
  if (address === "::1") return Buffer.concat([Buffer.alloc(15), Buffer.of(1)]);
  return Buffer.from(address.split(".").map(Number));
}

function certificateSigner(): Buffer {
  const yes = der(TAG.boolean, Buffer.of(0xff));
  return sequence(oid(OID.basicConstraints), yes, der(TAG.octetString, sequence(yes)));
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(TAG.sequence, ...parts);
}

function oid(hex: string): Buffer {
  return der(TAG.oid, Buffer.from(hex, "hex"));
}

/** YYMMDDHHMMSSZ, which is what certificates use until 2049 (RFC 5280 section 4.1.2.5.1). */
function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\D/g, "");
  return der(TAG.utcTime, Buffer.from(`${digits.slice(2, 14)}Z`));
}
